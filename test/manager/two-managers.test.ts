// Several servers on one file: what one has acknowledged is there for the others, however soon they are asked.
import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import type { SessionManager } from "../../src/manager/session-manager.js";
import { failureOf, HOLDER } from "../storage/folder.js";
import { fileOf, manage, row, type Managed } from "./managing.js";

const NOW = "2025-09-30T10:00:00.000001";

/** Two managers whose clocks stand still, so that neither looks at the file now and then. */
async function two(...rows: string[]): Promise<{ readonly one: Managed; readonly other: Managed }> {
  const one = await manage(fileOf(...rows));
  const other = await manage(undefined, { store: one.file, createId: () => "other-1", lockWaitMs: 5000 });
  return { one, other };
}

const REQUESTS: readonly (readonly [string, (manager: SessionManager, id: string) => unknown])[] = [
  ["get", (manager, id) => manager.getSession(id).sessionId === id],
  ["find", (manager, id) => manager.findSession(id)?.sessionId === id],
  ["find in any state", (manager, id) => manager.findSessionOfAnyState(id)?.sessionId === id],
  ["set an approval", async (manager, id) => (await manager.setPendingApproval(id, { n: 1 })).hasPendingApproval],
  ["clear an approval", async (manager, id) => !(await manager.clearPendingApproval(id)).hasPendingApproval],
  [
    "set metadata",
    async (manager, id) => (await manager.updateSessionMetadata(id, { n: 1 })).metadataText.includes("n"),
  ],
  ["delete", (manager, id) => manager.deleteSession(id)],
];

test.each(REQUESTS)("%s: what another manager has just made is there", async (_, request) => {
  const { one, other } = await two(row("s1"));
  const { sessionId } = await one.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(await request(other.manager, sessionId)).toBe(true);
});

test.each(REQUESTS)("%s: it is there too while it is in doubt who wrote the file", async (_, request) => {
  const { one, other } = await two(row("s1"));
  await other.manager.setPendingApproval("s1", { n: 1 });
  const { sessionId } = await one.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  // As between the rename of another program and its note of it.
  writeFileSync(`${one.file}.d/lock`, `${JSON.stringify({ holder: HOLDER, lastCommit: null })}\n`);
  expect(await request(other.manager, sessionId)).toBe(true);
  await other.manager.flush();
  expect(one.text()).toContain('{""n"": 1}');
});

test.each(REQUESTS)("%s: it is there too while a change waits for the lock", async (name, request) => {
  const { one, other } = await two(row("s1"));
  const { sessionId } = await one.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  const lock = await acquireLock(one.file, { waitMs: 0, holder: HOLDER });
  const waiting = other.manager.setPendingApproval("s1", { n: 1 });
  const answer = request(other.manager, sessionId);
  if (name === "get" || name.startsWith("find")) expect(answer).toBe(true);
  lock.release();
  expect(await answer).toBe(true);
  await waiting;
  expect(one.text()).toContain('{""n"": 1}');
});

test("where it is in doubt who wrote the file, one that has changed nothing reads it at once", async () => {
  const { manager, file, rewrite } = await manage(fileOf(row("s1")));
  mkdirSync(`${file}.d`, { mode: 0o700 });
  writeFileSync(`${file}.d/lock`, `${JSON.stringify({ holder: HOLDER, lastCommit: null })}\n`);
  rewrite(fileOf(row("s2")));
  expect(manager.getAllSessions().map(({ sessionId }) => sessionId)).toEqual(["s2"]);
});

test("one that has changed something finds out under the lock, without another request", async () => {
  const { manager, file, rewrite } = await manage(fileOf(row("s1")));
  await manager.setPendingApproval("s1", { n: 1 });
  writeFileSync(`${file}.d/lock`, `${JSON.stringify({ holder: HOLDER, lastCommit: null })}\n`);
  rewrite(fileOf(row("s1"), row("s2")));
  let reloads = 0;
  manager.events.on("reloaded", () => (reloads += 1));
  expect(manager.getAllSessions()).toHaveLength(1);
  await expect.poll(() => reloads).toBe(1);
  expect(manager.getAllSessions()).toHaveLength(2);
});

test("a session that was touched by another manager is not expired", async () => {
  const { one, other } = await two(row("s1", { idle: 59 }));
  one.manager.getSession("s1");
  await one.manager.flush();
  other.time.advance(2 * 60_000);
  other.manager.findSession("s2");
  expect(other.manager.findSession("s1")?.lastActivityText).toBe(NOW);
});

test("a touch of what is in the file alone is written", async () => {
  const { one, other } = await two(row("s1"));
  await other.manager.setPendingApproval("s1", { n: 1 });
  const { sessionId } = await one.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  writeFileSync(`${one.file}.d/lock`, `${JSON.stringify({ holder: HOLDER, lastCommit: null })}\n`);
  other.time.advance(100);
  expect(other.manager.getSession(sessionId).lastActivityText).toBe("2025-09-30T10:00:00.100001");
  await other.manager.flush();
  expect(one.text()).toContain(`id-1,api_1,api,id-2,${NOW},2025-09-30T10:00:00.100001,`);
});

test("what is not there is not found, and the file is not read again for it", async () => {
  const { one, other } = await two(row("s1"));
  let reloads = 0;
  other.manager.events.on("reloaded", () => (reloads += 1));
  await one.manager.setPendingApproval("s1", { n: 1 });
  for (let time = 0; time < 3; time += 1) {
    expect((await failureOf(() => other.manager.getSession("none"))).code).toBe("SESSION_NOT_FOUND");
    expect((await failureOf(() => other.manager.clearPendingApproval("none"))).code).toBe("SESSION_NOT_FOUND");
    expect(await other.manager.deleteSession("none")).toBe(false);
  }
  expect(reloads).toBe(1);
});

test("a change of a session that another manager has just deleted is refused, and the others are made", async () => {
  const { one, other } = await two(row("s1"), row("s2", { user: "telegram_2" }));
  await one.manager.deleteSession("s1");
  const refused = failureOf(() => other.manager.setPendingApproval("s1", { n: 1 }));
  await other.manager.setPendingApproval("s2", { n: 2 });
  expect((await refused).code).toBe("SESSION_NOT_FOUND");
  expect(one.text()).toBe(
    fileOf(row("s2", { user: "telegram_2", pending: '{"n": 2}' }).replace("2025-09-30T09:59:00", NOW)),
  );
});

test("a session that another manager touched just before it expired is not cleaned up", async () => {
  const { one, other } = await two(row("s1", { idle: 59.98 }), row("gone", { idle: 61 }));
  expect(one.manager.getSession("s1").lastActivityText).toBe(NOW);
  // The touch is not written yet, and the file says that the session is expired.
  other.time.advance(1500);
  expect(other.manager.findSession("s1")).toBeUndefined();
  expect(await other.manager.cleanupExpiredSessions()).toBe(1);
  await one.manager.flush();
  expect(one.text()).toBe(fileOf(row("s1", { idle: 59.98 }).replace("2025-09-30T09:00:01", NOW)));
});

test("it is cleaned up when the others have had time to write it and to wait for the lock", async () => {
  const { manager, time, text } = await manage(fileOf(row("s1", { idle: 60 })), {
    touchDelayMs: 2000,
    lockWaitMs: 500,
  });
  time.advance(2499);
  expect(await manager.cleanupExpiredSessions()).toBe(0);
  time.advance(1);
  expect(await manager.cleanupExpiredSessions()).toBe(1);
  expect(text()).toBe(fileOf());
});

test("what is written while a cleanup waits for the lock is not cleaned up", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1", { idle: 70 }), row("gone", { idle: 70 })));
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const cleaned = manager.cleanupExpiredSessions();
  writeFileSync(file, fileOf(row("s1"), row("gone", { idle: 70 })));
  lock.release();
  expect(await cleaned).toBe(1);
  expect(text()).toBe(fileOf(row("s1")));
});

test("a session that was acknowledged before it is written stays, also where another manager makes one for that user", async () => {
  const batch = { everyMs: 3_600_000, changes: 1000 };
  const { manager, file } = await manage(fileOf(), { batch });
  const told = await manager.getOrCreateSession({ userId: "u1", platform: "api" });
  const { manager: other } = await manage(undefined, { store: file, createId: () => "other-1" });
  const others = await other.getOrCreateSession({ userId: "u1", platform: "api" });
  await manager.updateSessionMetadata(told.sessionId, { mine: true });
  await manager.flush();
  expect(manager.findSession(told.sessionId)?.metadata).toEqual({ mine: true });
  expect(manager.findSession(others.sessionId)).toBeDefined();
});

test("a user whom another manager has just given a session gets that one", async () => {
  const one = await manage(fileOf(row("s1")));
  const other = await manage(undefined, { store: one.file, createId: () => "other" });
  await other.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  const { session, isNew } = await one.manager.getOrCreate({ userId: "api_1", platform: "api" });
  expect([session.sessionId, isNew]).toEqual(["other", false]);
});
