// Law 3. Every write goes through the lock.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import type { LockHolder } from "../../src/errors.js";
import { acquireLock, removeLockFolder } from "../../src/storage/lock.js";
import { readLockRecord } from "../../src/storage/lock-record.js";
import { setUpDriver } from "../process/harness.js";
import { HOLDER, IS_ROOT, OTHER, failureOf, fileWith, temporaryFolder } from "./folder.js";

/** Takes the lock until the test is over. */
async function held(file: string, holder: LockHolder): Promise<void> {
  const lock = await acquireLock(file, { waitMs: 0, holder });
  onTestFinished(() => lock.release());
}

const STAMP = { ino: "12", size: "34", mtimeNs: "56" };

describe("the lock", () => {
  test("excludes a second acquirer in the same process", async () => {
    const file = fileWith("a");
    using first = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    const error = await failureOf(() => acquireLock(first.realPath, { waitMs: 0, holder: OTHER }));
    expect([error.code, error.details.path, error.details.holder, error.details.waitedMs]).toEqual([
      "STORE_LOCKED",
      file,
      HOLDER,
      0,
    ]);
  });

  test("is free again after its release", async () => {
    const file = fileWith("a");
    (await acquireLock(file, { waitMs: 0, holder: HOLDER })).release();
    using second = await acquireLock(file, { waitMs: 0, holder: OTHER });
    expect(second.realPath).toBe(file);
  });

  test("lets fifty acquirers in one after another", async () => {
    const file = fileWith("0");
    const addOne = async () => {
      using lock = await acquireLock(file, { waitMs: 30_000, holder: HOLDER });
      const before = Number(fs.readFileSync(file, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 1));
      fs.writeFileSync(lock.realPath, String(before + 1));
    };
    await Promise.all(Array.from({ length: 50 }, addOne));
    expect(fs.readFileSync(file, "utf8")).toBe("50");
  });

  test("lets in one after another also where each takes the lock's folder away", async () => {
    const file = fileWith("0");
    const addOne = async () => {
      using lock = await acquireLock(file, { waitMs: 30_000, holder: HOLDER });
      const before = Number(fs.readFileSync(file, "utf8"));
      await new Promise((resolve) => setTimeout(resolve, 1));
      fs.writeFileSync(lock.realPath, String(before + 1));
      removeLockFolder(lock);
    };
    await Promise.all(Array.from({ length: 20 }, addOne));
    expect([fs.readFileSync(file, "utf8"), fs.existsSync(`${file}.d`)]).toEqual(["20", false]);
  });

  test("may be taken for a file that is not there yet", async () => {
    const file = path.join(temporaryFolder(), "new.csv");
    using lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    expect([lock.realPath, fs.existsSync(file)]).toEqual([file, false]);
  });

  test("of another file is another lock", async () => {
    await held(fileWith("a"), HOLDER);
    using second = await acquireLock(fileWith("b"), { waitMs: 0, holder: HOLDER });
    expect(second.found).toEqual({ holder: undefined, lastCommit: undefined });
  });

  test("leaves its file behind, readable by its owner only", async () => {
    const file = fileWith("a");
    (await acquireLock(file, { waitMs: 0, holder: HOLDER })).release();
    expect(fs.statSync(`${file}.d/lock`).mode & 0o777).toBe(0o600);
  });

  test.skipIf(!IS_ROOT)("made by root belongs to the owner of the file (needs root)", async () => {
    const file = fileWith("a");
    fs.chownSync(file, 65_534, 65_533);
    await held(file, HOLDER);
    const { uid, gid } = fs.statSync(`${file}.d/lock`);
    expect([uid, gid]).toEqual([65_534, 65_533]);
  });

  test("released twice releases nobody else's", async () => {
    const file = fileWith("a");
    const first = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    first.release();
    await held(file, OTHER);
    first.release();
    first.recordCommit(STAMP);
    expect(readLockRecord(file)).toEqual({ holder: OTHER, lastCommit: undefined });
  });

  test("does not hide the error that it is released under", async () => {
    const file = fileWith("a");
    const work = async () => {
      using lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
      fs.rmSync(`${lock.realPath}.d`, { recursive: true });
      throw new Error("the real one");
    };
    await expect(work()).rejects.toThrow("the real one");
  });

  test("is not held through a lock file that was deleted meanwhile", async () => {
    const file = fileWith("a");
    await held(file, HOLDER);
    fs.rmSync(`${file}.d`, { recursive: true });
    await held(file, OTHER);
    expect(readLockRecord(file).holder).toEqual(OTHER);
  });
});

describe("waiting for the lock", () => {
  test("ends when it is released", async () => {
    const file = fileWith("a");
    const first = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    const waiting = acquireLock(file, { waitMs: 30_000, holder: OTHER });
    first.release();
    using second = await waiting;
    expect(second.realPath).toBe(file);
  });

  test("ends after the time that was given", async () => {
    const file = fileWith("a");
    await held(file, HOLDER);
    const start = performance.now();
    const error = await failureOf(() => acquireLock(file, { waitMs: 200, holder: OTHER }));
    expect([error.code, error.details.waitedMs, performance.now() - start >= 199]).toEqual(["STORE_LOCKED", 200, true]);
  });

  test("is announced once, with the holder", async () => {
    const file = fileWith("a");
    await held(file, HOLDER);
    const announced: unknown[] = [];
    await failureOf(() =>
      acquireLock(file, { waitMs: 100, holder: OTHER, onWait: (holder) => announced.push(holder) }),
    );
    expect(announced).toEqual([HOLDER]);
  });

  test("is not announced when the lock is free", async () => {
    const announced: unknown[] = [];
    const onWait = (holder: unknown) => announced.push(holder);
    (await acquireLock(fileWith("a"), { waitMs: 100, holder: HOLDER, onWait })).release();
    expect(announced).toEqual([]);
  });

  test("ends at once when it is cancelled", async () => {
    const file = fileWith("a");
    await held(file, HOLDER);
    const abort = new AbortController();
    const options = { waitMs: 3_600_000, holder: OTHER, signal: abort.signal, onWait: () => abort.abort() };
    expect((await failureOf(() => acquireLock(file, options))).code).toBe("CANCELLED");
  });

  test("does not begin when it was cancelled before, and makes nothing", async () => {
    const file = fileWith("a");
    const options = { waitMs: 0, holder: OTHER, signal: AbortSignal.abort() };
    expect((await failureOf(() => acquireLock(file, options))).code).toBe("CANCELLED");
    expect(fs.existsSync(`${file}.d`)).toBe(false);
  });

  test("names nobody when the record is garbage", async () => {
    const file = fileWith("a");
    await held(file, HOLDER);
    fs.writeFileSync(`${file}.d/lock`, "garbage");
    const error = await failureOf(() => acquireLock(file, { waitMs: 0, holder: OTHER }));
    expect([error.code, error.details.holder]).toEqual(["STORE_LOCKED", undefined]);
  });
});

describe("a lock file that cannot be trusted", () => {
  test("because it is a symbolic link is not followed", async () => {
    const file = fileWith("a");
    const precious = fileWith("precious");
    fs.mkdirSync(`${file}.d`);
    fs.symlinkSync(precious, `${file}.d/lock`);
    expect((await failureOf(() => acquireLock(file, { waitMs: 0, holder: HOLDER }))).code).toBe("IO_FAILED");
    expect(fs.readFileSync(precious, "utf8")).toBe("precious");
  });

  test("because it is another name of a file is not written", async () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d`);
    fs.writeFileSync(`${file}.precious`, "precious");
    fs.linkSync(`${file}.precious`, `${file}.d/lock`);
    const error = await failureOf(() => acquireLock(file, { waitMs: 0, holder: HOLDER }));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "the lock file has a second name"]);
    expect(fs.readFileSync(`${file}.precious`, "utf8")).toBe("precious");
  });

  test("because it is a directory is refused", async () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d/lock`, { recursive: true });
    expect((await failureOf(() => acquireLock(file, { waitMs: 0, holder: HOLDER }))).code).toBe("IO_FAILED");
  });

  test("because its folder is a symbolic link is not made", async () => {
    const file = fileWith("a");
    const elsewhere = temporaryFolder();
    fs.symlinkSync(elsewhere, `${file}.d`);
    expect((await failureOf(() => acquireLock(file, { waitMs: 0, holder: HOLDER }))).code).toBe("IO_FAILED");
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });
});

describe("a lock held by another process", () => {
  const made = setUpDriver();

  async function holdElsewhere(file: string): Promise<ChildProcess> {
    const child = spawn("node", [made.driver, "hold", file, "driver"], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");
    return child;
  }

  async function kill(child: ChildProcess): Promise<void> {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }

  test("is not given, and its holder is named", async () => {
    const file = fileWith("a");
    const child = await holdElsewhere(file);
    const error = await failureOf(() => acquireLock(file, { waitMs: 50, holder: OTHER }));
    expect([error.code, error.details.holder?.pid]).toEqual(["STORE_LOCKED", child.pid]);
  });

  test("is free at once when that process is killed", async () => {
    const file = fileWith("a");
    const child = await holdElsewhere(file);
    await kill(child);
    using lock = await acquireLock(file, { waitMs: 0, holder: OTHER });
    expect(lock.realPath).toBe(file);
  });

  test("comes without the last commit when that process was killed, because it may have made another", async () => {
    const file = fileWith("a");
    const before = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    before.recordCommit(STAMP);
    before.release();
    const child = await holdElsewhere(file);
    await kill(child);
    using lock = await acquireLock(file, { waitMs: 0, holder: OTHER });
    expect(lock.found.lastCommit).toBeUndefined();
  });

  test("leaves that in doubt until somebody commits", async () => {
    const file = fileWith("a");
    await kill(await holdElsewhere(file));
    const lock = await acquireLock(file, { waitMs: 0, holder: OTHER });
    lock.release();
    const next = await acquireLock(file, { waitMs: 0, holder: OTHER });
    next.recordCommit(STAMP);
    next.release();
    using last = await acquireLock(file, { waitMs: 0, holder: OTHER });
    expect([lock, next, last].map(({ wasLeftBehind }) => wasLeftBehind)).toEqual([true, true, false]);
  });
});

describe("the record in the lock file", () => {
  test("is one line of JSON, filled up with spaces", async () => {
    const file = fileWith("a");
    using lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    lock.recordCommit(STAMP);
    const line =
      '{"holder":{"pid":41,"host":"example","command":"sessions prune","since":"2026-01-02T03:04:05Z"},"lastCommit":null}';
    expect(fs.readFileSync(`${file}.d/lock`, "utf8")).toBe(`${line.padEnd(511)}\n`);
  });

  test("names no holder after the release, and keeps the last commit", async () => {
    const file = fileWith("a");
    const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    lock.recordCommit(STAMP);
    lock.release();
    const line = '{"holder":null,"lastCommit":{"ino":"12","size":"34","mtimeNs":"56"}}';
    expect(fs.readFileSync(`${file}.d/lock`, "utf8")).toBe(`${line.padEnd(511)}\n`);
  });

  test("is as long as its longer line needs, and short again after it", async () => {
    const file = fileWith("a");
    const holder = { ...HOLDER, command: "x".repeat(600) };
    const lock = await acquireLock(file, { waitMs: 0, holder });
    expect(fs.statSync(`${file}.d/lock`).size).toBe(1024);
    expect(readLockRecord(file).holder).toEqual(holder);
    lock.release();
    expect(fs.readFileSync(`${file}.d/lock`, "utf8")).toBe(`${'{"holder":null,"lastCommit":null}'.padEnd(511)}\n`);
  });

  test("is found by the next holder, who keeps it", async () => {
    const file = fileWith("a");
    const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
    lock.recordCommit(STAMP);
    lock.release();
    const next = await acquireLock(file, { waitMs: 0, holder: OTHER });
    next.release();
    expect([next.found.lastCommit, readLockRecord(file).lastCommit]).toEqual([STAMP, STAMP]);
  });

  test("cuts off a long command", async () => {
    const file = fileWith("a");
    await held(file, { ...HOLDER, command: "x".repeat(100_000) });
    expect(readLockRecord(file).holder?.command).toBe("x".repeat(1000));
  });
});
