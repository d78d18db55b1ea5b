import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import { acquireLock } from "../../src/storage/lock.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { failureOf, HOLDER } from "../storage/folder.js";
import { fileOf, manage, row } from "./managing.js";

test("closed while the file is locked, it tries nothing later", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")), { lockWaitMs: 50 });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  manager.getSession("s1");
  // A commit waits for the lock already.
  time.advance(1000);
  expect((await failureOf(() => manager.close())).code).toBe("STORE_LOCKED");
  expect(time.timerCount).toBe(0);
  lock.release();
});

test("closed while nothing waits, it needs neither the lock nor the file", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")), { lockWaitMs: 50, cleanupIntervalMinutes: 5 });
  manager.findSession("s1");
  await manager.close();
  expect([existsSync(`${file}.d`), time.timerCount]).toEqual([false, 0]);
  const other = await manage(undefined, { store: file, lockWaitMs: 50 });
  await other.manager.setPendingApproval("s1", { n: 1 });
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  await other.manager.close();
  lock.release();
});

test.each<[string, (file: string) => void]>([
  ["is gone", (file) => rmSync(file)],
  ["has no header any more", (file) => writeFileSync(file, "")],
  [
    "is a folder",
    (file) => {
      rmSync(file);
      mkdirSync(file);
    },
  ],
])("closed while nothing waits and the file %s, it says nothing", async (_, breakFile) => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const errors: unknown[] = [];
  manager.events.on("error", (error) => errors.push(error));
  await manager.setPendingApproval("s1", { n: 1 });
  breakFile(file);
  await manager.close();
  expect(errors).toEqual([]);
});

test("closed after an edit that takes nothing away, it does not take the lock", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1")));
  await manager.setPendingApproval("s1", { n: 1 });
  const edited = `${text()}${row("s2", { user: "telegram_2" })}\r\n`;
  const lockedAt = (): bigint => statSync(`${file}.d/lock`, { bigint: true }).mtimeNs;
  const before = lockedAt();
  writeFileSync(file, edited);
  await manager.close();
  expect([text(), lockedAt()]).toEqual([edited, before]);
});

test("closed where the file is gone, it says that last activities are not written", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  manager.getSession("s1");
  rmSync(file);
  expect((await failureOf(() => manager.close())).code).toBe("STORE_NOT_FOUND");
});

test("closed where the file is gone and a change is refused, it refuses that change too", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const refused = failureOf(() => manager.setPendingApproval("s1", { n: 1 }));
  rmSync(file);
  await Promise.allSettled([manager.close()]);
  expect((await refused).code).toBe("STORE_NOT_FOUND");
});

test("last activities that cannot be written because of the lock are told once: as an error, while it closes by its rejection", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")), { lockWaitMs: 20 });
  const errors: unknown[] = [];
  manager.events.on("error", (error) => errors.push(error));
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  manager.getSession("s1");
  time.advance(1000);
  await expect.poll(() => errors).toMatchObject([{ code: "STORE_LOCKED" }]);
  expect((await failureOf(() => manager.close())).code).toBe("STORE_LOCKED");
  expect(errors).toHaveLength(1);
  lock.release();
});

test("with batch no change is acknowledged while it closes", async () => {
  const { manager, file } = await manage(fileOf(row("s1")), { batch: { everyMs: 5000, changes: 100 } });
  manager.getSession("s1");
  const closing = manager.close();
  while (!existsSync(replacementTemp(file))) await new Promise((resolve) => setImmediate(resolve));
  await expect(manager.setPendingApproval("s1", { n: 1 })).rejects.toThrow("closed");
  await closing;
});

test("closed by two callers, it is closed for both when all is written", async () => {
  const { manager, text } = await manage(fileOf(row("s1")));
  manager.getSession("s1");
  void manager.close();
  await manager.close();
  expect(text()).toContain("2025-09-30T10:00:00.000001");
});

test.each([
  ["a touch that may wait longer", 100, 1000],
  ["a change that may wait longer", 1000, 100],
])("with batch nothing waits for %s", async (_, everyMs, touchDelayMs) => {
  const { manager, time, text } = await manage(fileOf(row("s1"), row("s2", { user: "telegram_2" })), {
    batch: { everyMs, changes: 100 },
    touchDelayMs,
  });
  if (touchDelayMs > everyMs) manager.getSession("s1");
  await manager.setPendingApproval("s2", { n: 1 });
  if (touchDelayMs < everyMs) manager.getSession("s1");
  time.advance(100);
  await expect.poll(text).toContain('""n""');
});

test("the counts are there while it closes, and after", async () => {
  const { manager, file } = await manage(fileOf(row("s1")));
  const counts: number[] = [];
  manager.events.on("reloaded", (contents) => counts.push(contents.sessions, manager.activeSessionCount));
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  await manager.close();
  expect([counts, manager.contents.sessions]).toEqual([[2, 2], 2]);
});

test("closed by a listener that hears of what a cleanup has read, it cleans up no more", async () => {
  const { manager, file, time } = await manage(fileOf(row("s1")), { cleanupIntervalMinutes: 5 });
  const closed = new Promise((resolve) => manager.events.on("reloaded", () => resolve(manager.close())));
  writeFileSync(file, fileOf(row("s1"), row("s2")));
  time.advance(5 * 60_000);
  await closed;
  expect(time.timerCount).toBe(0);
});

test("leaving the block of an `await using` closes it, with what waits written", async () => {
  const { file, text } = await manage(fileOf(row("s1")));
  let left: SessionManager;
  {
    await using manager = await SessionManager.open({ store: file, timeoutMinutes: 100_000_000 });
    left = manager;
    manager.getSession("s1");
  }
  expect(text()).not.toBe(fileOf(row("s1")));
  expect((await failureOf(async () => left.findSession("s1"))).code).toBe("USAGE");
});
