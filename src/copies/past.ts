import { createHash } from "node:crypto";
import { SessionsError } from "../errors.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { readEdits, readHistory, removedBytes, versionOfSource, type HistoryEntry } from "./change-history.js";
import { readExactly } from "./read-exactly.js";

/** A version that the file had. */
export interface PastVersion {
  readonly bytes: Buffer;
  /** Since when it was the file, as far as that is known. */
  readonly since: Date;
  readonly from: "the file" | "the change log" | "a backup";
}

/** A copy of the file from which a version can be read. */
export interface DatedCopy {
  /** The name of its file, by which the change log names it. */
  readonly name: string;
  readonly time: Date;
  /** It holds what was replaced at its time, and so what was the file before that. */
  readonly wasReplaced: boolean;
  /** Undefined where it cannot be used. */
  read(): Promise<Buffer | undefined>;
}

/** A version is made in memory. */
const LARGEST_BYTES = 1024 * 1024 * 1024;

/**
 * The file as it was at a time: the last version that is known not to be younger, from the change log, where no other program
 * wrote the file since, or from a copy.
 *
 * @param copies the newest first
 * @throws SessionsError USAGE where no version of that time is known, STORE_NOT_FOUND, IO_FAILED
 */
export async function versionAt(path: string, time: Date, copies: readonly DatedCopy[]): Promise<PastVersion> {
  const entries = readHistory(path).entries.filter(({ isGone }) => !isGone);
  using snapshot = openSnapshot(path);
  const logged = await fromLog(snapshot, entries, time, copies);
  const replaced = new Set(entries.map(({ backup }) => backup));
  for (const copy of copies) {
    if (copy.time > time || copy.wasReplaced || replaced.has(copy.name)) continue;
    if (logged !== undefined && logged.since >= copy.time) break;
    const bytes = await copy.read();
    if (bytes !== undefined) return { bytes, since: copy.time, from: "a backup" };
  }
  if (logged !== undefined) return logged;
  throw new SessionsError("USAGE", {
    path,
    reason: `no version of the file from ${time.toISOString()} or before is known`,
    hint: "sessions log and sessions backups show what is known of the past",
  });
}

/** What the file itself and the log tell; undefined where they do not reach back to that time. */
async function fromLog(
  snapshot: Snapshot,
  entries: readonly HistoryEntry[],
  time: Date,
  copies: readonly DatedCopy[],
): Promise<PastVersion | undefined> {
  const last = entries.at(-1);
  const isAsLeft =
    last !== undefined &&
    snapshot.byteLength === last.after.byteLength &&
    versionOfSource(snapshot).sha256 === last.after.sha256;
  const since = isAsLeft ? new Date(last.time) : snapshot.mtime;
  if (since <= time) return { bytes: readWhole(snapshot), since, from: "the file" };
  if (!isAsLeft) return undefined;
  let read = async (): Promise<Buffer | undefined> => readWhole(snapshot);
  let back: HistoryEntry[] = [];
  for (let place = entries.length - 1; place >= 0; place -= 1) {
    const entry = entries[place];
    const earlier = entries[place - 1];
    if (entry === undefined) return undefined;
    if (entry.backup === undefined) back.push(entry);
    else {
      // A whole file came in the place of another, which is a copy now.
      const copy = copies.find(({ name }) => name === entry.backup);
      if (copy === undefined) return undefined;
      [read, back] = [() => copy.read(), []];
    }
    const isChained = earlier?.after.sha256 === entry.before.sha256;
    const start = isChained ? earlier.time : entry.beforeTime;
    if (start === undefined) return undefined;
    const since = new Date(start);
    if (since > time && isChained) continue;
    const copied = since > time ? undefined : await read();
    if (copied === undefined) return undefined;
    const bytes = back.reduce(bytesBefore, copied);
    // Whoever altered the log must not make up sessions.
    const isIt = createHash("sha256").update(bytes).digest("hex") === entry.before.sha256;
    return isIt ? { bytes, since, from: "the change log" } : undefined;
  }
  return undefined;
}

/** The version before a change, made of the one behind it. */
function bytesBefore(after: Buffer, entry: HistoryEntry): Buffer {
  const pieces: Buffer[] = [];
  let at = 0;
  let shift = 0;
  for (const edit of readEdits(entry.path)) {
    const bytes = removedBytes(edit);
    const start = edit.byteOffset + shift;
    pieces.push(after.subarray(at, start), bytes);
    const byteLength = edit.inserted?.byteLength ?? 0;
    at = start + byteLength;
    shift += byteLength - bytes.length;
  }
  pieces.push(after.subarray(at));
  return Buffer.concat(pieces);
}

function readWhole(snapshot: Snapshot): Buffer {
  if (snapshot.byteLength > LARGEST_BYTES) {
    throw new SessionsError("USAGE", {
      path: snapshot.path,
      reason: "the file is larger than 1 GiB, and an earlier version is made in memory",
      hint: "restore a backup to another file and look at that",
    });
  }
  return readExactly(snapshot, 0, snapshot.byteLength);
}
