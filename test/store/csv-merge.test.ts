// Literal bytes in, literal bytes out.
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { CsvStore } from "../../src/store/csv-store.js";
import type { ConflictPolicy, IncomingSession, MergePlan } from "../../src/store/store.js";
import { failureOf, fileWith, HOLDER, temporaryFolder } from "../storage/folder.js";

const HEADER = "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata";

function row(id: string, hour = "10", metadata = "{}"): string {
  return `${id},u_1,u,t,2025-09-30T09:00:00,2025-09-30T${hour}:00:00,,${metadata}`;
}

function session(text: string, { raw = true } = {}): IncomingSession {
  const names = HEADER.split(",");
  const texts = text.split(",");
  const values = new Map(names.map((name, place) => [name, texts[place] ?? ""]));
  return { sessionId: texts[0] ?? "", values, origin: "record 1", ...(raw ? { raw: Buffer.from(text) } : {}) };
}

function storeAt(file: string): CsvStore {
  return CsvStore.atPath(file, { lock: { holder: HOLDER, waitMs: 100 } });
}

async function merge(
  file: string,
  incoming: readonly IncomingSession[],
  onConflict: ConflictPolicy = "fail",
): Promise<MergePlan> {
  const planned = await storeAt(file).planMerge({ incoming: () => incoming, onConflict });
  const { plan } = await storeAt(file).merge({ incoming: () => incoming, onConflict }, {});
  expect(plan).toEqual(planned);
  return plan;
}

function* brokenOff(sessions: readonly IncomingSession[]): Generator<IncomingSession> {
  yield* sessions;
  throw new SessionsError("INPUT_REFUSED", { reason: "it breaks off" });
}

async function merged(content: string, incoming: readonly IncomingSession[], policy?: ConflictPolicy): Promise<string> {
  const file = fileWith(content);
  await merge(file, incoming, policy);
  return readFileSync(file, "utf8");
}

test("an id that is there is a conflict, and nothing is changed", async () => {
  const content = `${HEADER}\n${row("a")}\n${row("b")}\n`;
  const file = fileWith(content);
  const incoming = [session(row("c")), session(row("b", "11"))];
  const { code, details } = await failureOf(() => merge(file, incoming));
  expect([code, details.ids, details.idCount]).toEqual(["SESSION_CONFLICT", ["b"], 1]);
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("an id with a quote in it is found in what comes in", async () => {
  const content = `${HEADER}\n${row('a"b')}\n`;
  const file = fileWith(content);
  expect(await merge(file, [session(row('a"b')), session(row('a"b', "11"))], "skip")).toMatchObject({ added: 0 });
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("two that come in with one id are a conflict, unless they are the same", async () => {
  const file = fileWith(`${HEADER}\n`);
  const { details } = await failureOf(() => merge(file, [session(row("a")), session(row("a", "11"))]));
  expect([details.ids, details.repeatedIdCount]).toEqual([["a"], 1]);
  expect(await merge(file, [session(row("a")), session(row("a"))])).toMatchObject({ added: 1, repeated: 1 });
  expect(readFileSync(file, "utf8")).toBe(`${HEADER}\n${row("a")}\n`);
});

test("a file with borders in doubt is not written", async () => {
  const content = `${HEADER}\n${row("a")}\n"b,u\n`;
  const file = fileWith(content);
  expect((await failureOf(() => merge(file, [session(row("c"))]))).code).toBe("STORE_DAMAGED");
  expect(readFileSync(file, "utf8")).toBe(content);
});

test("no file is made unless that is asked for", async () => {
  const file = path.join(temporaryFolder(), "new.csv");
  expect((await failureOf(() => merge(file, [session(row("a"))]))).code).toBe("STORE_NOT_FOUND");
});

test("a file is made with the header that is asked for, mode 0600", async () => {
  const file = path.join(temporaryFolder(), "new.csv");
  const request = { incoming: () => [session(row("a"))], onConflict: "fail", createWith: `${HEADER}\n` } as const;
  expect(await storeAt(file).planMerge(request)).toMatchObject({ added: 1 });
  await storeAt(file).merge(request, {});
  expect(readFileSync(file, "utf8")).toBe(`${HEADER}\n${row("a")}\n`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a file that is made holds what is newest of each id, also where much came in, and leaves nothing beside it", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "new.csv");
  const late = row("a", "11");
  const others = Array.from({ length: 40_000 }, (_, number) => row(`s${number}`));
  const incoming = () => [late, ...others, row("a"), row("s7", "12")].map((text) => session(text));
  const request = { incoming, onConflict: "newest", createWith: `${HEADER}\n` } as const;
  const { plan } = await storeAt(file).merge(request, {});
  expect(plan).toMatchObject({ incoming: 40_003, added: 40_001, repeated: 2 });
  const kept = [late, ...others.filter((text) => text !== row("s7")), row("s7", "12")];
  expect(readFileSync(file, "utf8")).toBe([HEADER, ...kept, ""].join("\n"));
  expect(readdirSync(folder).sort()).toEqual(["new.csv", "new.csv.d"]);
});

test("where a file cannot be made, nothing is left of the attempt", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "new.csv");
  const options = { onConflict: "fail", createWith: `${HEADER}\n` } as const;
  const fails = async (incoming: () => Iterable<IncomingSession>): Promise<string> =>
    (await failureOf(() => storeAt(file).merge({ incoming, ...options }, {}))).code;
  const many = Array.from({ length: 40_000 }, (_, number) => session(row(`s${number}`)));
  expect(await fails(() => [...many, session(row("s1", "11"))])).toBe("SESSION_CONFLICT");
  expect(await fails(() => brokenOff(many))).toBe("INPUT_REFUSED");
  expect(readdirSync(folder)).toEqual([]);
});

test("a file that is there when all has come in stays as it is", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "new.csv");
  const incoming = (): IncomingSession[] => {
    writeFileSync(file, "theirs");
    return [session(row("a"))];
  };
  const request = { incoming, onConflict: "fail", createWith: `${HEADER}\n` } as const;
  expect((await failureOf(() => storeAt(file).merge(request, {}))).code).toBe("STORE_EXISTS");
  expect(readFileSync(file, "utf8")).toBe("theirs");
  expect(readdirSync(folder).sort()).toEqual(["new.csv", "new.csv.d"]);
});

test("what a killed import left of a new file goes an hour later", async () => {
  const folder = temporaryFolder();
  const file = path.join(folder, "new.csv");
  const [stale, fresh] = [".new.csv.0123456789abcdef.sessions-part", ".new.csv.fedcba9876543210.sessions-part"];
  for (const name of [stale, fresh]) writeFileSync(path.join(folder, name), "half");
  const longAgo = new Date(Date.now() - 3_700_000);
  utimesSync(path.join(folder, stale), longAgo, longAgo);
  const request = { incoming: () => [session(row("a"))], onConflict: "fail", createWith: `${HEADER}\n` } as const;
  await storeAt(file).merge(request, {});
  expect(readdirSync(folder).sort()).toEqual([fresh, "new.csv", "new.csv.d"]);
});

test.for<[string, string, IncomingSession[], ConflictPolicy, string]>([
  [
    "new ones are added in order",
    `${HEADER}\n${row("a")}\n`,
    [session(row("c")), session(row("b"))],
    "fail",
    `${HEADER}\n${row("a")}\n${row("c")}\n${row("b")}\n`,
  ],
  [
    "the file's line ending is used",
    `${HEADER}\r\n${row("a")}\n`,
    [session(row("b"))],
    "fail",
    `${HEADER}\r\n${row("a")}\n${row("b")}\r\n`,
  ],
  [
    "a last line without its end gets one",
    `${HEADER}\r\n${row("a")}`,
    [session(row("b")), session(row("c"))],
    "fail",
    `${HEADER}\r\n${row("a")}\r\n${row("b")}\r\n${row("c")}\r\n`,
  ],
  ["a header without its end gets one", HEADER, [session(row("b"))], "fail", `${HEADER}\r\n${row("b")}\r\n`],
  ["a byte order mark stays", `\ufeff${HEADER}\n`, [session(row("b"))], "fail", `\ufeff${HEADER}\n${row("b")}\n`],
  [
    "replaced ones keep their place",
    `${HEADER}\n${row("a")}\r\n${row("b")}\n`,
    [session(row("c")), session(row("a", "09", '{"x": 1}'), { raw: false })],
    "replace",
    `${HEADER}\n${row("a", "09", '"{""x"": 1}"')}\r\n${row("b")}\n${row("c")}\n`,
  ],
  [
    "the last one replaced has no line end",
    `${HEADER}\n${row("a")}`,
    [session(row("a", "11"))],
    "replace",
    `${HEADER}\n${row("a", "11")}`,
  ],
  [
    "skipped ones stay",
    `${HEADER}\n${row("a")}\n`,
    [session(row("a", "11")), session(row("b"))],
    "skip",
    `${HEADER}\n${row("a")}\n${row("b")}\n`,
  ],
  [
    "the newest counts",
    `${HEADER}\n${row("a", "10")}\n${row("b", "10")}\n${row("c", "10")}\n`,
    [session(row("a", "11")), session(row("b", "09")), session(row("c", "10", "{ }"))],
    "newest",
    `${HEADER}\n${row("a", "11")}\n${row("b", "10")}\n${row("c", "10")}\n`,
  ],
  [
    "of several that come in the last counts",
    `${HEADER}\n${row("a", "10")}\n`,
    [session(row("a", "12")), session(row("b", "08")), session(row("b", "09")), session(row("a", "11"))],
    "replace",
    `${HEADER}\n${row("a", "11")}\n${row("b", "09")}\n`,
  ],
  [
    "of several that come in the newest counts where that is asked for",
    `${HEADER}\n${row("a", "10")}\n`,
    ["08", "12", "11", "12"].flatMap((hour) => [session(row("a", hour)), session(row("b", hour, `${hour}0`))]),
    "newest",
    `${HEADER}\n${row("a", "12")}\n${row("b", "12", "120")}\n`,
  ],
  [
    "an older one that comes in last does not hide a newer one",
    `${HEADER}\n${row("a", "10")}\n`,
    [session(row("a", "12")), session(row("b", "12")), session(row("b", "09")), session(row("a", "11"))],
    "newest",
    `${HEADER}\n${row("a", "12")}\n${row("b", "12")}\n`,
  ],
  [
    "of several that are there the last is replaced",
    `${HEADER}\n${row("a", "10")}\n${row("a", "08")}\n`,
    [session(row("a", "09"))],
    "newest",
    `${HEADER}\n${row("a", "10")}\n${row("a", "09")}\n`,
  ],
  [
    "a record without a time is not replaced by a newer one",
    `${HEADER}\n${row("a", "99")}\n`,
    [session(row("a", "11"))],
    "newest",
    `${HEADER}\n${row("a", "99")}\n`,
  ],
  [
    "a record that is not whole has no id",
    `${HEADER}\na,u\n`,
    [session(row("a"))],
    "fail",
    `${HEADER}\na,u\n${row("a")}\n`,
  ],
  [
    "other columns get what is named, or nothing",
    `note,${HEADER},more\n`,
    [session(row("a"), { raw: false })],
    "fail",
    `note,${HEADER},more\n,${row("a")},\n`,
  ],
])("%s", async ([, content, incoming, policy, expected]) => {
  expect(await merged(content, incoming, policy)).toBe(expected);
});

function partial(id: string, values: Readonly<Record<string, string>>): IncomingSession {
  return { sessionId: id, values: new Map(Object.entries({ session_id: id, ...values })), origin: "record 1" };
}

test("columns that do not come in keep their bytes where a session is replaced, and are empty where one is added", async () => {
  const old = `a,u_1,"u",t"1,2025-09-30T09:00:00,2025-09-30T10:00:00,"{""x"": 1}",{},"n,1"`;
  const times = { created_at: "2025-09-30T09:00:00", last_activity: "2025-09-30T11:00:00" };
  const incoming = ["a", "b"].map((id) => partial(id, { user_id: "u,2", ...times }));
  for (const policy of ["newest", "replace"] as const) {
    expect(await merged(`${HEADER},note\n${old}\n`, incoming, policy)).toBe(
      `${HEADER},note\n${old.replace("u_1", '"u,2"').replace("T10:", "T11:")}\nb,"u,2",,,2025-09-30T09:00:00,2025-09-30T11:00:00,,,\n`,
    );
  }
});

test("a session whose columns that come in are the same is no conflict", async () => {
  const file = fileWith(`${HEADER}\n${row("a")}\n`);
  const same = partial("a", { user_id: "u_1", last_activity: "2025-09-30T10:00:00" });
  expect(await merge(file, [same])).toMatchObject({ unchanged: 1, conflicts: { count: 0 } });
});

test("of each session other columns may come in", async () => {
  const content = `${HEADER}\n${row("a")}\n${row("b")}\n`;
  const later = { last_activity: "2025-09-30T11:00:00" };
  const incoming = [partial("a", { ...later, metadata: "" }), partial("b", { ...later, platform: "v" })];
  const expected = `${row("a", "11", "")}\n${row("b", "11").replace(",u,", ",v,")}`;
  expect(await merged(content, incoming, "newest")).toBe(`${HEADER}\n${expected}\n`);
});

test("the very same records are no conflict, and nothing is written", async () => {
  const file = fileWith(`${HEADER}\r\n${row("a")}\n${row("b")}\r\n`);
  const before = statSync(file);
  const plan = await merge(file, [session(row("b")), session(row("a"), { raw: false })]);
  expect(plan).toEqual({
    ...{ incoming: 2, added: 0, replaced: 0, skipped: 0, unchanged: 2, repeated: 0 },
    conflicts: { count: 0, ids: [], within: 0 },
  });
  expect(statSync(file).ino).toBe(before.ino);
});

test("every session that comes in is counted once", async () => {
  const file = fileWith(`${HEADER}\n${row("same")}\n${row("old", "08")}\n${row("new", "12")}\n`);
  const incoming = ["same", "old", "new", "added", "added"].map((id) => session(row(id)));
  expect(await merge(file, incoming, "newest")).toEqual({
    ...{ incoming: 5, added: 1, replaced: 1, skipped: 1, unchanged: 1, repeated: 1 },
    conflicts: { count: 2, ids: ["old", "new"], within: 0 },
  });
});

test("records of any size are replaced wherever a window ends", async () => {
  const ids = Array.from({ length: 40 }, (_, index) => `s${index}`);
  const size = (index: number): number => (index % 3 === 0 ? 700_000 : 40_000);
  const records = ids.map((id, index) => row(id, "10", "x".repeat(size(index))));
  const incoming = ids.flatMap((id, index) => (index % 2 === 0 ? [session(row(id, "11", "y".repeat(100_000)))] : []));
  const expected = records.map((record, index) =>
    index % 2 === 0 ? row(ids[index] ?? "", "11", "y".repeat(100_000)) : record,
  );
  const lines = (all: readonly string[]): string => `${HEADER}\n${all.join("\n")}\n`;
  expect((await merged(lines(records), incoming, "replace")) === lines(expected)).toBe(true);
});

test("sessions may come one by one, and the file may change before the lock is taken", async () => {
  const file = fileWith(`${HEADER}\n`);
  async function* incoming(): AsyncGenerator<IncomingSession> {
    yield session(row("a"));
    writeFileSync(file, `${HEADER}\n${row("b")}\n`);
    yield session(row("b", "11"));
  }
  await storeAt(file).merge({ incoming, onConflict: "newest" }, {});
  expect(readFileSync(file, "utf8")).toBe(`${HEADER}\n${row("b", "11")}\n${row("a")}\n`);
});

test("columns that change before the lock is taken call it off", async () => {
  const file = fileWith(`${HEADER}\n`);
  const changed = `x,${HEADER}\n`;
  function* incoming(): Generator<IncomingSession> {
    yield session(row("a"));
    writeFileSync(file, changed);
  }
  const { code } = await failureOf(() => storeAt(file).merge({ incoming, onConflict: "newest" }, {}));
  expect([code, readFileSync(file, "utf8")]).toEqual(["STORE_CHANGED", changed]);
});

test("a plan that is not approved is not carried out", async () => {
  const file = fileWith(`${HEADER}\n`);
  const approve = (): void => {
    throw new Error("no");
  };
  const request = { incoming: () => [session(row("a"))], onConflict: "fail" } as const;
  await expect(storeAt(file).merge(request, { approve })).rejects.toThrow("no");
  expect(readFileSync(file, "utf8")).toBe(`${HEADER}\n`);
});
