// Law 3: every write goes through the lock and the atomic replacement. Every change of a file is a list of edits of the
// version under the lock, so that it can be shown, carried out, written into the change log and taken back alike.
import { setTimeout as pause } from "node:timers/promises";
import { applyEdits } from "../csv/edit.js";
import { SessionsError } from "../errors.js";
import { beginReplacement, type CommitResult, type Replacement } from "../storage/atomic-replace.js";
import { commitTogether, type Companion } from "../storage/commit-together.js";
import { acquireLock, type FileLock, type LockOptions } from "../storage/lock.js";
import { removeSidecarTemps } from "../storage/sidecar-file.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { beginLogEntry, dropOldEntries, type LogEntryWriter, type RecordEdit } from "./change-log.js";
import { copyPieces } from "./copy-pieces.js";
import type { CsvInput } from "./csv-source.js";
import type { WriteControl, WriteResult } from "./store.js";

export type Locking = Omit<LockOptions, "signal">;

/** The next stretch of the old file, and what changes in it. */
export interface ChangeBatch {
  /** Valid until the next batch is asked for. */
  readonly source: Uint8Array;
  /** In ascending order, not overlapping, with offsets in `source`; what is added stands at one offset in its order. */
  readonly edits: readonly RecordEdit[];
}

/** A change that is being planned: `batches` give the whole old file in order, then `plan` says what it is. */
export interface CsvChange<Plan> {
  /** The number of the logged change that this one takes back. */
  readonly undoes?: number;
  readonly batches: Iterable<ChangeBatch>;
  readonly plan: () => Plan;
}

/** How often a change is tried again when another program rewrites the file in the meantime. */
const ATTEMPTS = 3;
const PAUSE_BETWEEN_ATTEMPTS_MS = 100;

/**
 * Changes a file in one atomic step. `begin` plans on the version that is replaced; where another program writes the file
 * meanwhile, all of it is tried again. Edits that change nothing write nothing.
 *
 * @throws SessionsError STORE_NOT_FOUND, STORE_DAMAGED, STORE_LOCKED, STORE_CHANGED, IO_FAILED, CANCELLED, and what `begin`
 * and `approve` throw: nothing was changed. DURABILITY_UNKNOWN: the change is visible, and a power cut may undo it.
 */
export async function changeCsv<Plan>(
  input: CsvInput,
  locking: Locking,
  begin: (snapshot: Snapshot) => CsvChange<Plan>,
  control: WriteControl<Plan>,
): Promise<WriteResult<Plan>> {
  const lock = await acquireLock(realPathOf(input), {
    ...locking,
    ...(control.signal === undefined ? {} : { signal: control.signal }),
  });
  try {
    for (let attempt = 1; ; attempt += 1) {
      using snapshot = openSnapshot(input.location);
      try {
        return await changeOnce(input, snapshot, lock, begin, control);
      } catch (error) {
        if (attempt === ATTEMPTS || !(await isWorthAnotherAttempt(error, snapshot, attempt))) throw error;
      }
    }
  } finally {
    lock.release();
  }
}

async function changeOnce<Plan>(
  input: CsvInput,
  snapshot: Snapshot,
  lock: FileLock,
  begin: (snapshot: Snapshot) => CsvChange<Plan>,
  control: WriteControl<Plan>,
): Promise<WriteResult<Plan>> {
  const { origin, signal } = control;
  const signalOption = signal === undefined ? {} : { signal };
  // The lock and the new version belong to one file: a link that leads to another one since must not move them.
  if (snapshot.realPath !== lock.realPath) throw new SessionsError("STORE_CHANGED", { path: input.location });
  const change = begin(snapshot);
  await using replacement = await beginReplacement(lock.realPath, { replaces: snapshot, ...signalOption });
  if (origin !== undefined) removeSidecarTemps(lock.realPath);
  const { undoes } = change;
  await using entry =
    origin && (await beginLogEntry(lock.realPath, undoes === undefined ? origin : { ...origin, undoes }, signalOption));
  let editCount = 0;
  function* pieces(): Generator<Iterable<Uint8Array>> {
    for (const { source, edits } of change.batches) {
      editCount += edits.length;
      entry?.add(source, edits);
      yield tee(applyEdits(source, edits), entry);
    }
  }
  await copyPieces(replacement, pieces(), snapshot.byteLength, async () => entry?.flush());
  const plan = change.plan();
  control.approve?.(plan);
  if (editCount === 0) return { plan, number: undefined, warnings: [] };
  const { warnings } = await commitAsOurs(replacement, lock, entry === undefined ? [] : [await entry.finish()]);
  if (entry !== undefined) dropOldEntries(lock.realPath);
  return { plan, number: entry?.number, warnings };
}

/** The pieces of the new version, noted on their way. */
function* tee(pieces: Iterable<Uint8Array>, entry: LogEntryWriter | undefined): Generator<Uint8Array> {
  for (const piece of pieces) {
    entry?.addWritten(piece);
    yield piece;
  }
}

/** Commits with what belongs to it, and notes the new version as ours, also where only its durability is in doubt. */
export async function commitAsOurs(
  replacement: Replacement,
  lock: FileLock,
  companions: readonly Companion[] = [],
): Promise<CommitResult> {
  try {
    return await commitTogether(replacement, companions);
  } finally {
    if (replacement.installed !== undefined) lock.recordCommit(replacement.installed.stamp);
  }
}

/**
 * Only where the file is not the version any more that the attempt was made on: what else is refused is refused again. A
 * file that another program is just writing may look damaged.
 */
async function isWorthAnotherAttempt(error: unknown, snapshot: Snapshot, attempt: number): Promise<boolean> {
  if (!(error instanceof SessionsError)) return false;
  if (error.code !== "STORE_CHANGED" && error.code !== "STORE_DAMAGED") return false;
  if (error.code === "STORE_CHANGED" && snapshot.isCurrent()) return false;
  await pause(PAUSE_BETWEEN_ATTEMPTS_MS * attempt);
  return !snapshot.isCurrent();
}

function realPathOf(input: CsvInput): string {
  using snapshot = openSnapshot(input.location);
  return snapshot.realPath;
}
