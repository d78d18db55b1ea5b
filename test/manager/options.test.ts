// What a manager refuses before it reads or makes anything: numbers and clocks that it could not work with.
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { SessionManagerOptions } from "../../src/manager/options.js";
import { SessionManager } from "../../src/manager/session-manager.js";
import { SYSTEM_TIME, type TimeSource } from "../../src/manager/system-time.js";
import { failureOf, temporaryFolder } from "../storage/folder.js";
import { fileOf, manage, row } from "./managing.js";

const YEAR_10000 = Date.parse("+010000-01-01T00:00:00Z") * 1000;

test.each<[string, Partial<SessionManagerOptions>, string]>([
  ["a timeout of 0", { timeoutMinutes: 0 }, "timeoutMinutes is 0"],
  ["a timeout below 0", { timeoutMinutes: -1 }, "timeoutMinutes is -1"],
  ["a timeout that is no number", { timeoutMinutes: NaN }, "timeoutMinutes is NaN"],
  ["a timeout without end", { timeoutMinutes: Infinity }, "timeoutMinutes is Infinity"],
  ["a timeout as text", { timeoutMinutes: "60" as never }, 'timeoutMinutes is "60"'],
  ["a cleanup interval below 0", { cleanupIntervalMinutes: -5 }, "cleanupIntervalMinutes is -5"],
  ["a cleanup interval that is no number", { cleanupIntervalMinutes: NaN }, "cleanupIntervalMinutes is NaN"],
  ["a touch delay below 0", { touchDelayMs: -1 }, "touchDelayMs is -1"],
  ["a touch delay without end", { touchDelayMs: Infinity }, "touchDelayMs is Infinity"],
  ["a lock wait that is no number", { lockWaitMs: NaN }, "lockWaitMs is NaN"],
  ["a batch of no time", { batch: { everyMs: NaN, changes: 1 } }, "batch.everyMs is NaN"],
  ["a batch of no changes", { batch: { everyMs: 1, changes: 0 } }, "batch.changes is 0"],
  ["a batch without end", { batch: { everyMs: 1, changes: Infinity } }, "batch.changes is Infinity"],
])("%s is refused, and no file is made", async (_, options, reason) => {
  const store = path.join(temporaryFolder(), "sessions.csv");
  const { code, details } = await failureOf(() => SessionManager.open({ store, ...options }));
  expect([code, details.reason, existsSync(store)]).toEqual(["USAGE", reason, false]);
  expect(details.hint).toMatch(/^Give a number of /);
});

const NOW = (): number => 0;

test.each<[string, unknown, string]>([
  ["no options", undefined, "options: this is no object"],
  ["a path in the place of options", "sessions.csv", "options: this is no object"],
  ["no store", {}, "store cannot be used"],
  ["an empty store", { store: "" }, "store cannot be used"],
  ["a store with a NUL byte", { store: "a\0b" }, "store cannot be used"],
  ["a URL for a store", { store: new URL("file:///tmp/none/s.csv") }, "store cannot be used"],
  ["a misspelt name", { store: "/none/s.csv", timeOut: 5 }, 'options: "timeOut" is not known'],
  ["a name of Object", { store: "/none/s.csv", toString: 5 }, 'options: "toString" is not known'],
  ["a misspelt name in batch", { store: "/none/s.csv", batch: { every: 5 } }, 'batch: "every" is not known'],
  ["a batch that is null", { store: "/none/s.csv", batch: null }, "batch: this is no object"],
  ["a batch that is a number", { store: "/none/s.csv", batch: 5 }, "batch: this is no object"],
  ["a timeout that is null", { store: "/none/s.csv", timeoutMinutes: null }, "timeoutMinutes is null"],
  ["a clock without timers", { store: "/none/s.csv", time: { now: NOW } }, "time cannot be used"],
  ["an id in the place of createId", { store: "/none/s.csv", createId: "id" }, "createId cannot be used"],
  [
    "a controller in the place of its signal",
    { store: "/none/s.csv", signal: new AbortController() },
    "signal cannot be used",
  ],
  ["a clock that is null", { store: "/none/s.csv", time: null }, "time cannot be used"],
  ["a holder that is null", { store: "/none/s.csv", holder: null }, "holder cannot be used"],
  ["a holder without a host", { store: "/none/s.csv", holder: { pid: 1 } }, "holder cannot be used"],
])("%s: refused as USAGE, with what to give", async (_, options, reason) => {
  const { code, details, hint } = await failureOf(() => SessionManager.open(options as SessionManagerOptions));
  expect([code, details.reason, hint]).toEqual(["USAGE", reason, expect.stringMatching(/^(?:Give|Known are) /)]);
});

test("requests with names that are not known are refused, and nothing is made", async () => {
  const { manager, text } = await manage(fileOf(row("s1")));
  const misspelt = { userId: "u", platform: "api", meta: {} };
  expect((await failureOf(() => manager.getOrCreate(misspelt))).details.reason).toBe('request: "meta" is not known');
  expect((await failureOf(() => manager.getOrCreate(undefined as never))).code).toBe("USAGE");
  expect((await failureOf(() => manager.listSessions({ user: "u" } as never))).code).toBe("USAGE");
  await manager.flush();
  expect(text()).toBe(fileOf(row("s1")));
});

test.each([
  [{ state: "expired" }, 'state is "expired"'],
  [{ state: null }, "state is null"],
  [{ limit: -1 }, "limit is -1"],
  [{ limit: "2" }, 'limit is "2"'],
  [{ limit: Number.NaN }, "limit is NaN"],
  [{ offset: 1.5 }, "offset is 1.5"],
  [{ offset: -1 }, "offset is -1"],
  [{ platform: ["telegram"] }, "platform is [ 'telegram' ]"],
  [{ userId: 5 }, "userId is 5"],
])("a page of %j is refused: it would be another one than is meant", async (request, reason) => {
  const { manager } = await manage(fileOf(row("s1")));
  const { code, details, hint } = await failureOf(() => manager.listSessions(request as never));
  expect([code, details.reason, hint]).toEqual(["USAGE", reason, expect.stringMatching(/^Give /)]);
});

test("a list without an end is one of all sessions", async () => {
  const { manager } = await manage(fileOf(row("s1")));
  expect(manager.listSessions({ limit: Infinity }).sessions).toHaveLength(1);
});

test("once it is closed, whatever needs the file is refused as USAGE", async () => {
  const { manager } = await manage(fileOf(row("s1")));
  await manager.close();
  for (const use of [
    () => manager.getSession("s1"),
    () => manager.findSession("s1"),
    () => manager.findSessionOfAnyState("s1"),
    () => manager.getUserSessions("telegram_1"),
    () => manager.getAllSessions(),
    () => manager.listSessions({}),
    () => manager.findTrouble(),
    () => manager.getOrCreateSession({ userId: "u", platform: "api" }),
    () => manager.setPendingApproval("s1", {}),
    () => manager.clearPendingApproval("s1"),
    () => manager.updateSessionMetadata("s1", {}),
    () => manager.deleteSession("s1"),
    () => manager.cleanupExpiredSessions(),
    () => manager.flush(),
  ]) {
    const { code, details } = await failureOf(use);
    expect([code, details.reason]).toEqual(["USAGE", "this session manager is closed"]);
  }
});

/** A clock that says what it is told to say. */
function clockOf(now: number): TimeSource & { says: number } {
  return { says: now, now: (): number => clock.says, after: (ms, callback) => SYSTEM_TIME.after(ms, callback) };
}
let clock: ReturnType<typeof clockOf>;

test.each([NaN, Infinity, YEAR_10000, Date.parse("0000-12-31T23:59:59Z") * 1000])(
  "a clock that says %d is refused, and no file is made",
  async (now) => {
    const store = path.join(temporaryFolder(), "sessions.csv");
    clock = clockOf(now);
    const { code, details } = await failureOf(() => SessionManager.open({ store, time: clock }));
    expect([code, existsSync(store)]).toEqual(["USAGE", false]);
    expect(details.reason).toContain(`the clock says ${now}`);
  },
);

test.each([NaN, YEAR_10000])("where the clock comes to say %d, nothing is changed until it is right", async (wrong) => {
  clock = clockOf(Date.parse("2025-09-30T10:00:00Z") * 1000);
  const before = fileOf(row("s1"), row("gone", { idle: 100 }));
  const { manager, text } = await manage(before, { time: clock });
  const contents: unknown[] = [];
  manager.events.on("reloaded", ({ expired }) => contents.push(expired));
  clock.says = wrong;
  for (const request of [
    () => manager.getSession("s1"),
    () => manager.getOrCreateSession({ userId: "telegram_1", platform: "telegram" }),
    () => manager.getOrCreateSession({ userId: "api_1", platform: "api" }),
    () => manager.setPendingApproval("s1", { n: 1 }),
    () => manager.updateSessionMetadata("s1", { n: 1 }),
    () => manager.cleanupExpiredSessions(),
  ]) {
    expect((await failureOf(request)).code).toBe("USAGE");
  }
  await manager.flush();
  expect([text(), manager.findSession("s1")?.lastActivityText, manager.activeSessionCount]).toEqual([
    before,
    "2025-09-30T09:59:00",
    1,
  ]);
  clock.says = Date.parse("2025-09-30T10:00:01Z") * 1000;
  await manager.setPendingApproval("s1", { n: 1 });
  expect(text()).toContain("2025-09-30T10:00:01,");
});

test("what was accepted before the clock went wrong is written all the same", async () => {
  clock = clockOf(Date.parse("2025-09-30T10:00:00Z") * 1000);
  const { manager, text } = await manage(fileOf(row("s1"), row("s2")), { time: clock });
  manager.getSession("s1");
  const written = manager.setPendingApproval("s2", { n: 1 });
  clock.says = NaN;
  await written;
  await manager.close();
  expect(text().match(/2025-09-30T10:00:00,/g)).toHaveLength(2);
});

test("a clock that counts parts of microseconds gives times that can be read", async () => {
  clock = clockOf(Date.parse("2025-09-30T10:00:00Z") * 1000 + 1.75);
  const { manager, text } = await manage(fileOf(), { time: clock });
  await manager.getOrCreateSession({ userId: "api_1", platform: "api" });
  expect(text()).toContain(",2025-09-30T10:00:00.000001,2025-09-30T10:00:00.000001,");
});

test("a timer of more than 24 days does not go off at once", async () => {
  let isOff = false;
  const timer = SYSTEM_TIME.after(30 * 24 * 3600 * 1000, () => (isOff = true));
  await pause(20);
  timer.cancel();
  expect(isOff).toBe(false);
});
