import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { SessionsError } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import { openSnapshot } from "../storage/snapshot.js";
import {
  logEntryFiles,
  VersionHash,
  type LoggedChange,
  type LoggedEdit,
  type LoggedVersion,
} from "../store/change-log.js";

/** A change as the log has it. */
export interface HistoryEntry extends LoggedChange {
  /** The entry's file. */
  readonly path: string;
  /** The change that took this one back and was not taken back itself. */
  readonly undoneBy: number | undefined;
}

/** The longest last line of an entry, and the longest line of an edit: a record may have 256 MiB, and its text twice that. */
const LAST_LINE_BYTES = 64 * 1024;
const WINDOW_BYTES = 256 * 1024;
const OPEN_ENTRY = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * The changes of a file that the log knows, oldest first. An entry that is not whole is left out; so is one whose change was
 * never made, because the process was killed right before.
 *
 * @throws SessionsError STORE_NOT_FOUND where there is neither the file nor a log of it; IO_FAILED
 */
export function readHistory(path: string): { readonly realPath: string; readonly entries: readonly HistoryEntry[] } {
  using snapshot = openSnapshot(path);
  const whole = logEntryFiles(snapshot.realPath)
    .map(({ path: file }) => ({ file, change: readChange(file) }))
    .filter((entry): entry is { file: string; change: LoggedChange } => entry.change !== undefined);
  const changes = whole.filter(({ change }, place) => !wasNeverMade(change, whole[place + 1]?.change, snapshot));
  const undoneBy = new Map<number, number>();
  for (const { change } of changes) {
    if (change.undoes === undefined) continue;
    undoneBy.set(change.undoes, change.number);
    // What took that change back, or made it once more, holds no longer.
    for (const [number, by] of undoneBy) if (by === change.undoes) undoneBy.delete(number);
  }
  const entries = changes.map(({ file, change }) => ({ ...change, path: file, undoneBy: undoneBy.get(change.number) }));
  return { realPath: snapshot.realPath, entries };
}

type Source = Pick<ReturnType<typeof openSnapshot>, "byteLength" | "readAt">;

/** The next version that is known is the one before the change, not the one behind it. */
function wasNeverMade({ before, after }: LoggedChange, next: LoggedChange | undefined, snapshot: Source): boolean {
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

/** What an entry's last line says; undefined where the entry is not whole. */
function readChange(file: string): LoggedChange | undefined {
  const fd = openEntry(file);
  try {
    const { size } = fstatSync(fd);
    const tail = Buffer.alloc(Math.min(size, LAST_LINE_BYTES));
    readSync(fd, tail, 0, tail.length, size - tail.length);
    const text = tail.toString("utf8");
    if (!text.endsWith("\n")) return undefined;
    const parsed = parseLine(text.slice(text.lastIndexOf("\n", text.length - 2) + 1, -1));
    return isChange(parsed) ? parsed : undefined;
  } catch (error) {
    throw ioFailure("read the change log", file, error);
  } finally {
    closeSync(fd);
  }
}

function isChange(value: unknown): value is LoggedChange {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "change";
}

function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The lines of a text file, one after the other, without their ends. */
function* linesOf(file: string): Generator<string> {
  const fd = openEntry(file);
  try {
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    let pieces: Buffer[] = [];
    for (let count = readSync(fd, window); count > 0; count = readSync(fd, window)) {
      let start = 0;
      for (let end = window.indexOf(0x0a); end !== -1 && end < count; end = window.indexOf(0x0a, start)) {
        pieces.push(Buffer.from(window.subarray(start, end)));
        yield Buffer.concat(pieces).toString("utf8");
        pieces = [];
        start = end + 1;
      }
      pieces.push(Buffer.from(window.subarray(start, count)));
    }
  } finally {
    closeSync(fd);
  }
}

function openEntry(file: string): number {
  try {
    return openSync(file, OPEN_ENTRY);
  } catch (error) {
    throw ioFailure("open the change log", file, error);
  }
}
