import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import { openSnapshot } from "../storage/snapshot.js";
import {
  logEntryFiles,
  VersionHash,
  type LoggedChange,
  type LoggedEdit,
  type LoggedVersion,
} from "../store/change-log.js";
import { isObject, linesOf, OPEN_LOG_FILE, parseLine } from "./log-lines.js";

/** A change as the log has it. */
export interface HistoryEntry extends LoggedChange {
  /** The entry's file. */
  readonly path: string;
  /** The change that took this one back and was not taken back itself. */
  readonly undoneBy: number | undefined;
  /**
   * The file was not changed by it, or is again what it was before: the process was killed right before its commit, or
   * another program put the old version back.
   */
  readonly isGone: boolean;
}

/** The changes of a file, oldest first, and the files of the log that are not whole or damaged. */
export interface History {
  readonly realPath: string;
  readonly entries: readonly HistoryEntry[];
  readonly unreadable: readonly string[];
}

const TAIL_BYTES = 64 * 1024;
const WINDOW_BYTES = 256 * 1024;

/**
 * What the log knows of a file.
 * @throws SessionsError STORE_NOT_FOUND where the file is not there; IO_FAILED where the log may not be read
 */
export function readHistory(path: string): History {
  using snapshot = openSnapshot(path);
  const files = logEntryFiles(snapshot.realPath).map(({ path: file }) => ({ file, change: readChange(file) }));
  const whole = files.filter((entry): entry is { file: string; change: LoggedChange } => entry.change !== undefined);
  const entries: HistoryEntry[] = [];
  const undoneBy = new Map<number, number>();
  for (const [place, { file, change }] of [...whole.entries()].reverse()) {
    const isGone = isNotIn(change, whole[place + 1]?.change, snapshot);
    const by = undoneBy.get(change.number);
    // What was taken back itself takes nothing back.
    if (change.undoes !== undefined && by === undefined && !isGone) undoneBy.set(change.undoes, change.number);
    entries.unshift({ ...change, path: file, undoneBy: by, isGone });
  }
  const unreadable = files.filter(({ change }) => change === undefined).map(({ file }) => file);
  return { realPath: snapshot.realPath, entries, unreadable };
}

type Source = Pick<ReturnType<typeof openSnapshot>, "byteLength" | "readAt">;

/** The next version that is known is the one before the change, not the one behind it. */
function isNotIn({ before, after }: LoggedChange, next: LoggedChange | undefined, snapshot: Source): boolean {
  if (before.sha256 === after.sha256) return false;
  if (next !== undefined) return next.before.sha256 === before.sha256;
  return snapshot.byteLength === before.byteLength && versionOfSource(snapshot).sha256 === before.sha256;
}

/** Length and hash of all bytes of a source. */
export function versionOfSource(source: Source): LoggedVersion {
  const hash = new VersionHash();
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (let count = source.readAt(window, 0); count > 0; count = source.readAt(window, hash.byteLength)) {
    hash.add(window.subarray(0, count));
  }
  return hash.version();
}

/** Whether a file is still what a change made of it. */
export function isAsLeft(source: Source, { after }: LoggedChange): boolean {
  return source.byteLength === after.byteLength && versionOfSource(source).sha256 === after.sha256;
}

/** The edits of an entry, in the order of the old file. @throws SessionsError IO_FAILED where a line is damaged */
export function* readEdits(entryPath: string): Generator<LoggedEdit> {
  for (const line of linesOf(entryPath)) {
    const parsed = parseLine(line);
    if (parsed === undefined) {
      throw new SessionsError("IO_FAILED", {
        operation: "read the change log",
        path: entryPath,
        reason: "a line of it is damaged",
        hint: "go back to a backup instead",
      });
    }
    if (!isChange(parsed)) yield parsed as LoggedEdit;
  }
}

/** The exact bytes that an edit removed. */
export function removedBytes({ removed, removedBase64 }: LoggedEdit): Buffer {
  return removedBase64 === undefined ? Buffer.from(removed ?? "", "utf8") : Buffer.from(removedBase64, "base64");
}

/** What an entry's last line says; undefined where the entry is not whole, or is none. */
function readChange(file: string): LoggedChange | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, OPEN_LOG_FILE);
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    const text = tail.toString("utf8");
    if (!text.endsWith("\n")) return undefined;
    const parsed = parseLine(text.slice(text.lastIndexOf("\n", text.length - 2) + 1, -1));
    return isChange(parsed) && isWhole(parsed) ? parsed : undefined;
  } catch (error) {
    if (systemErrorCode(error) === "EISDIR" || systemErrorCode(error) === "ELOOP") return undefined;
    throw ioFailure("read the change log", file, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isChange(value: unknown): value is LoggedChange {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "change";
}

/** All is there that others ask for: anybody who may write the folder may have written the file. */
function isWhole(change: object): boolean {
  const at = (...names: string[]): unknown =>
    names.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), change);
  const texts = [["time"], ["user"], ["host"], ["command"], ["before", "sha256"], ["after", "sha256"]];
  const numbers = [["number"], ["before", "byteLength"], ["after", "byteLength"]];
  const counts = at("counts") === undefined ? [] : ["removed", "replaced", "added"].map((name) => ["counts", name]);
  const backup = at("backup");
  return (
    texts.every((names) => typeof at(...names) === "string") &&
    [...numbers, ...counts].every((names) => Number.isSafeInteger(at(...names))) &&
    (at("beforeTime") === undefined || !Number.isNaN(Date.parse(String(at("beforeTime"))))) &&
    (at("selection") === undefined || typeof at("selection") === "string") &&
    (at("undoes") === undefined || Number.isSafeInteger(at("undoes"))) &&
    !Number.isNaN(Date.parse(String(at("time")))) &&
    (backup === undefined || (typeof backup === "string" && backup === basename(backup)))
  );
}
