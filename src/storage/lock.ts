/// <reference types="./fs-native-extensions.d.ts" />
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  openSync,
  rmdirSync,
  unlinkSync,
} from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SessionsError, systemErrorCode } from "../errors.js";
import type { LockHolder } from "../errors.js";
import { ioFailure, throwIfCancelled } from "./io-failure.js";
import { readRecord, writeRecord } from "./lock-record.js";
import type { LockRecord } from "./lock-record.js";
import { ensureSidecarFolder, hasSidecarFolder, ownerForSidecar, sidecarFolder, sidecarLock } from "./sidecar.js";
import type { FileStamp } from "./snapshot.js";

/*
 * Law 3. Every write goes through the lock and the atomic replacement.
 *
 * The lock is one of the kernel's, on `<file>.d/lock`: an open-file-description lock on Linux (fcntl(2), F_OFD_SETLK),
 * flock(2) on macOS, LockFileEx on Windows. It belongs to the open file and not to the process, so that it excludes two
 * callers in one process too, and the kernel releases it when its holder dies, however that happens. The lock file
 * is deleted only by a holder who made it, see `removeLockFolder`: a second one under the same name is a second lock, and
 * whoever gets the first one then sees that it has no name any more.
 */

export interface LockOptions {
  /** How long to wait, in milliseconds; 0 tries once. Anything over 24 days is 24 days. */
  readonly waitMs: number;
  /** Who asks, for the message to those who wait. */
  readonly holder: LockHolder;
  /** Ends the waiting with CANCELLED. */
  readonly signal?: AbortSignal;
  /** Called at most once, when the lock is not free at the first try; undefined where the holder is not known. */
  readonly onWait?: (holder: LockHolder | undefined) => void;
}

/** The lock of one file, held from `acquireLock` to `release`. */
export interface FileLock extends Disposable {
  /** The file that is locked, not the lock file. */
  readonly realPath: string;
  /**
   * What the last holder left, for `wasWrittenByUs`; its `holder` is undefined. After a holder that was killed,
   * `lastCommit` is undefined too, because it may have committed without recording it.
   */
  readonly found: LockRecord;
  /** The last holder was killed while it held the lock. */
  readonly wasLeftBehind: boolean;
  /** Notes the file as a commit left it, for `wasWrittenByUs` after `release`. Best effort; never throws. */
  recordCommit(lastCommit: FileStamp): void;
  /** May be called again. Never throws, so that it cannot hide an error that is under way. */
  release(): void;
}

const MAXIMUM_WAIT_MS = 2_147_483_647;
const FIRST_PAUSE_MS = 1;
/** A server that writes all the time leaves gaps of less than a millisecond: whoever looks seldom waits for seconds. */
const LONGEST_PAUSE_MS = 8;
// Windows keeps others from reading the locked bytes: lock one that is never written. Elsewhere the whole file.
const LOCKED_RANGE: readonly [byteOffset: number, byteLength: number] =
  process.platform === "win32" ? [0x4000_0000, 1] : [0, 0];

/**
 * Takes the lock of the file at `realPath` (absolute, symbolic links resolved; the file need not exist), waiting with
 * growing, jittered pauses of at most 8 ms. Makes `<file>.d/lock` on first use.
 *
 * STORE_LOCKED: somebody else held it for `waitMs`; details `holder` and `waitedMs`. CANCELLED: the signal fired.
 * IO_FAILED: the lock file cannot be made, opened or locked there. ENGINE_UNAVAILABLE: the package with the kernel's
 * locks cannot be loaded on this platform. After each of them: nothing is held and the file is untouched.
 * Source: fcntl(2) "Open file description locks".
 */
export async function acquireLock(realPath: string, options: LockOptions): Promise<FileLock> {
  const { holder, signal, waitMs } = options;
  throwIfCancelled(signal, "lock", realPath);
  const { tryLock } = await import("fs-native-extensions").catch((error: unknown) => {
    throw new SessionsError("ENGINE_UNAVAILABLE", {
      operation: "load the file locks for",
      path: realPath,
      reason: "the package fs-native-extensions does not load on this platform",
      cause: error,
    });
  });
  let deadline: AbortSignal | undefined;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    const attempt = tryOnce(realPath, holder, tryLock);
    if (attempt.lock !== undefined) return attempt.lock;
    if (waitMs <= 0 || deadline?.aborted === true) throw stillLocked(realPath, attempt.occupant, waitMs);
    if (deadline === undefined) {
      deadline = AbortSignal.timeout(Math.min(waitMs, MAXIMUM_WAIT_MS));
      options.onWait?.(attempt.occupant);
    }
    await pause(pauseMs * (0.5 + Math.random() / 2), signal);
    throwIfCancelled(signal, "lock", realPath);
  }
}

type TryLock = (fd: number, byteOffset: number, byteLength: number) => boolean;
type Attempt = { readonly lock: FileLock } | { readonly lock?: never; readonly occupant: LockHolder | undefined };

/**
 * Makes the folder and opens the lock file anew at each try, so that nobody waits for a lock file that somebody deleted or
 * replaced.
 */
function tryOnce(realPath: string, holder: LockHolder, tryLock: TryLock): Attempt {
  ensureSidecarFolder(realPath);
  const fd = openLockFile(realPath, openOrMakeIn);
  try {
    if (tryLock(fd, ...LOCKED_RANGE) && isStillTheLock(fd, realPath))
      return { lock: new HeldLock(realPath, fd, holder) };
    const occupant = readRecord(fd).holder;
    closeSync(fd);
    return { occupant };
  } catch (error) {
    closeSync(fd);
    throw ioFailure("lock", sidecarLock(realPath), error, "Keep the file on a file system that has file locks");
  }
}

/**
 * Whether the lock file is there. Takes no lock and makes nothing.
 * @throws SessionsError IO_FAILED where it could not be opened, as `acquireLock`
 */
export function hasLockFile(realPath: string): boolean {
  if (!hasSidecarFolder(realPath)) return false;
  const fd = openLockFile(realPath, openIfThere);
  if (fd === undefined) return false;
  closeSync(fd);
  return true;
}

/** @param open opens it with these flags, or throws what open(2) reports */
function openLockFile<Opened extends number | undefined>(
  realPath: string,
  open: (lockPath: string, flags: number, realPath: string) => Opened,
): Opened {
  const lockPath = sidecarLock(realPath);
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  let fd: Opened;
  try {
    fd = open(lockPath, flags, realPath);
  } catch (error) {
    const hint = `Allow reading and writing ${lockPath}`;
    throw ioFailure("open the lock", lockPath, error, hint);
  }
  if (fd === undefined) return fd;
  // A second hard link would have the record written over somebody's file.
  const found = fstatSync(fd);
  if (found.isFile() && found.nlink <= 1) return fd;
  closeSync(fd);
  throw new SessionsError("IO_FAILED", {
    operation: "open the lock",
    path: lockPath,
    reason: found.isFile() ? "the lock file has a second name" : "the lock is not a regular file",
    hint: "See who put it there, then move it away while no command is running",
  });
}

/** Where the last holder has just taken the folder away it is made once more. */
function openOrMakeIn(lockPath: string, flags: number, realPath: string): number {
  try {
    return openOrMake(lockPath, flags, realPath);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    ensureSidecarFolder(realPath);
    return openOrMake(lockPath, flags, realPath);
  }
}

function openIfThere(lockPath: string, flags: number): number | undefined {
  try {
    return openSync(lockPath, flags);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    return undefined;
  }
}

function openOrMake(lockPath: string, flags: number, realPath: string): number {
  const there = openIfThere(lockPath, flags);
  if (there !== undefined) return there;
  let fd: number;
  try {
    fd = openSync(lockPath, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    // Another process made it between the two calls.
    if (systemErrorCode(error) === "EEXIST") return openSync(lockPath, flags);
    throw error;
  }
  try {
    const owner = ownerForSidecar(realPath);
    if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
    fchmodSync(fd, 0o600);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function isStillTheLock(fd: number, realPath: string): boolean {
  const ours = fstatSync(fd, { bigint: true });
  const named = lstatSync(sidecarLock(realPath), { bigint: true, throwIfNoEntry: false });
  return named?.ino === ours.ino && named.dev === ours.dev;
}

function stillLocked(realPath: string, holder: LockHolder | undefined, waitedMs: number): SessionsError {
  return new SessionsError("STORE_LOCKED", {
    path: realPath,
    reason: "another command is writing it",
    ...(holder === undefined ? {} : { holder }),
    waitedMs: Math.max(0, waitedMs),
    hint: "Try again when it has ended, or wait longer",
  });
}

/**
 * Takes the lock file away, and its folder where nothing else is in it: for one who holds the lock and made both for a file
 * that is no store. Never throws.
 */
export function removeLockFolder({ realPath }: FileLock): void {
  try {
    unlinkSync(sidecarLock(realPath));
    rmdirSync(sidecarFolder(realPath));
  } catch {
    // It stays, and does no harm.
  }
}

/** Sleeps, and ends early without an error when the signal fires. */
async function pause(pauseMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(pauseMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

class HeldLock implements FileLock {
  readonly realPath: string;
  readonly found: LockRecord;
  readonly wasLeftBehind: boolean;
  readonly #left: LockRecord;
  #fd: number | undefined;
  #lastCommit: FileStamp | undefined;

  constructor(realPath: string, fd: number, holder: LockHolder) {
    const left = readRecord(fd);
    this.realPath = realPath;
    this.#left = left;
    this.#fd = fd;
    this.#lastCommit = left.holder === undefined ? left.lastCommit : undefined;
    this.wasLeftBehind = left.holder !== undefined;
    this.found = { holder: undefined, lastCommit: this.#lastCommit };
    writeRecord(fd, { holder, lastCommit: this.#lastCommit });
  }

  recordCommit(lastCommit: FileStamp): void {
    // Written by `release`: until then the holder that is named leaves it in doubt.
    this.#lastCommit = lastCommit;
  }

  release(): void {
    const fd = this.#fd;
    if (fd === undefined) return;
    this.#fd = undefined;
    // What a holder that was killed did stays in doubt until the next commit.
    const isInDoubt = this.wasLeftBehind && this.#lastCommit === undefined;
    writeRecord(fd, isInDoubt ? this.#left : { holder: undefined, lastCommit: this.#lastCommit });
    try {
      closeSync(fd);
    } catch {
      // The kernel gives up the lock with the descriptor, also when it reports an error.
    }
  }

  [Symbol.dispose](): void {
    this.release();
  }
}
