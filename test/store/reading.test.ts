// Law 5: readers need no lock and always see one whole version.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { HEADER, line, RETENTION } from "../session/records.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import { CsvStore } from "../../src/store/csv-store.js";
import type { StatsRequest } from "../../src/store/store.js";
import {
  contentOf,
  EVERYTHING,
  fileOf,
  idsOf,
  namesBeside,
  OPTIONS,
  readIds,
  sessionsOf,
  storeWith,
} from "./store-file.js";

const ALL = { selection: [], retention: RETENTION };
const STATS: StatsRequest = { ...ALL, grouping: { field: "platform" } };

describe("a file that is not there", () => {
  test.each(["describe", "read", "find", "lookup", "stats", "planRemoval", "remove"] as const)(
    "is STORE_NOT_FOUND for %s, and stays away",
    async (operation) => {
      const folder = temporaryFolder();
      const store = CsvStore.atPath(path.join(folder, "s.csv"), OPTIONS);
      const run = {
        describe: () => store.describe(),
        read: () => idsOf(store.read(ALL)),
        find: () => store.find("a", ALL),
        lookup: () => store.lookup(["a"]),
        stats: () => store.stats(STATS),
        planRemoval: () => store.planRemoval(EVERYTHING),
        remove: () => store.remove(EVERYTHING, {}),
      };
      expect((await failureOf(run[operation])).code).toBe("STORE_NOT_FOUND");
      expect(fs.readdirSync(folder)).toEqual([]);
    },
  );
});

describe("reading", () => {
  test("gives the sessions in the order of the file", async () => {
    const { store } = storeWith(fileOf({ session_id: "b" }, { session_id: "a" }, { session_id: "c" }));
    expect(await readIds(store)).toEqual(["b", "a", "c"]);
  });

  test("gives the selected sessions only", async () => {
    const { store } = storeWith(fileOf({ session_id: "a", platform: "x" }, { session_id: "b" }));
    expect(await readIds(store, [{ type: "platform", platforms: ["x"] }])).toEqual(["a"]);
  });

  test("gives nothing of a file with a header only", async () => {
    const { store } = storeWith(`${HEADER}\r\n`);
    expect(await readIds(store)).toEqual([]);
  });

  test("gives nothing of a header without a line break", async () => {
    const { store } = storeWith(HEADER);
    expect(await readIds(store)).toEqual([]);
  });

  test("gives every session of a file of several windows", async () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `session ${index}`);
    const { store } = storeWith(fileOf(...ids.map((session_id) => ({ session_id }))));
    expect(await readIds(store)).toEqual(ids);
  });

  test("leaves out what is no whole record, and says so with its line", async () => {
    const { store } = storeWith(fileOf({ session_id: "a", metadata: '{"a":\n1}' }, "x,y", "", { session_id: "b" }));
    const reading = store.read(ALL);
    expect(await idsOf(reading)).toEqual(["a", "b"]);
    expect(reading.leftOut).toMatchObject({
      count: 1,
      findings: [{ line: 4, message: "2 fields where the header has 8" }],
    });
  });

  test("leaves out a record with NUL bytes", async () => {
    const filler = Array.from({ length: 20 }, (_, index) => ({ session_id: `f${index}` }));
    const { store } = storeWith(fileOf(...filler, { session_id: "a\0" }, { session_id: "b" }));
    const reading = store.read(ALL);
    expect((await idsOf(reading)).slice(20)).toEqual(["b"]);
    expect(reading.leftOut).toMatchObject({ count: 1, findings: [{ line: 22, message: "NUL bytes" }] });
  });

  test("leaves out a record with NUL bytes near the start of the file too", async () => {
    const { store } = storeWith(fileOf({ session_id: "a\0" }, { session_id: "b" }));
    expect(await readIds(store)).toEqual(["b"]);
  });

  test("leaves out the records behind a quote that is never closed", async () => {
    const { store } = storeWith(fileOf({ session_id: "a" }, '"b', { session_id: "c" }));
    const reading = store.read(ALL);
    expect(await idsOf(reading)).toEqual(["a"]);
    expect(reading.leftOut).toMatchObject({ count: 1, findings: [{ line: 3 }] });
  });

  test("keeps twenty findings and counts the others", async () => {
    const { store } = storeWith(fileOf(...Array.from({ length: 25 }, () => "broken")));
    const reading = store.read(ALL);
    await idsOf(reading);
    expect([reading.leftOut.count, reading.leftOut.findings.map((finding) => finding.line)]).toEqual([
      25,
      Array.from({ length: 20 }, (_, index) => index + 2),
    ]);
  });

  test("gives a session whose times or JSON cannot be decoded", async () => {
    const { store } = storeWith(fileOf({ session_id: "a", created_at: "then", metadata: "{" }));
    const [session] = await sessionsOf(store.read(ALL));
    expect([session?.sessionId, session?.createdAt, session?.metadata]).toEqual(["a", undefined, "{"]);
  });

  test("sees the version that it began with, also when the file is replaced", async () => {
    const before = Array.from({ length: 20_000 }, (_, index) => ({ session_id: `old ${index}` }));
    const { file, store } = storeWith(fileOf(...before));
    const ids: string[] = [];
    for await (const batch of store.read(ALL)) {
      if (ids.length === 0) {
        fs.writeFileSync(`${file}.new`, fileOf({ session_id: "new" }));
        fs.renameSync(`${file}.new`, file);
      }
      ids.push(...batch.map(({ sessionId }) => sessionId));
    }
    expect(ids).toEqual(before.map(({ session_id }) => session_id));
  });

  test("fails with STORE_CHANGED where the file is rewritten in place meanwhile", async () => {
    const before = Array.from({ length: 20_000 }, (_, index) => ({ session_id: `old ${index}` }));
    const { file, store } = storeWith(fileOf(...before));
    const failure = await failureOf(async () => {
      for await (const batch of store.read(ALL))
        if (batch.length > 0) fs.writeFileSync(file, fileOf({ session_id: "new" }));
    });
    expect(failure.code).toBe("STORE_CHANGED");
  });

  test("makes no file beside it and changes nothing", async () => {
    const { file, store } = storeWith(fileOf({}));
    await readIds(store);
    await store.stats(STATS);
    expect([fs.readdirSync(path.dirname(file)), contentOf(file)]).toEqual([["s.csv"], fileOf({})]);
  });

  test("goes through a symbolic link", async () => {
    const { file } = storeWith(fileOf({ session_id: "a" }));
    fs.symlinkSync("s.csv", `${file}.link`);
    expect(await readIds(CsvStore.atPath(`${file}.link`, OPTIONS))).toEqual(["a"]);
  });

  test.skipIf(process.platform !== "linux")("closes the file where the reading is broken off", async () => {
    const { file, store } = storeWith(fileOf(...Array.from({ length: 20_000 }, () => ({}))));
    const isOpen = (): boolean => {
      const descriptors = fs.readdirSync("/proc/self/fd").map((fd) => `/proc/self/fd/${fd}`);
      return descriptors.some((link) => fs.existsSync(link) && fs.readlinkSync(link) === file);
    };
    const seen: boolean[] = [];
    for await (const batch of store.read(ALL)) {
      seen.push(isOpen());
      if (batch.length > 0) break;
    }
    expect([...seen, isOpen()]).toEqual([true, false]);
  });
});

describe("a description", () => {
  test("names the columns, the size and the time of the last change", async () => {
    const { file, store } = storeWith(`\ufeffteam,${HEADER}\r\n`);
    fs.utimesSync(file, 0, new Date("2025-09-30T10:30:00.500Z"));
    const { columns, byteLength, modifiedAt } = await store.describe();
    expect({ names: columns.names, byteLength, modifiedAt }).toEqual({
      names: ["team", ...COLUMN_NAMES],
      byteLength: Buffer.byteLength(`\ufeffteam,${HEADER}\r\n`),
      modifiedAt: 1_759_228_200_500_000,
    });
  });

  test("says whether the last change was ours", async () => {
    const { file, store } = storeWith(fileOf({}, { session_id: "b" }));
    await store.remove({ ...EVERYTHING, selection: [{ type: "id", ids: new Set(["b"]) }] }, {});
    const ours = (await store.describe()).lastWrittenByUs;
    fs.appendFileSync(file, `${line()}\n`);
    expect([ours, (await store.describe()).lastWrittenByUs]).toEqual([true, false]);
  });
});

describe("statistics", () => {
  test("count what is selected, and tell what is left out", async () => {
    const content = fileOf({ platform: "x" }, { platform: "x", last_activity: "then" }, { platform: "y" }, "broken");
    const { store } = storeWith(content);
    const stats = await store.stats({ ...STATS, selection: [{ type: "platform", platforms: ["x"] }] });
    expect(stats).toMatchObject({
      total: 2,
      active: 1,
      unknown: 1,
      groups: [{ key: "x", total: 2 }],
      leftOut: { count: 1, findings: [{ line: 5 }] },
      byteLength: content.length,
    });
  });

  test("count over all windows of a file", async () => {
    const platforms = Array.from({ length: 20_000 }, (_, index) => `p${index % 3}`);
    const { store } = storeWith(fileOf(...platforms.map((platform) => ({ platform }))));
    const { groups } = await store.stats(STATS);
    expect(groups.map(({ key, total }) => [key, total])).toEqual([
      ["p0", 6667],
      ["p1", 6667],
      ["p2", 6666],
    ]);
  });
});

describe("an input in memory", () => {
  const store = CsvStore.inMemory(Buffer.from(fileOf({ session_id: "a" }, "broken")), "standard input", undefined);

  test("is read like a file", async () => {
    expect(await readIds(store)).toEqual(["a"]);
  });

  test("has a plan", async () => {
    expect(await store.planRemoval(EVERYTHING)).toMatchObject({ total: 2, removed: 1, undecodable: { count: 1 } });
  });

  test("can be read more than once", async () => {
    expect([await readIds(store), await readIds(store)]).toEqual([["a"], ["a"]]);
  });

  test.each(["remove", "create"] as const)("cannot be written by %s", async (operation) => {
    const run = { remove: () => store.remove(EVERYTHING, {}), create: () => store.create({}) };
    expect(await failureOf(run[operation])).toMatchObject({ code: "USAGE", details: { path: "standard input" } });
  });

  test("does not know when and by whom it was changed", async () => {
    const { modifiedAt, lastWrittenByUs } = await store.describe();
    expect([modifiedAt, lastWrittenByUs]).toEqual([undefined, undefined]);
  });
});

test("law 5: nothing lies beside a file that was only read and planned", async () => {
  const { file, store } = storeWith(fileOf({}));
  await store.planRemoval(EVERYTHING);
  expect(namesBeside(file)).toEqual(["s.csv"]);
});
