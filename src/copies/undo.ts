// A change is taken back by a new change, which restores exactly what the first one removed or replaced.
import { SessionsError } from "../errors.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { VersionHash } from "../store/change-log.js";
import { applyEdits } from "../csv/edit.js";
import { changeCsv, type ChangeBatch, type CsvChange, type Locking } from "../store/csv-change.js";
import type { CsvInput } from "../store/csv-source.js";
import { isAsLeft, readEdits, readHistory, removedBytes, type HistoryEntry } from "./change-history.js";
import { readExactly } from "./read-exactly.js";
import { undoBySession } from "./undo-by-session.js";
import { changedSince, Counts, type UndoControl, type UndoPlan, type UndoResult } from "./undo-plan.js";
import { planWholeUndo, undoWhole } from "./undo-whole.js";

const CHUNK_BYTES = 1024 * 1024;

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
  if (change.backup !== undefined) return planWholeUndo(input, snapshot, change);
  const planned = beginUndo(input, snapshot, change);
  Array.from(planned.batches, () => undefined);
  return planned.plan();
}

/**
 * Takes a change back. Where the file is still as that change left it, it becomes byte for byte what it was before; where it
 * was changed since, session by session. Of a file that another one came in the place of as a whole, the copy that was made
 * then comes back, after a copy of the file as it is.
 *
 * @throws SessionsError STORE_CHANGED where a session that the change was about was changed since, naming it; and as
 * `changeCsv` and `writeRestore` do: nothing was changed then.
 */
export async function undoChange(
  input: CsvInput,
  locking: Locking,
  number: number | undefined,
  control: UndoControl,
): Promise<UndoResult> {
  using current = openSnapshot(input.location);
  const first = chooseChange(readHistory(input.location).entries, number);
  if (first.backup !== undefined) return await undoWhole(input, current, first, locking, control);
  const begin = (snapshot: Snapshot): CsvChange<UndoPlan> => {
    // Chosen under the lock: another undo may have been first.
    const change = chooseChange(readHistory(input.location).entries, number);
    if (change.backup !== undefined) throw changedSince(input, change, ["the log"]);
    return { ...beginUndo(input, snapshot, change), undoes: change.number };
  };
  return { ...(await changeCsv(input, locking, begin, control)), safetyCopy: undefined };
}

function beginUndo(input: CsvInput, snapshot: Snapshot, change: HistoryEntry): CsvChange<UndoPlan> {
  return isAsLeft(snapshot, change) ? exactUndo(snapshot, change) : undoBySession(input, snapshot, change);
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
      const source = readExactly(snapshot, at - byteLength, byteLength);
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

/** Batches whose result is hashed on the way. */
function* hashed(batches: Iterable<ChangeBatch>, result: VersionHash): Generator<ChangeBatch> {
  for (const batch of batches) {
    for (const piece of applyEdits(batch.source, batch.edits)) result.add(piece);
    yield batch;
  }
}

function* unchanged(snapshot: Snapshot, start: number, end: number): Generator<ChangeBatch> {
  for (let at = start; at < end; at += CHUNK_BYTES) {
    yield { source: readExactly(snapshot, at, Math.min(CHUNK_BYTES, end - at)), edits: [] };
  }
}
