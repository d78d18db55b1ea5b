// Any sequence of commands that write, and as many undos, give the file back byte for byte.
import fc from "fast-check";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const IDS = ["s1", "s2", "s3", "s4", "s5"];
/** Some are idle for long, and quoted in a way that no command would write. */
const BEFORE = csvFile(
  csvRow({ id: "s1", active: "2025-01-01T00:00:00" }),
  csvRow({ id: "s2", metadata: '{"a": "b, c"}' }),
  `"s3","telegram_1","telegram","t","2025-09-30T08:00:00","2025-09-30T10:44:00",,"{}"`,
  csvRow({ id: "s4", pending: '{"tool": "x"}' }),
  csvRow({ id: "s5", active: "2025-09-30T10:40:00" }),
);
const INCOMING = csvFile(
  csvRow({ id: "s2", metadata: '{"n": 1}', active: "2025-09-30T10:41:00" }),
  csvRow({ id: "n1" }),
  csvRow({ id: "n2", metadata: '{"text": "line\\nbreak"}' }),
);
const OLDER = csvFile(csvRow({ id: "s1" }), csvRow({ id: "s3", metadata: '{"old": true}' }), csvRow({ id: "o1" }));

const command = fc.oneof(
  fc.subarray([...IDS, "n1", "o1"], { minLength: 1, maxLength: 3 }).map((ids) => ["delete", ...ids]),
  fc.constant(["delete", "--platform", "telegram", "--idle", "1h"]),
  fc.constantFrom(["prune"], ["prune", "--keep-pending"], ["prune", "--idle", "30d"]),
  fc.constantFrom("newest", "skip", "replace").map((choice) => ["import", "in.csv", "--on-conflict", choice]),
  fc.constant(["restore", "older.csv"]),
  fc
    .constantFrom("newest", "backup", "current")
    .map((choice) => ["restore", "older.csv", "--id", "s3", "--on-conflict", choice]),
  fc.constant(["undo"]),
);

interface Logged {
  readonly number: number;
  readonly undoes?: number;
  readonly undone_by?: number;
}

async function changesOf(folder: Folder): Promise<readonly Logged[]> {
  return JSON.parse((await folder.run(["-s", "s.csv", "log", "--json"])).stdout) as readonly Logged[];
}

test("any commands that write, in any order, are taken back by as many undos", async () => {
  const kinds = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 7 }), async (commands) => {
      const folder = new Folder();
      for (const [name, text] of [
        ["s.csv", BEFORE],
        ["in.csv", INCOMING],
        ["older.csv", OLDER],
      ] as const)
        folder.write(name, text);
      for (const [name = "", ...more] of commands) {
        const before = (await changesOf(folder)).length;
        await folder.run(["-s", "s.csv", name, ...more, "-y"]);
        if ((await changesOf(folder)).length > before) kinds.add(name);
      }
      for (;;) {
        const left = (await changesOf(folder)).filter(
          ({ undoes, undone_by: undoneBy }) => undoes === undefined && undoneBy === undefined,
        );
        if (left.length === 0) break;
        expect(await folder.run(["-s", "s.csv", "undo", "-y"])).toMatchObject({ exitCode: 0 });
      }
      expect(folder.read("s.csv")).toBe(BEFORE);
    }),
    { numRuns: 40 },
  );
  expect([...kinds].sort()).toEqual(["delete", "import", "prune", "restore", "undo"]);
});
