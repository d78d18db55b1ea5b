// What a manager tells of sessions: when it is in the file, once, whoever wrote it.
import { once } from "node:events";
import { existsSync, rmSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import type { ManagedSession } from "../../src/manager/managed-session.js";
import type { SessionManager } from "../../src/manager/session-manager.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { failureOf } from "../storage/folder.js";
import { fileOf, manage, row } from "./managing.js";

/** All that is told from here on, as `<event> <session id>`. */
function told(manager: SessionManager): string[] {
  const lines: string[] = [];
  for (const name of ["created", "changed", "removed"] as const) {
    manager.events.on(name, ({ sessionId }: { readonly sessionId: string }) => lines.push(`${name} ${sessionId}`));
  }
  return lines;
}

test("what a caller makes, changes and deletes is told when it is acknowledged, each time once", async () => {
  const { manager } = await manage(fileOf(row("s1")));
  const lines = told(manager);
  const made = await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(lines).toEqual(["created id-1"]);
  await manager.setPendingApproval("s1", { tool_name: "x" });
  await manager.updateSessionMetadata(made.sessionId, { n: 1 });
  await manager.deleteSession("s1");
  expect(lines).toEqual(["created id-1", "changed s1", "changed id-1", "removed s1"]);
});

test("the session that is told is what the file holds, not what waits behind it", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const texts: string[] = [];
  manager.events.on("changed", ({ metadataText }) => texts.push(metadataText));
  const first = manager.updateSessionMetadata("s1", { n: 1 });
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  await Promise.all([first, manager.updateSessionMetadata("s1", { n: 2 })]);
  expect(texts).toEqual(['{"n": 1}', '{"n": 2}']);
});

test("a removed session is told with its user and platform", async () => {
  const { manager, rewrite } = await manage(fileOf(row("s1"), row("s2", { user: "discord_2" })));
  const removed: unknown[] = [];
  manager.events.on("removed", (session) => removed.push(session));
  await manager.deleteSession("s1");
  rewrite(fileOf());
  manager.getAllSessions();
  expect(removed).toEqual([
    { sessionId: "s1", userId: "telegram_1", platform: "telegram" },
    { sessionId: "s2", userId: "discord_2", platform: "discord" },
  ]);
});

test("a touch is told as a change when it is written, and no earlier", async () => {
  const { manager, time } = await manage(fileOf(row("s1")));
  const lines = told(manager);
  manager.getSession("s1");
  expect(lines).toEqual([]);
  time.advance(1000);
  await manager.flush();
  expect(lines).toEqual(["changed s1"]);
});

test("what expired is told when it leaves the file", async () => {
  const { manager, time } = await manage(fileOf(row("soon", { idle: 58 })), { cleanupIntervalMinutes: 5 });
  const lines = told(manager);
  time.advance(5 * 60_000);
  await manager.flush();
  expect(lines).toEqual(["removed soon"]);
});

test("what another program made, changed and removed is told within a second, without a request", async () => {
  const { manager, time, file } = await manage(fileOf(row("a"), row("b"), row("c")));
  const lines = told(manager);
  writeFileSync(file, fileOf(row("a"), row("b", { metadata: '{"by": "hand"}' }), row("d")));
  expect(lines).toEqual([]);
  time.advance(1000);
  expect(lines.sort()).toEqual(["changed b", "created d", "removed c"]);
});

test("a file that was rewritten with the same sessions is no news", async () => {
  const { manager, time, file } = await manage(fileOf(row("a"), row("b")));
  const lines = told(manager);
  writeFileSync(file, fileOf(row("b"), row("a")));
  time.advance(1000);
  expect(lines).toEqual([]);
});

test("another manager's changes are told as one's own are, by both, once", async () => {
  const one = await manage(fileOf(row("s1")));
  const other = await manage(undefined, { store: one.file, createId: () => `other-${String(Math.random())}` });
  const [ours, theirs] = [told(one.manager), told(other.manager)];
  await one.manager.deleteSession("s1");
  const made = await other.manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  one.time.advance(1000);
  other.time.advance(1000);
  expect(ours).toEqual(["removed s1", `created ${made.sessionId}`]);
  expect(theirs).toEqual(ours);
});

test("a change that is made again on what another program wrote is told after that, and once", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const lines = told(manager);
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(lines).toEqual(["created s2", "changed s1"]);
});

test("a change that a listener makes is made once", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1")));
  const made: Promise<unknown>[] = [];
  manager.events.on("created", ({ sessionId }) => {
    if (sessionId !== "s2") return;
    made.push(manager.deleteSession("s2"));
    made.push(manager.getOrCreate({ userId: "api_1", platform: "api" }).then(({ isNew }) => isNew));
  });
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  await manager.updateSessionMetadata("s1", { n: 1 });
  expect(await Promise.all(made)).toEqual([true, true]);
  expect([text().includes("s2"), text().match(/,api_1,/g)?.length]).toEqual([false, 1]);
});

test("what is found because a listener asks is told after what it was told", async () => {
  const { manager, rewrite, time } = await manage(fileOf(row("s1"), row("s2")));
  const told: string[] = [];
  let isFirst = true;
  manager.events.on("changed", ({ sessionId, metadataText }) => {
    told.push(`${sessionId} ${metadataText}`);
    if (!isFirst) return;
    isFirst = false;
    rewrite(fileOf(row("s1", { metadata: '{"n": 2}' }), row("s2", { metadata: '{"n": 2}' })));
    manager.getAllSessions();
  });
  rewrite(fileOf(row("s1", { metadata: '{"n": 1}' }), row("s2", { metadata: '{"n": 1}' })));
  time.advance(1000);
  expect(told).toEqual(['s1 {"n": 1}', 's2 {"n": 1}', 's1 {"n": 2}', 's2 {"n": 2}']);
});

test("a change that cannot be written is not told", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")));
  const lines = told(manager);
  rmSync(file);
  expect((await failureOf(() => manager.deleteSession("s1"))).code).toBe("STORE_NOT_FOUND");
  await failureOf(() => manager.getOrCreateSession({ userId: "api_1", platform: "api" }));
  expect(lines).toEqual([]);
  writeFileSync(file, fileOf(row("s1")));
  time.advance(2000);
  expect(lines).toEqual([]);
  await manager.deleteSession("s1");
  expect(lines).toEqual(["removed s1"]);
});

test("a session that is made and deleted before it is written is not told", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const lines = told(manager);
  const first = manager.updateSessionMetadata("s1", { n: 1 });
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  const made = manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  await Promise.all([first, made, manager.deleteSession("id-1")]);
  expect(lines).toEqual(["changed s1"]);
});

test("the file is watched while somebody listens, and no longer", async () => {
  const { manager, time } = await manage(fileOf(row("s1")));
  const listener = (): void => undefined;
  expect(time.timerCount).toBe(0);
  manager.events.on("changed", listener);
  manager.events.on("removed", listener);
  time.advance(5000);
  expect(time.timerCount).toBe(1);
  manager.events.off("changed", listener);
  expect(time.timerCount).toBe(1);
  manager.events.off("removed", listener);
  expect(time.timerCount).toBe(0);
  manager.events.on("created", listener);
  await manager.close();
  expect(time.timerCount).toBe(0);
});

test("a listener that takes itself away where it is told, as `once` does, ends the watching", async () => {
  const { manager, time, file } = await manage(fileOf(row("s1")));
  const told = once(manager.events, "created");
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  time.advance(1000);
  await told;
  expect(time.timerCount).toBe(0);
});

test("a file that cannot be read any more is told as an error, once, while somebody listens", async () => {
  const { manager, time, file } = await manage(fileOf(row("s1")));
  const errors: unknown[] = [];
  manager.events.on("error", (error) => errors.push(error));
  const lines = told(manager);
  rmSync(file);
  for (let second = 0; second < 5; second += 1) time.advance(1000);
  expect(errors).toMatchObject([{ code: "STORE_NOT_FOUND" }]);
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  time.advance(2000);
  expect(lines).toEqual(["created s2"]);
});

test("what happened while nobody listened is not told later", async () => {
  const { manager, time } = await manage(fileOf(row("s1"), row("s2")));
  told(manager);
  for (const name of ["created", "changed", "removed"] as const) manager.events.removeAllListeners(name);
  await manager.deleteSession("s1");
  const lines = told(manager);
  time.advance(2000);
  await manager.deleteSession("s2");
  expect(lines).toEqual(["removed s2"]);
});

test("who listens after all listeners were taken away at once is told", async () => {
  const { manager, time, file } = await manage(fileOf(row("s1")));
  told(manager);
  manager.events.removeAllListeners();
  expect(time.timerCount).toBe(0);
  const lines = told(manager);
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  time.advance(1000);
  expect(lines).toEqual(["created s2"]);
});

test("who follows the events of a manager knows what the file holds, whoever writes it", async () => {
  const step = fc.record({
    by: fc.constantFrom("one", "other", "hand"),
    act: fc.constantFrom("make", "change", "remove", "touch"),
    user: fc.integer({ min: 0, max: 4 }),
    waits: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const one = await manage(fileOf(row("a"), row("b", { user: "api_1" })));
      let ids = 0;
      const other = await manage(undefined, { store: one.file, createId: () => `other-${(ids += 1)}` });
      const followed = new Map(one.manager.getAllSessions().map((session) => [session.sessionId, seen(session)]));
      one.manager.events.on("created", (session) => {
        expect(followed.has(session.sessionId)).toBe(false);
        followed.set(session.sessionId, seen(session));
      });
      one.manager.events.on("changed", (session) => {
        expect(followed.has(session.sessionId)).toBe(true);
        followed.set(session.sessionId, seen(session));
      });
      one.manager.events.on("removed", ({ sessionId }) => expect(followed.delete(sessionId)).toBe(true));
      let waiting: Promise<unknown>[] = [];
      for (const [n, { by, act, user, waits }] of steps.entries()) {
        if (by === "hand") {
          await Promise.all(waiting);
          one.rewrite(
            act === "remove" ? fileOf(row("a")) : fileOf(row("a", { metadata: `{"n": ${n}}` }), row(`hand-${n}`)),
          );
        } else waiting.push(take({ one, other }[by].manager, act, `api_${user}`, n));
        if (!waits) continue;
        await Promise.all(waiting);
        waiting = [];
      }
      await Promise.all(waiting);
      for (const { time, manager } of [one, other, one]) {
        time.advance(2000);
        await manager.flush();
      }
      one.time.advance(2000);
      const held = one.manager.getAllSessions().map((session) => [session.sessionId, seen(session)] as const);
      expect(new Map(held)).toEqual(followed);
      await Promise.all([one.manager.close(), other.manager.close()]);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

function seen(session: ManagedSession): readonly string[] {
  return [session.userId, session.metadataText, session.lastActivityText];
}

/** What a caller does; a session that another one removed meanwhile is no failure. */
async function take(manager: SessionManager, act: string, userId: string, n: number): Promise<unknown> {
  const [session] = manager.getUserSessions(userId);
  if (act === "make" || session === undefined) return manager.getOrCreateSession({ userId, platform: "api" });
  if (act === "remove") return manager.deleteSession(session.sessionId);
  if (act === "touch") return manager.getSession(session.sessionId);
  return manager.updateSessionMetadata(session.sessionId, { n }).catch((error: unknown) => {
    if (!(error instanceof SessionsError) || error.code !== "SESSION_NOT_FOUND") throw error;
  });
}

test("a listener that throws undoes no commit, and none after it", async () => {
  const thrown: unknown[] = [];
  const others = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException").on("uncaughtException", (error) => thrown.push(error));
  onTestFinished(() => {
    process.removeAllListeners("uncaughtException");
    for (const other of others) process.on("uncaughtException", other);
  });
  const { manager, file, text, rewrite } = await manage(fileOf(row("s1")));
  for (const name of ["reloaded", "conflict", "expired", "error"] as const) {
    manager.events.on(name, () => {
      throw new Error(name);
    });
  }
  manager.getSession("s1");
  rmSync(file);
  await expect(manager.flush()).rejects.toThrow("STORE_NOT_FOUND");
  rewrite(fileOf(row("s1")));
  await manager.setPendingApproval("s1", { n: 1 });
  expect(text()).toContain('""n""');
  expect(thrown).toContainEqual(new Error("error"));
  expect(thrown).toContainEqual(new Error("reloaded"));
});
