import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type { LockHolder } from "../errors.js";
import { sidecarLock } from "./sidecar.js";
import { isSameStamp, type FileStamp, type Snapshot } from "./snapshot.js";

/** What stands in the lock file: a message for people and for the next command, never a condition of the lock itself. */
export interface LockRecord {
  /** Who holds the lock, or held it when it was killed; undefined when it was released in order, or unreadable. */
  readonly holder: LockHolder | undefined;
  /** The file as the last commit left it; undefined if there was none, or unreadable. */
  readonly lastCommit: FileStamp | undefined;
}

const EMPTY: LockRecord = { holder: undefined, lastCommit: undefined };
const MAXIMUM_BYTES = 16_384;
const MAXIMUM_COMMAND_LENGTH = 1_000;
/** Lines are as long as this, or a multiple of it. */
const LINE_BYTES = 512;

/**
 * Reads the lock file of `realPath` without a lock. What is missing, unreadable or garbage is undefined in the result;
 * never throws, never waits.
 */
export function readLockRecord(realPath: string): LockRecord {
  let fd: number | undefined;
  try {
    fd = openSync(sidecarLock(realPath), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    return readRecord(fd);
  } catch {
    return EMPTY;
  } finally {
    closeQuietly(fd);
  }
}

/**
 * Whether `snapshot` is what the last commit under the lock left: false means that another program wrote the file.
 * Undefined where that cannot be told: no commit is recorded, or a holder is at work or was killed, perhaps between its
 * commit and the record of it. Pure.
 */
export function wasWrittenByUs(record: LockRecord, snapshot: Pick<Snapshot, "stamp">): boolean | undefined {
  const { holder, lastCommit } = record;
  if (lastCommit === undefined) return undefined;
  if (isSameStamp(lastCommit, snapshot.stamp)) return true;
  return holder === undefined ? false : undefined;
}

/** @internal The record in an open lock file; empty for anything that is not one. */
export function readRecord(fd: number): LockRecord {
  try {
    if (!fstatSync(fd).isFile()) return EMPTY;
    const bytes = Buffer.alloc(MAXIMUM_BYTES);
    const text = bytes.toString("utf8", 0, readSync(fd, bytes, 0, bytes.length, 0));
    return parseLockRecord(text);
  } catch {
    return EMPTY;
  }
}

/**
 * @internal Writes the record over the old one, as one line. Best effort: the lock works without it, also on a full
 * disk. A line is filled up with spaces, so that the next one is as long: to set the length of a file may take as long as a
 * sync where the disk is busy. What is longer is cut off after the new line is down, because a line that fits the old space
 * needs no new one, and whoever reads in between stops at the line's end.
 */
export function writeRecord(fd: number, record: LockRecord): void {
  try {
    const bytes = Buffer.from(printLockRecord(record));
    const isDown = writeSync(fd, bytes, 0, bytes.length, 0) === bytes.length;
    if (isDown && fstatSync(fd).size > bytes.length) ftruncateSync(fd, bytes.length);
  } catch {
    // The message is lost, not the lock.
  }
}

/** @internal The first line of a lock file as a record. Pure; never throws. */
export function parseLockRecord(text: string): LockRecord {
  const [line = ""] = text.split("\n", 1);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return EMPTY;
  }
  if (!isObject(value)) return EMPTY;
  return { holder: holderFrom(value["holder"]), lastCommit: stampFrom(value["lastCommit"]) };
}

function printLockRecord({ holder, lastCommit }: LockRecord): string {
  const shortened = holder && { ...holder, command: holder.command.slice(0, MAXIMUM_COMMAND_LENGTH) };
  const line = JSON.stringify({ holder: shortened ?? null, lastCommit: lastCommit ?? null });
  const bytes = Buffer.byteLength(line) + 1;
  return `${line}${" ".repeat(Math.ceil(bytes / LINE_BYTES) * LINE_BYTES - bytes)}\n`;
}

function holderFrom(value: unknown): LockHolder | undefined {
  if (!isObject(value)) return undefined;
  const { pid, host, command, since } = value;
  if (typeof pid !== "number" || typeof host !== "string") return undefined;
  if (typeof command !== "string" || typeof since !== "string") return undefined;
  return { pid, host, command, since };
}

function stampFrom(value: unknown): FileStamp | undefined {
  if (!isObject(value)) return undefined;
  const { ino, size, mtimeNs } = value;
  if (typeof ino !== "string" || typeof size !== "string" || typeof mtimeNs !== "string") return undefined;
  return { ino, size, mtimeNs };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function closeQuietly(fd: number | undefined): void {
  if (fd === undefined) return;
  try {
    closeSync(fd);
  } catch {
    // Nothing was written through it.
  }
}
