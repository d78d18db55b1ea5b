import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import { RawJson } from "../../src/session/raw-json.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import { fileOf, manage, row } from "./managing.js";

const HOLDER = { pid: 1, host: "h", command: "another", since: "2025-09-30T10:00:00Z" };

test("a session that is being made is given to a second caller when it is on the disk, not before", async () => {
  const { manager, file, text } = await manage(fileOf());
  const first = manager.getOrCreate({ userId: "api_1", platform: "api" });
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  const second = await manager.getOrCreate({ userId: "api_1", platform: "api" });
  expect(text()).toContain(second.session.sessionId);
  expect([(await first).isNew, second.isNew]).toEqual([true, false]);
  expect(second.session.sessionId).toBe((await first).session.sessionId);
});

test("JSON that is given as text keeps its digits, in the form that Python writes", async () => {
  const { manager, text } = await manage(fileOf(row("s1")));
  await manager.setPendingApproval("s1", new RawJson('{"n":12345678901234567890,\n "é":["\\/",1.50]}'));
  expect(text()).toContain('"{""n"": 12345678901234567890, ""\\u00e9"": [""/"", 1.50]}"');
  const session = await manager.updateSessionMetadata("s1", { id: new RawJson("-0.10e5"), list: [new RawJson("1.0")] });
  expect(session.metadataText).toBe('{"id": -0.10e5, "list": [1.0]}');
  const made = await manager.getOrCreateSession({
    userId: "u",
    platform: "api",
    metadata: new RawJson('{"__proto__":{"a":1}}'),
  });
  expect(made.metadataText).toBe('{"__proto__": {"a": 1}}');
});

test.each([
  ["no object", new RawJson("[1]"), "is no JSON object"],
  ["more than 500 levels", new RawJson(`{"a":${"[".repeat(500)}${"]".repeat(500)}}`), "500 levels"],
])("an approval that is %s is refused, and nothing is written", async (_, approval, message) => {
  const { manager, text } = await manage(fileOf(row("s1")));
  await expect(manager.setPendingApproval("s1", approval)).rejects.toThrow(message);
  await manager.flush();
  expect(text()).toBe(fileOf(row("s1")));
});

test("500 levels can be written, and read again", async () => {
  const { manager, rewrite, text } = await manage(fileOf(row("s1")));
  await manager.setPendingApproval("s1", new RawJson(`{"a":${"[".repeat(499)}${"]".repeat(499)}}`));
  rewrite(text().replace("t-s1", "t-s2"));
  expect(manager.findSession("s1")?.threadId).toBe("t-s2");
  expect(manager.contents.damaged.count).toBe(0);
});

test("times are given as they stand in the file, until they are moved", async () => {
  const odd = row("s1").replace("2025-09-30T08:00:00", "2025-09-30 08:00:00+00:00").replace("T09:59:00", "T09:59:00Z");
  const { manager } = await manage(fileOf(odd));
  const found = manager.findSession("s1");
  expect([found?.createdAtText, found?.lastActivityText]).toEqual([
    "2025-09-30 08:00:00+00:00",
    "2025-09-30T09:59:00Z",
  ]);
  expect(manager.getSession("s1").lastActivityText).toBe("2025-09-30T10:00:00.000001");
});

test("as JSON and in a log a session has all its fields, under the names of its properties", async () => {
  const pending = '{"tool_name": "x", "n": NaN}';
  const { manager } = await manage(fileOf(row("s1", { metadata: '{"a": {"b": [1]}}' }), row("s2", { pending })));
  const found = manager.findSession("s1");
  expect(JSON.parse(JSON.stringify(found))).toEqual({
    sessionId: "s1",
    userId: "telegram_1",
    platform: "telegram",
    threadId: "t-s1",
    createdAt: Date.parse("2025-09-30T08:00:00Z") * 1000,
    createdAtText: "2025-09-30T08:00:00",
    lastActivity: Date.parse("2025-09-30T09:59:00Z") * 1000,
    lastActivityText: "2025-09-30T09:59:00",
    hasPendingApproval: false,
    metadata: { a: { b: [1] } },
  });
  expect(inspect(found, { depth: 5 })).toContain("metadata: { a: { b: [ 1 ] } }");
  expect(JSON.parse(JSON.stringify([manager.findSession("s2")]))).toMatchObject([
    { hasPendingApproval: true, pendingApproval: pending, metadata: {} },
  ]);
  const approved = await manager.setPendingApproval("s1", { tool_name: "\u001b[31m" });
  expect(JSON.parse(JSON.stringify(approved))).toMatchObject({ pendingApproval: { tool_name: "\u001b[31m" } });
  expect(inspect(approved)).not.toContain("\u001b");
});

test("a page holds what is asked for, and the count is of all pages", async () => {
  const { manager } = await manage(
    fileOf(row("a"), row("b", { user: "api_2" }), row("gone", { idle: 60 }), row("c"), row("d")),
  );
  const ids = (page: { readonly sessions: readonly { readonly sessionId: string }[] }): string[] =>
    page.sessions.map(({ sessionId }) => sessionId);
  expect(ids(manager.listSessions({}))).toEqual(["a", "b", "c", "d"]);
  expect(ids(manager.listSessions({ state: "all" }))).toEqual(["a", "b", "gone", "c", "d"]);
  const page = manager.listSessions({ platform: "telegram", offset: 1, limit: 1 });
  expect([ids(page), page.count]).toEqual([["c"], 3]);
  expect(manager.listSessions({ userId: "api_2", limit: 0 })).toEqual({ sessions: [], count: 1 });
  const gone = manager.findSessionOfAnyState("gone");
  expect(gone && manager.stateOf(gone)).toBe("expired");
});

test("a file that is gone is trouble until it is back", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")));
  expect(manager.findTrouble()).toBeUndefined();
  rmSync(file);
  time.advance(300);
  expect(manager.findTrouble()).toMatchObject({ code: "STORE_NOT_FOUND" });
  writeFileSync(file, fileOf(row("s1")));
  time.advance(300);
  expect(manager.findTrouble()).toBeUndefined();
});

test("a file in which record borders are in doubt is trouble", async () => {
  const { manager } = await manage(`${fileOf(row("s1"))}s2,"open,telegram`);
  expect(manager.findTrouble()).toMatchObject({ code: "STORE_DAMAGED" });
});

test("a commit that failed is trouble for a minute, or until the next one", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1"), row("s2")), { lockWaitMs: 0 });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_LOCKED");
  expect(manager.findTrouble()).toMatchObject({ code: "STORE_LOCKED" });
  time.advance(60_001);
  expect(manager.findTrouble()).toBeUndefined();
  await failureOf(() => manager.deleteSession("s1"));
  lock.release();
  await manager.deleteSession("s1");
  expect([manager.findTrouble(), manager.commitCount]).toEqual([undefined, 1]);
});

test("a commit that failed is no trouble any more where another program has written the file since", async () => {
  const { manager, file, rewrite } = await manage(fileOf(row("s1"), row("s2")), { lockWaitMs: 0 });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_LOCKED");
  lock.release();
  rewrite(fileOf(row("s1")));
  expect(manager.findTrouble()).toBeUndefined();
});

test("a commit that the disk refused is trouble for ten minutes, or until one is made", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1"), row("s2")));
  mkdirSync(replacementTemp(file));
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("IO_FAILED");
  time.advance(60_001);
  expect(manager.findTrouble()).toMatchObject({ code: "IO_FAILED" });
  time.advance(600_001);
  expect(manager.findTrouble()).toBeUndefined();
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("IO_FAILED");
  rmdirSync(replacementTemp(file));
  await manager.deleteSession("s1");
  expect(manager.findTrouble()).toBeUndefined();
});

test("waiting for another program's lock ends when it is told to", async () => {
  const patience = new AbortController();
  const { manager, file, text } = await manage(fileOf(row("s1")), { signal: patience.signal, lockWaitMs: 60_000 });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const deleted = failureOf(() => manager.deleteSession("s1"));
  patience.abort("SIGTERM");
  expect((await deleted).code).toBe("CANCELLED");
  lock.release();
  expect(text()).toBe(fileOf(row("s1")));
});

test("a change that was refused while nothing could be read is not written later", async () => {
  const folder = path.join(temporaryFolder(), "there");
  mkdirSync(folder);
  const store = path.join(folder, "sessions.csv");
  const { manager, text } = await manage(fileOf(row("s1"), row("s2")), { store });
  renameSync(folder, `${folder}-not`);
  await expect(manager.setPendingApproval("s1", { refused: true })).rejects.toThrow("IO_FAILED");
  renameSync(`${folder}-not`, folder);
  await manager.setPendingApproval("s2", { taken: true });
  expect(text()).toContain("taken");
  expect(text()).not.toContain("refused");
});

test("a session that could not be made is not given to a second caller", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const asked = { userId: "api_1", platform: "api" };
  rmSync(file);
  expect((await failureOf(() => manager.getOrCreateSession(asked))).code).toBe("STORE_NOT_FOUND");
  expect((await failureOf(() => manager.getOrCreateSession(asked))).code).toBe("STORE_NOT_FOUND");
  writeFileSync(file, fileOf());
  expect((await manager.getOrCreate(asked)).isNew).toBe(true);
  expect(manager.getSession("id-5").userId).toBe("api_1");
});

test("the counts are of the file as it is, whoever wrote it", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1"), row("s2")));
  expect(manager.activeSessionCount).toBe(2);
  writeFileSync(file, fileOf(row("s1")));
  time.advance(60_000);
  expect([manager.activeSessionCount, manager.contents.sessions]).toEqual([1, 1]);
});

test("a cleanup that finds nothing to remove under the lock tells of nothing", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")));
  const told: (readonly string[])[] = [];
  manager.events.on("expired", (ids) => told.push(ids));
  time.advance(24 * 3_600_000);
  const cleaned = manager.cleanupExpiredSessions();
  // Another program was faster.
  writeFileSync(file, fileOf());
  expect([await cleaned, told]).toEqual([0, []]);
});

test("an id that another session has already is refused, and nothing is written", async () => {
  const { manager, text } = await manage(fileOf(row("s1")), { createId: () => "s1" });
  const failure = await failureOf(() => manager.getOrCreateSession({ userId: "api_1", platform: "api" }));
  expect([failure.code, failure.details.ids]).toEqual(["VALUE_REFUSED", ["s1"]]);
  expect(text()).toBe(fileOf(row("s1")));
  expect(manager.findSession("s1")?.userId).toBe("telegram_1");
});
