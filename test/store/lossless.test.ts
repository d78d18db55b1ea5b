// Laws 2 and 6: an edit changes its own span only; unknown columns, their order, line endings, BOM and the text of
// untouched fields survive.
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { COLUMN_NAMES, type ColumnName } from "../../src/session/columns.js";
import type { Session } from "../../src/session/session.js";
import { CsvStore } from "../../src/store/csv-store.js";
import { quoted, RETENTION } from "../session/records.js";
import { temporaryFolder } from "../storage/folder.js";
import { OPTIONS, removalById, sessionsOf } from "./store-file.js";

/** A record as it stands in the file, without its line break. */
interface Piece {
  readonly text: string;
  /** Undefined for what is no session. */
  readonly id: string | undefined;
}

interface GeneratedFile {
  readonly start: string;
  /** With their line breaks. */
  readonly pieces: readonly Piece[];
}

const IDS = ["a", "b", "c", 'd"1,2"', "é\r\nf"] as const;
const note = fc.string({ unit: fc.constantFrom("x", "é", "😀", '"', ",", "\n", "\r\n", " "), maxLength: 12 });
const values = fc.record({
  session_id: fc.constantFrom(...IDS),
  user_id: note.map((text) => `u${text}`),
  platform: note,
  thread_id: note,
  created_at: fc.constantFrom("2025-09-30T10:00:00", "2025-09-30 10:00:00.5Z", "2025-09-30T10:00:00.123456+02:00"),
  last_activity: fc.constantFrom("2025-09-30T11:00:00", "2024-02-29T23:59:59.999999"),
  pending_approval: fc.constantFrom("", "null", '{"type": "x", "args": {"text": "a\\nb"}}', '{\n"a": "é"\r\n}'),
  metadata: fc.constantFrom("", "{}", '{"a": "\\u00e9", "b": [1, {"c": ","}]}', '{"score": NaN}'),
  extra: note,
});
/** What makes a record none of ours without any doubt about where it ends. */
const fault = fc.constantFrom<Partial<Record<ColumnName, string>>>(
  { session_id: "" },
  { user_id: "" },
  { created_at: "" },
  { last_activity: "30.09.2025 10:00" },
  { pending_approval: "{'a': 1}" },
  { metadata: "[]" },
  { metadata: '{"a": ' },
);

const file: fc.Arbitrary<GeneratedFile> = fc
  .record({
    mark: fc.constantFrom("", "\ufeff"),
    order: fc.shuffledSubarray([...COLUMN_NAMES, "extra"], { minLength: 9, maxLength: 9 }),
    records: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ values, fault: fc.constant(undefined), isAllQuoted: fc.boolean() }) },
        { weight: 2, arbitrary: fc.record({ values, fault, isAllQuoted: fc.boolean() }) },
        { weight: 1, arbitrary: fc.constantFrom("", "a", "b,c", '""', ",".repeat(20), "x,".repeat(9)) },
      ),
      { maxLength: 12 },
    ),
    lineBreak: fc.constantFrom("\n", "\r\n"),
    endsWithLineBreak: fc.boolean(),
  })
  .map(({ mark, order, records, lineBreak, endsWithLineBreak }) => {
    const pieces = records.map((record, index): Piece => {
      const end = endsWithLineBreak || index < records.length - 1 ? lineBreak : "";
      if (typeof record === "string") return { text: record + end, id: undefined };
      const texts: Record<string, string> = { ...record.values, ...record.fault };
      const quote = record.isAllQuoted ? (value: string) => `"${value.replaceAll('"', '""')}"` : quoted;
      const id = record.fault === undefined ? record.values.session_id : undefined;
      return { text: order.map((name) => quote(texts[name] ?? "")).join(",") + end, id };
    });
    return { start: `${mark}${order.join(",")}${lineBreak}`, pieces };
  });

let target = "";
let store: CsvStore;
beforeEach(() => {
  target = path.join(temporaryFolder(), "s.csv");
  store = CsvStore.atPath(target, OPTIONS);
});

function contentOf({ start, pieces }: GeneratedFile): string {
  return start + pieces.map(({ text }) => text).join("");
}

test("a removal leaves the file without exactly the selected sessions, and says how many there were", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.subarray([...IDS]), async (generated, ids) => {
      fs.writeFileSync(target, contentOf(generated));
      const { plan } = await store.remove(removalById(...ids), {});
      const kept = generated.pieces.filter(({ id }) => id === undefined || !(ids as string[]).includes(id));
      expect(fs.readFileSync(target, "utf8")).toBe(contentOf({ ...generated, pieces: kept }));
      expect(plan.removed).toBe(generated.pieces.length - kept.length);
    }),
    { numRuns: 250 },
  );
});

test("listing after a removal gives what filtering the list before it gives", async () => {
  const textsOf = (session: Session): unknown => session.columnNames.map((name) => session.text(name));
  const list = (): Promise<Session[]> => sessionsOf(store.read({ selection: [], retention: RETENTION }));
  await fc.assert(
    fc.asyncProperty(file, fc.subarray([...IDS]), async (generated, ids) => {
      fs.writeFileSync(target, contentOf(generated));
      const before = await list();
      const decodable = generated.pieces.filter(({ id }) => id !== undefined).length;
      const { plan } = await store.remove(removalById(...ids), {});
      const after = await list();
      // What is selected and stays is what cannot be decoded.
      const selected = (session: Session): boolean => (ids as string[]).includes(session.sessionId);
      expect(after.filter((session) => !selected(session)).map(textsOf)).toEqual(
        before.filter((session) => !selected(session)).map(textsOf),
      );
      expect(after.filter(selected).length).toBe(plan.keptUndecodable);
      expect(before.length - after.length).toBe(plan.removed);
      expect(decodable).toBe(plan.total - plan.undecodable.count);
    }),
    { numRuns: 150 },
  );
});

test("removing in two steps leaves what removing at once leaves", async () => {
  await fc.assert(
    fc.asyncProperty(file, fc.subarray([...IDS]), fc.subarray([...IDS]), async (generated, first, second) => {
      fs.writeFileSync(target, contentOf(generated));
      await store.remove(removalById(...first), {});
      await store.remove(removalById(...second), {});
      const inSteps = fs.readFileSync(target, "utf8");
      fs.writeFileSync(target, contentOf(generated));
      await store.remove(removalById(...first, ...second), {});
      expect(inSteps).toBe(fs.readFileSync(target, "utf8"));
    }),
    { numRuns: 60 },
  );
});
