// A change is taken back by a new change, which restores exactly what the first one removed or replaced.
import path from "node:path";
import { SessionsError } from "../errors.js";
import { sidecarSubfolder } from "../storage/sidecar.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { bareRecord, recordHash, VersionHash, type LoggedEdit, type RecordEdit } from "../store/change-log.js";
import { applyEdits } from "../csv/edit.js";
import { changeCsv, type ChangeBatch, type CsvChange, type Locking } from "../store/csv-change.js";
import { openCsv, readFromStart, type CsvInput } from "../store/csv-source.js";
import type { WriteControl, WriteResult } from "../store/store.js";
import { readEdits, readHistory, removedBytes, versionOfSource, type HistoryEntry } from "./change-history.js";

/** What taking a change back does, as data. */
export interface UndoPlan {
  /** The change that is taken back. */
  readonly change: HistoryEntry;
  /** The file becomes, byte for byte, what it was before the change. */
  readonly isExact: boolean;
  /** Sessions that come back, that get their old record, and that go. */
  readonly restored: number;
  readonly replaced: number;
  readonly removed: number;
}

const CHUNK_BYTES = 1024 * 1024;
const MOST_NAMED = 5;

/**
 * The change to take back: the one of a number, or the last one that is no undo and was not taken back.
 * @throws SessionsError USAGE where there is none, or it was taken back already
 */
export function chooseChange(entries: readonly HistoryEntry[], number: number | undefined): HistoryEntry {
  const change =
    number === undefined
      ? entries.findLast((entry) => entry.undoes === undefined && entry.undoneBy === undefined && !entry.isGone)
      : entries.find((entry) => entry.number === number);
  if (change === undefined) {
    const reason = number === undefined ? "the log holds no change to take back" : `the log holds no change ${number}`;
    throw new SessionsError("USAGE", { reason, hint: "sessions log shows what it holds" });
  }
  if (change.isGone) {
    throw new SessionsError("USAGE", {
      reason: `change ${change.number} is not in the file: it is again what it was before`,
      hint: "sessions log shows what the file holds",
    });
  }
  if (change.undoneBy === undefined) return change;
  throw new SessionsError("USAGE", {
    reason: `change ${change.number} was taken back by change ${change.undoneBy}`,
    hint: `to make it once more: sessions undo ${change.undoneBy}`,
  });
}

/** What `undoChange` would do now. Writes nothing. */
export function planUndo(input: CsvInput, snapshot: Snapshot, change: HistoryEntry): UndoPlan {
  const planned = beginUndo(input, snapshot, change);
  Array.from(planned.batches, () => undefined);
  return planned.plan();
}

/**
 * Takes a change back. Where the file is still as that change left it, it becomes byte for byte what it was before; where it
 * was changed since, session by session.
 *
 * @throws SessionsError STORE_CHANGED where a session that the change was about was changed since, naming it; and as
 * `changeCsv` does: nothing was changed then.
 */
export async function undoChange(
  input: CsvInput,
  locking: Locking,
  number: number | undefined,
  control: WriteControl<UndoPlan>,
): Promise<WriteResult<UndoPlan>> {
  const begin = (snapshot: Snapshot): CsvChange<UndoPlan> => {
    // Chosen under the lock: another undo may have been first.
    const change = chooseChange(readHistory(input.location).entries, number);
    return { ...beginUndo(input, snapshot, change), undoes: change.number };
  };
  return changeCsv(input, locking, begin, control);
}

function beginUndo(input: CsvInput, snapshot: Snapshot, change: HistoryEntry): CsvChange<UndoPlan> {
  const isAsLeft =
    snapshot.byteLength === change.after.byteLength && versionOfSource(snapshot).sha256 === change.after.sha256;
  if (change.backup !== undefined) {
    if (!isAsLeft) throw changedSince(input, change, ["the file"]);
    return wholeUndo(snapshot, change, path.join(sidecarSubfolder(snapshot.realPath, "backups"), change.backup));
  }
  return isAsLeft ? exactUndo(snapshot, change) : undoBySession(input, snapshot, change);
}

/** Each edit the other way round, in the order of the file as it is. */
function exactUndo(snapshot: Snapshot, change: HistoryEntry): CsvChange<UndoPlan> {
  const counts = new Counts();
  const result = new VersionHash();
  function* batches(): Generator<ChangeBatch> {
    let at = 0;
    let shift = 0;
    for (const edit of readEdits(change.path)) {
      const bytes = removedBytes(edit);
      const byteLength = edit.inserted?.byteLength ?? 0;
      const start = edit.byteOffset + shift;
      if (start < at || start + byteLength > snapshot.byteLength) throw misleads(change);
      yield* unchanged(snapshot, at, edit.byteOffset + shift);
      at = edit.byteOffset + shift + byteLength;
      shift += byteLength - bytes.length;
      const source = read(snapshot, at - byteLength, byteLength);
      counts.add(edit);
      yield { source, edits: [{ byteOffset: 0, byteLength, bytes, sessionId: edit.sessionId }] };
    }
    yield* unchanged(snapshot, at, snapshot.byteLength);
  }
  return {
    batches: hashed(batches(), result),
    plan: () => {
      if (result.version().sha256 === change.before.sha256) return { change, isExact: true, ...counts.all };
      throw misleads(change);
    },
  };
}

function misleads({ path: file }: HistoryEntry): SessionsError {
  return new SessionsError("IO_FAILED", {
    operation: "read the change log",
    path: file,
    reason: "what it says does not lead back to the version before the change",
    hint: "go back to a backup instead: sessions backups",
  });
}

/** The old file in the place of the new one, from the copy that was made of it. */
function wholeUndo(snapshot: Snapshot, change: HistoryEntry, backup: string): CsvChange<UndoPlan> {
  const result = new VersionHash();
  function* batches(): Generator<ChangeBatch> {
    using copy = openCopy(backup, change);
    for (const { source } of unchanged(snapshot, 0, snapshot.byteLength)) {
      yield { source, edits: [{ byteOffset: 0, byteLength: source.length, bytes: EMPTY, sessionId: undefined }] };
    }
    for (const { source } of unchanged(copy, 0, copy.byteLength)) {
      yield { source: EMPTY, edits: [{ byteOffset: 0, byteLength: 0, bytes: source, sessionId: undefined }] };
    }
  }
  return {
    batches: hashed(batches(), result),
    plan: () => {
      if (result.version().sha256 === change.before.sha256) {
        return { change, isExact: true, restored: 0, replaced: 0, removed: 0 };
      }
      throw new SessionsError("STORE_DAMAGED", {
        path: backup,
        reason: `it is not the copy that was made before change ${change.number}`,
        findings: [],
        findingCount: 0,
        hint: "see the other backups: sessions backups",
      });
    },
  };
}

function openCopy(backup: string, { number }: HistoryEntry): Snapshot {
  try {
    return openSnapshot(backup);
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    throw new SessionsError("STORE_NOT_FOUND", {
      path: backup,
      reason: `the copy that was made before change ${number} is gone`,
      hint: "see the other backups: sessions backups",
    });
  }
}

/** Only what the change was about, in a file that has changed since. */
function undoBySession(input: CsvInput, snapshot: Snapshot, change: HistoryEntry): CsvChange<UndoPlan> {
  const wanted = new Map<string, LoggedEdit[]>();
  for (const edit of readEdits(change.path)) {
    if (edit.sessionId === undefined) throw changedSince(input, change, ["what stands between the records"]);
    wanted.set(edit.sessionId, [...(wanted.get(edit.sessionId) ?? []), edit]);
  }
  const counts = new Counts();
  const conflicts: string[] = [];
  const opened = openCsv(readFromStart(snapshot, input.onRead), input);
  const { scanner, reader } = opened;
  function* batches(): Generator<ChangeBatch> {
    const open = new Map<string, LoggedEdit[]>();
    for (const [id, edits] of wanted)
      open.set(
        id,
        edits.filter(({ inserted }) => inserted !== undefined),
      );
    if (scanner.hasBom) yield { source: BOM, edits: [] };
    let endsLine = true;
    let lineBreak: Uint8Array = CRLF;
    let isFirst = true;
    let first = 1;
    do {
      const edits: RecordEdit[] = [];
      for (let record = first; record < scanner.recordCount; record += 1) {
        const sessionId = reader.text(record, "session_id");
        const candidates = wanted.get(sessionId);
        if (candidates === undefined || scanner.isBlank(record)) continue;
        const start = scanner.recordStart(record);
        const source = scanner.bytes.subarray(start, scanner.recordEnd(record));
        const sha256 = recordHash(source);
        const left = open.get(sessionId) ?? [];
        const place = left.findIndex(({ inserted }) => inserted?.sha256 === sha256);
        const [edit] = place === -1 ? [] : left.splice(place, 1);
        if (edit === undefined) conflicts.push(sessionId);
        else {
          counts.add(edit);
          edits.push({ byteOffset: start, byteLength: source.length, bytes: inPlaceOf(source, edit), sessionId });
        }
      }
      first = 0;
      const source = scanner.bytes.subarray(0, scanner.batchLength);
      if (source.length > 0) endsLine = source.at(-1) === LF;
      if (isFirst) lineBreak = source.includes(CR) ? CRLF : LINE_FEED;
      isFirst = false;
      yield { source, edits };
    } while (opened.nextBatch());
    for (const [id, edits] of open) if (edits.length > 0) conflicts.push(id);
    yield { source: EMPTY, edits: comingBack(wanted, endsLine, lineBreak, counts) };
  }
  return {
    batches: batches(),
    plan: () => {
      if (conflicts.length === 0) return { change, isExact: false, ...counts.all };
      throw changedSince(input, change, [...new Set(conflicts)]);
    },
  };
}

/** The records that the change removed, at the end of the file. */
function comingBack(
  wanted: ReadonlyMap<string, readonly LoggedEdit[]>,
  endsLine: boolean,
  lineBreak: Uint8Array,
  counts: Counts,
): RecordEdit[] {
  const removed = [...wanted.values()].flat().filter(({ inserted }) => inserted === undefined);
  removed.sort((left, right) => left.byteOffset - right.byteOffset);
  let needsBreak = !endsLine;
  return removed.map((edit) => {
    const bytes = removedBytes(edit);
    const withBreak = needsBreak ? Buffer.concat([lineBreak, bytes]) : bytes;
    needsBreak = bytes.at(-1) !== LF;
    counts.add(edit);
    return { byteOffset: 0, byteLength: 0, bytes: withBreak, sessionId: edit.sessionId };
  });
}

/** The old record with the line breaks that the new one has around it; nothing where the change added it. */
function inPlaceOf(source: Uint8Array, edit: LoggedEdit): Uint8Array {
  const old = bareRecord(removedBytes(edit));
  if (old.length === 0) return EMPTY;
  return Buffer.concat([
    old,
    source.subarray(bareRecord(source).byteOffset - source.byteOffset + bareRecord(source).length),
  ]);
}

class Counts {
  readonly all = { restored: 0, replaced: 0, removed: 0 };

  add(edit: LoggedEdit): void {
    if (edit.sessionId === undefined) return;
    if (edit.inserted === undefined) this.all.restored += 1;
    else if (edit.removed === undefined && edit.removedBase64 === undefined) this.all.removed += 1;
    else this.all.replaced += 1;
  }
}

function changedSince({ location }: CsvInput, { number }: HistoryEntry, what: readonly string[]): SessionsError {
  const named = what.slice(0, MOST_NAMED).join(", ");
  const more = what.length > MOST_NAMED ? ` and ${what.length - MOST_NAMED} more` : "";
  return new SessionsError("STORE_CHANGED", {
    path: location,
    reason: `since change ${number}, other changes were made to ${named}${more}`,
    hint: "take those changes back first (sessions log shows them), or restore single sessions from a backup",
  });
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);
const EMPTY = new Uint8Array(0);
const LF = 0x0a;
const CR = 0x0d;
const CRLF = Buffer.from("\r\n");
const LINE_FEED = Buffer.from("\n");

/** Batches whose result is hashed on the way. */
function* hashed(batches: Iterable<ChangeBatch>, result: VersionHash): Generator<ChangeBatch> {
  for (const batch of batches) {
    for (const piece of applyEdits(batch.source, batch.edits)) result.add(piece);
    yield batch;
  }
}

function* unchanged(snapshot: Snapshot, start: number, end: number): Generator<ChangeBatch> {
  for (let at = start; at < end; at += CHUNK_BYTES) {
    yield { source: read(snapshot, at, Math.min(CHUNK_BYTES, end - at)), edits: [] };
  }
}

function read(snapshot: Snapshot, byteOffset: number, byteLength: number): Buffer {
  const target = Buffer.allocUnsafe(byteLength);
  let fill = 0;
  while (fill < byteLength) {
    const count = snapshot.readAt(target.subarray(fill), byteOffset + fill);
    if (count === 0) throw new SessionsError("STORE_CHANGED", { path: snapshot.path });
    fill += count;
  }
  return target;
}
