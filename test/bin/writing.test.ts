import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { finished, folderWith, run, start } from "./binary.js";

const HOLDER = { pid: 4711, host: "there", command: "sessions prune", since: "2025-09-30T10:00:00.000Z" };

async function held(folder: string): Promise<() => void> {
  const lock = await acquireLock(path.join(folder, "sessions.csv"), { waitMs: 0, holder: HOLDER });
  return () => lock.release();
}

test("a prune under another process's lock waits, then says who holds it", async () => {
  const folder = folderWith("three-rows.csv");
  const before = readFileSync(path.join(folder, "sessions.csv"));
  const release = await held(folder);
  const { stdout, stderr, exitCode } = await run(folder, "-s", "sessions.csv", "--lock-wait", "1s", "prune", "--yes");
  release();
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 11 });
  expect(stderr.split("\n").slice(-4)).toEqual([
    "Waiting for sessions prune (process 4711), which is writing the file …",
    `error: ${folder}/sessions.csv is locked by sessions prune (process 4711 on there, since 2025-09-30T10:00:00.000Z); waited 1s, nothing was changed`,
    "  run the command again when that has ended, or wait longer with --lock-wait 60s",
    "",
  ]);
  expect(readFileSync(path.join(folder, "sessions.csv"))).toEqual(before);
});

test("a prune goes on when the lock becomes free", async () => {
  const folder = folderWith("three-rows.csv");
  const release = await held(folder);
  const pruning = finished(start(folder, ["-s", "sessions.csv", "prune", "--yes"]));
  await sleep(700);
  release();
  expect((await pruning).exitCode).toBe(0);
});

test("two deletes at once lose nothing and bring nothing back", async () => {
  const folder = folderWith();
  await run(folder, "demo", "20000", "-o", "sessions.csv");
  const ids = (await run(folder, "list", "--format", "ids")).stdout.trim().split("\n");
  const [first = "", second = ""] = [ids[100], ids[19_000]];
  const outcomes = await Promise.all([run(folder, "delete", first, "--yes"), run(folder, "delete", second, "--yes")]);
  expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  const left = (await run(folder, "list", "--format", "ids")).stdout.trim().split("\n");
  expect(left).toEqual(ids.filter((id) => id !== first && id !== second));
});

test("a temporary file that a killed command left is gone after the next one", async () => {
  const folder = folderWith("three-rows.csv");
  writeFileSync(replacementTemp(path.join(folder, "sessions.csv")), "half a fi");
  expect((await run(folder, "prune", "--yes")).exitCode).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(["sessions.csv", "sessions.csv.d"]);
});

test.for<[NodeJS.Signals, number]>([
  ["SIGINT", 130],
  ["SIGTERM", 143],
])("%s while it waits for the lock is exit %i, and changes nothing", async ([signal, code]) => {
  const folder = folderWith("three-rows.csv");
  const before = readFileSync(path.join(folder, "sessions.csv"));
  const release = await held(folder);
  const child = start(folder, ["-s", "sessions.csv", "prune", "--yes"]);
  const ending = finished(child);
  await once(child.stderr, "data");
  child.kill(signal);
  const { exitCode, stderr } = await ending;
  release();
  expect(exitCode).toBe(code);
  expect(stderr).toMatch(/Interrupted; nothing was changed\.\n$/);
  expect(readFileSync(path.join(folder, "sessions.csv"))).toEqual(before);
});

test.for<[NodeJS.Signals, number]>([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGKILL", 137],
])("%s at any moment of a commit leaves the old file or the new one, whole", async ([signal, code]) => {
  const folder = folderWith();
  const file = path.join(folder, "sessions.csv");
  await run(folder, "demo", "60000", "-o", "sessions.csv", "--now", "2025-09-30");
  const before = readFileSync(file);
  await run(folder, "prune", "--yes");
  const after = readFileSync(file);
  expect(after.length).toBeLessThan(before.length);
  const codes: number[] = [];
  for (const delayMs of [60, 90, 120, 150, 180, 220, 280]) {
    writeFileSync(file, before);
    const child = start(folder, ["prune", "--yes"]);
    const ending = finished(child);
    await sleep(delayMs);
    child.kill(signal);
    const { exitCode, stdout } = await ending;
    codes.push(exitCode);
    const left = readFileSync(file);
    // A signal in the last milliseconds ends a process that has done and reported its work; only SIGKILL outruns the report.
    const isDone = stdout.includes(" sessions deleted: ");
    expect(left.equals(isDone ? after : before) || (signal === "SIGKILL" && left.equals(after))).toBe(true);
    if (exitCode === 0) expect(isDone).toBe(true);
    if (signal !== "SIGKILL") expect(readdirSync(folder).sort()).toEqual(["sessions.csv", "sessions.csv.d"]);
  }
  expect(codes.filter((exitCode) => exitCode !== 0 && exitCode !== code)).toEqual([]);
  expect(codes).toContain(code);
  expect((await run(folder, "prune", "--yes")).exitCode).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(["sessions.csv", "sessions.csv.d"]);
});
