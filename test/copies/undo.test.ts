// Every change that is in the log can be taken back.
import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chooseChange, undoChange } from "../../src/copies/undo.js";
import { readHistory } from "../../src/copies/change-history.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { prepareRepair } from "../../src/store/csv-repair.js";
import { repairInPlace } from "../../src/store/csv-repair-writing.js";
import { dropOldEntries } from "../../src/store/change-log.js";
import type { CsvInput } from "../../src/store/csv-source.js";
import type { ChangeOrigin } from "../../src/store/store.js";
import { line } from "../session/records.js";
import { failureOf } from "../storage/folder.js";
import { contentOf, EVERYTHING, fileOf, OPTIONS, removalById, storeWith } from "../store/store-file.js";

const ORIGIN: ChangeOrigin = {
  time: new Date("2025-09-30T10:00:00Z"),
  user: "tester",
  host: "test-host",
  command: "sessions prune",
};
const UNDONE_AT = new Date("2025-09-30T10:30:00Z");
const VALUES = {
  platform: "telegram",
  thread_id: "t1",
  created_at: "2025-09-30T10:00:00",
  last_activity: "2025-09-30T11:00:00",
  pending_approval: "",
  metadata: "{}",
};
const NOTHING_AROUND = [["a"], ["b"], ["c"]].map(([session_id = ""]) => line({ session_id }));

function inputOf(file: string): CsvInput {
  return { location: file, naiveOffset: undefined, onRead: undefined, open: () => openSnapshot(file) };
}

async function undo(file: string, number?: number) {
  return undoChange(inputOf(file), OPTIONS.lock, number, { origin: ORIGIN, now: UNDONE_AT, tool: "sessions 1.2.3" });
}

const remove = (store: ReturnType<typeof storeWith>["store"], ...ids: string[]) =>
  store.remove(removalById(...ids), { origin: ORIGIN });

const entryFiles = (file: string): string[] =>
  fs.readdirSync(path.join(`${file}.d`, "log")).map((name) => path.join(`${file}.d`, "log", name));

describe("the log", () => {
  test("holds a change with the exact bytes that went, and nothing where nothing changed", async () => {
    const [A = "", B = "", C = ""] = NOTHING_AROUND;
    const { file, store } = storeWith(fileOf(A, B, C));
    await remove(store, "b");
    const { number } = await remove(store, "b");
    expect(number).toBeUndefined();
    const { entries } = readHistory(file);
    expect(entries).toMatchObject([
      {
        number: 1,
        time: "2025-09-30T10:00:00.000Z",
        user: "tester",
        host: "test-host",
        command: "sessions prune",
        counts: { removed: 1, replaced: 0, added: 0 },
        before: { byteLength: Buffer.byteLength(fileOf(A, B, C)) },
        after: { byteLength: Buffer.byteLength(fileOf(A, C)) },
        undoneBy: undefined,
      },
    ]);
    const [entry = ""] = entryFiles(file);
    expect(path.basename(entry)).toBe("000001-20250930T100000Z.jsonl");
    expect(fs.statSync(entry).mode & 0o777).toBe(0o600);
    const first: unknown = JSON.parse(contentOf(entry).split("\n")[0] ?? "");
    expect(first).toEqual({ sessionId: "b", byteOffset: Buffer.byteLength(fileOf(A)), removed: `${B}\n` });
  });

  test("is not kept where nobody says who changes the file", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await store.remove(removalById("b"), {});
    expect(fs.existsSync(path.join(`${file}.d`, "log"))).toBe(false);
    expect(readHistory(file).entries).toEqual([]);
  });

  test("leaves out what is not whole, and other files in its folder", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "a");
    await remove(store, "b");
    const [first = "", second = ""] = entryFiles(file);
    fs.writeFileSync(first, contentOf(first).slice(0, -20));
    fs.writeFileSync(path.join(path.dirname(first), "notes.txt"), "mine\n");
    expect(readHistory(file).entries.map(({ number }) => number)).toEqual([2]);
    expect(readHistory(file).unreadable).toEqual([first]);
    fs.writeFileSync(second, contentOf(second).replace('"before"', '"bxfore"'));
    fs.mkdirSync(path.join(path.dirname(first), "000009-20250930T100000Z.jsonl"));
    expect(readHistory(file)).toMatchObject({
      entries: [],
      unreadable: [{}, {}, {}].map(() => expect.any(String) as string),
    });
  });

  test("knows a change that was never made: the process was killed before it, or the old version was put back", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    const before = contentOf(file);
    await remove(store, "a");
    fs.writeFileSync(file, before);
    expect(readHistory(file).entries).toMatchObject([{ number: 1, isGone: true }]);
    expect((await failureOf(() => undo(file))).details.reason).toBe("the log holds no change to take back");
    expect((await failureOf(() => undo(file, 1))).details.reason).toBe(
      "change 1 is not in the file: it is again what it was before",
    );
    // The next number is another one, so that two entries are never taken for each other.
    expect((await remove(store, "b")).number).toBe(2);
    expect(readHistory(file).entries.map(({ number, isGone }) => [number, isGone])).toEqual([
      [1, true],
      [2, false],
    ]);
    await undo(file);
    expect(contentOf(file)).toBe(before);
  });

  test("holds a change with a command line of any length", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    const command = `sessions delete ${"x".repeat(200_000)}`;
    await store.remove(removalById("a"), { origin: { ...ORIGIN, command } });
    expect(readHistory(file).entries[0]?.command).toBe(`${command.slice(0, 4000)}…`);
    await undo(file);
    expect(contentOf(file)).toBe(fileOf(...NOTHING_AROUND));
  });

  test("follows no symbolic link in the place of its folder", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    const elsewhere = path.join(path.dirname(file), "elsewhere");
    fs.mkdirSync(elsewhere);
    fs.mkdirSync(`${file}.d`, { mode: 0o700 });
    fs.symlinkSync(elsewhere, path.join(`${file}.d`, "log"));
    const failure = await failureOf(() => remove(store, "a"));
    expect([failure.code, failure.details.reason]).toEqual(["IO_FAILED", "a symbolic link stands there"]);
    expect(contentOf(file)).toBe(fileOf(...NOTHING_AROUND));
    expect(fs.readdirSync(elsewhere)).toEqual([]);
    expect(() => readHistory(file)).toThrow("a symbolic link stands there");
  });

  test("loses its oldest entries where it grows too large, and never the last", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    for (const id of ["a", "b", "c"]) await remove(store, id);
    dropOldEntries(file, fs.statSync(entryFiles(file)[0] ?? "").size + 10);
    expect(readHistory(file).entries.map(({ number }) => number)).toEqual([3]);
    dropOldEntries(file, 1);
    expect(readHistory(file).entries.map(({ number }) => number)).toEqual([3]);
  });
});

describe("a change is taken back", () => {
  test.each([
    ["LF", fileOf(...NOTHING_AROUND)],
    ["CRLF", fileOf(...NOTHING_AROUND).replaceAll("\n", "\r\n")],
    ["a byte order mark", `\ufeff${fileOf(...NOTHING_AROUND)}`],
    ["no break at the end", fileOf(...NOTHING_AROUND).trimEnd()],
    ["blank lines and records of no session", fileOf("", ...NOTHING_AROUND, "x,y", "")],
  ])("byte for byte: %s", async (_, content) => {
    const { file, store } = storeWith(content);
    await store.remove(EVERYTHING, { origin: ORIGIN });
    expect(contentOf(file)).not.toBe(content);
    const { plan } = await undo(file);
    expect(contentOf(file)).toBe(content);
    expect(plan).toMatchObject({ isExact: true, restored: 3, replaced: 0, removed: 0 });
  });

  test("in whatever order changes were made: as many undos give the file back", async () => {
    const ids = ["a", "b", "c", "d", "e", "f"];
    const content = fileOf(...ids.map((session_id) => line({ session_id })));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.subarray(ids, { minLength: 1 }), { maxLength: 5 }), async (removals) => {
        const { file, store } = storeWith(content);
        let changes = 0;
        for (const some of removals) changes += (await remove(store, ...some)).number === undefined ? 0 : 1;
        for (let count = 0; count < changes; count += 1) await undo(file);
        expect(contentOf(file)).toBe(content);
        expect((await failureOf(() => undo(file))).details.reason).toBe("the log holds no change to take back");
      }),
      { numRuns: 20 },
    );
  });

  test("and made once more by taking that back", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "b");
    const without = contentOf(file);
    await undo(file);
    await undo(file, 2);
    expect(contentOf(file)).toBe(without);
    expect(readHistory(file).entries.map(({ number, undoes, undoneBy }) => [number, undoes, undoneBy])).toEqual([
      [1, undefined, undefined],
      [2, 1, 3],
      [3, 2, undefined],
    ]);
    await undo(file, 3);
    expect(contentOf(file)).toBe(fileOf(...NOTHING_AROUND));
    expect(readHistory(file).entries.map(({ undoneBy }) => undoneBy)).toEqual([2, undefined, 4, undefined]);
    expect((await failureOf(() => undo(file))).details.reason).toBe("the log holds no change to take back");
  });

  test("alone, where others were made since: its sessions come back at the end", async () => {
    const [A = "", B = "", C = ""] = NOTHING_AROUND;
    const { file, store } = storeWith(fileOf(A, B, C));
    await remove(store, "a");
    await remove(store, "c");
    const { plan } = await undo(file, 1);
    expect(plan).toMatchObject({ isExact: false, restored: 1 });
    expect(contentOf(file)).toBe(fileOf(B, A));
  });

  test("alone in a file whose last line has no break", async () => {
    const [A = "", B = "", C = ""] = NOTHING_AROUND;
    const { file, store } = storeWith(fileOf(A, B, C).trimEnd());
    await remove(store, "a");
    fs.writeFileSync(file, fileOf(B, C, line({ session_id: "d" })).trimEnd());
    await undo(file);
    expect(contentOf(file)).toBe(fileOf(B, C, line({ session_id: "d" }), A));
  });

  test("alone in a file of line feeds with a carriage return in a quoted value: a line feed comes before it", async () => {
    const [A = "", B = ""] = NOTHING_AROUND;
    const quoted = line({ session_id: "q", user_id: "x\r\ny" });
    const { file, store } = storeWith(fileOf(A, quoted));
    await remove(store, "a");
    fs.writeFileSync(file, fileOf(quoted, B).trimEnd());
    await undo(file);
    expect(contentOf(file)).toBe(fileOf(quoted, B, A));
  });

  test("that added or replaced a last record without a line break, where others were added since", async () => {
    const [A = "", B = "", C = ""] = NOTHING_AROUND;
    const { file, store } = storeWith(fileOf(A, B).trimEnd());
    const incoming = (session_id: string, user_id: string) => () => [
      { sessionId: session_id, values: new Map(Object.entries({ ...VALUES, session_id, user_id })), origin: "test" },
    ];
    await store.merge({ incoming: incoming("b", "other"), onConflict: "replace" }, { origin: ORIGIN });
    await store.merge({ incoming: incoming("x", "one"), onConflict: "fail" }, { origin: ORIGIN });
    await store.merge({ incoming: incoming("y", "two"), onConflict: "fail" }, { origin: ORIGIN });
    await undo(file, 2);
    await undo(file, 1);
    expect(contentOf(file).split("\n").slice(1, 3)).toEqual([A, B]);
    expect(contentOf(file)).not.toContain("other");
    expect(contentOf(file)).toMatch(/^y,two,/m);
    expect(C).not.toBe("");
  });

  test("not where a session of it was made anew since: it is named, and nothing changes", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "a", "b");
    fs.appendFileSync(file, `${line({ session_id: "b", user_id: "another" })}\n`);
    const before = contentOf(file);
    const failure = await failureOf(() => undo(file));
    expect([failure.code, failure.details.reason]).toEqual([
      "STORE_CHANGED",
      "the file has a record of its own of b, and what change 1 removed would count in its place",
    ]);
    expect(contentOf(file)).toBe(before);
    expect(readHistory(file).entries.length).toBe(1);
  });

  test("not where another record has the id, until that one is taken out", async () => {
    const [old, active] = [line({ session_id: "a", user_id: "old" }), line({ session_id: "a", user_id: "active" })];
    const { file, store } = storeWith(fileOf(old, active));
    await store.remove({ ...EVERYTHING, selection: [{ type: "user", user: "old" }] }, { origin: ORIGIN });
    fs.appendFileSync(file, `${line({ session_id: "b" })}\n`);
    expect((await failureOf(() => undo(file))).details).toMatchObject({
      reason: "the file has a record of its own of a, and what change 1 removed would count in its place",
      hint: "to have the removed one instead, take the other out with sessions delete, then: sessions undo 1",
    });
    expect(contentOf(file)).toBe(fileOf(active, line({ session_id: "b" })));
    await remove(store, "a");
    await undo(file, 1);
    expect(contentOf(file)).toBe(fileOf(line({ session_id: "b" }), old));
  });

  test.each([
    ["an open quote", `"x,y\n`],
    ["a carriage return outside quotes", `${line({ session_id: "x" })}\r${line({ session_id: "y" })}\n`],
    ["bytes that are not UTF-8", Buffer.from(`${line({ session_id: "x\xff" })}\n`, "latin1")],
  ])("not where another program left %s in the file: nothing changes", async (_, appended) => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "a");
    fs.appendFileSync(file, appended);
    const before = fs.readFileSync(file);
    const failure = await failureOf(() => undo(file));
    expect([failure.code, failure.details.reason]).toEqual([
      "STORE_DAMAGED",
      "where its records begin and end is in doubt",
    ]);
    expect(fs.readFileSync(file)).toEqual(before);
  });

  describe("that is a repair", () => {
    const torn = fileOf(...NOTHING_AROUND).slice(0, -30);

    async function repaired() {
      const { file } = storeWith(torn);
      using snapshot = openSnapshot(file);
      const prepared = prepareRepair({ source: snapshot, location: file }, { lossy: false, onRead: undefined });
      await repairInPlace(prepared, snapshot, { lock: OPTIONS.lock, now: ORIGIN.time, origin: ORIGIN });
      const [backup = ""] = fs.readdirSync(path.join(`${file}.d`, "backups"));
      return { file, backup: path.join(`${file}.d`, "backups", backup) };
    }

    test("by the copy that was made before it", async () => {
      const { file, backup } = await repaired();
      expect(contentOf(file)).not.toBe(torn);
      expect(readHistory(file).entries).toMatchObject([{ number: 1, backup: path.basename(backup) }]);
      await undo(file);
      expect(contentOf(file)).toBe(torn);
      await undo(file, 2);
      expect(contentOf(file)).not.toBe(torn);
    });

    test("after a copy of the file as it is, so that the log does not hold all of it", async () => {
      const { file } = await repaired();
      const healed = contentOf(file);
      const { safetyCopy = "" } = await undo(file);
      expect(contentOf(safetyCopy)).toBe(healed);
      expect(readHistory(file).entries[1]).toMatchObject({ undoes: 1, backup: path.basename(safetyCopy) });
      expect(contentOf(entryFiles(file)[1] ?? "").split("\n")).toHaveLength(2);
    });

    test("without counts of sessions, which nobody made", async () => {
      const { file } = await repaired();
      const { plan } = await undo(file);
      expect(plan).toMatchObject({ restored: null, replaced: null, removed: null });
      expect(readHistory(file).entries.map(({ counts }) => counts)).toEqual([undefined, undefined]);
    });

    test("not where the copy is gone or is another one, or the file was changed since", async () => {
      const { file, backup } = await repaired();
      const after = contentOf(file);
      fs.appendFileSync(backup, "x");
      expect((await failureOf(() => undo(file))).details.reason).toBe(
        "it is not the copy that was made before change 1",
      );
      fs.unlinkSync(backup);
      expect((await failureOf(() => undo(file))).details.reason).toBe("the copy that was made before change 1 is gone");
      expect(contentOf(file)).toBe(after);
      fs.appendFileSync(file, `${line({ session_id: "z" })}\n`);
      expect((await failureOf(() => undo(file))).details.reason).toBe(
        "since change 1, other changes were made to the file",
      );
    });
  });

  test("not twice", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "a");
    await undo(file);
    expect((await failureOf(() => undo(file, 1))).details).toMatchObject({
      reason: "change 1 was taken back by change 2",
      hint: "to make it once more: sessions undo 2",
    });
  });

  test("not by an entry that somebody altered: nothing changes", async () => {
    const { file, store } = storeWith(fileOf(...NOTHING_AROUND));
    await remove(store, "a");
    const [entry = ""] = entryFiles(file);
    fs.writeFileSync(entry, contentOf(entry).replace("telegram", "telegraf"));
    const before = contentOf(file);
    expect((await failureOf(() => undo(file))).details.reason).toBe(
      "what it says does not lead back to the version before the change",
    );
    fs.writeFileSync(entry, contentOf(entry).replace("{", ""));
    expect((await failureOf(() => undo(file))).details.reason).toBe("a line of it is damaged");
    expect(contentOf(file)).toBe(before);
  });
});

test("a change that the log does not hold cannot be chosen", () => {
  expect(() => chooseChange([], 7)).toThrow("the log holds no change 7");
});
