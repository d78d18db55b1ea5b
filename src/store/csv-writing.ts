import { setTimeout as pause } from "node:timers/promises";
import { applyEdits } from "../csv/edit.js";
import { SessionsError } from "../errors.js";
import { beginReplacement, type Replacement } from "../storage/atomic-replace.js";
import { acquireLock, type FileLock, type LockOptions } from "../storage/lock.js";
import { realTarget } from "../storage/real-target.js";
import { openSnapshot } from "../storage/snapshot.js";
import { copyPieces } from "./copy-pieces.js";
import { requireUnchanged } from "./csv-reading.js";
import { openCsv, readFromStart, type CsvInput, type CsvSource } from "./csv-source.js";
import { RemovalPlanner } from "./removal.js";
import type { RemovalPlan, RemovalRequest, RemovalResult, WriteControl } from "./store.js";

type Locking = Omit<LockOptions, "signal">;

/** How often a change is tried again when another program rewrites the file in the meantime. */
const ATTEMPTS = 3;
const PAUSE_BETWEEN_ATTEMPTS_MS = 100;

export function planRemovalFromCsv(input: CsvInput, request: RemovalRequest): RemovalPlan {
  const source = input.open();
  try {
    const { plan, batches } = beginRemoval(input, source, request);
    while (batches.next().done !== true);
    return plan();
  } finally {
    source.close();
  }
}

export async function removeFromCsv(
  input: CsvInput,
  locking: Locking,
  request: RemovalRequest,
  control: WriteControl,
): Promise<RemovalResult> {
  const realPath = realPathOf(input);
  const lock = await acquireLock(realPath, withSignal(locking, control));
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await removeOnce(input, lock, request, control);
      } catch (error) {
        if (attempt === ATTEMPTS || !(await isWorthAnotherAttempt(error, input, attempt))) throw error;
      }
    }
  } finally {
    lock.release();
  }
}

/** A file that another program is just writing may look damaged: it is looked at again where it goes on changing. */
async function isWorthAnotherAttempt(error: unknown, input: CsvInput, attempt: number): Promise<boolean> {
  if (!(error instanceof SessionsError)) return false;
  if (error.code !== "STORE_CHANGED" && error.code !== "STORE_DAMAGED") return false;
  const before = openSnapshot(input.location);
  try {
    await pause(PAUSE_BETWEEN_ATTEMPTS_MS * attempt);
    return error.code === "STORE_CHANGED" || !before.isCurrent();
  } finally {
    before.close();
  }
}

async function removeOnce(
  input: CsvInput,
  lock: FileLock,
  request: RemovalRequest,
  control: WriteControl,
): Promise<RemovalResult> {
  const snapshot = openSnapshot(input.location);
  try {
    // The lock and the new version belong to one file: a link that leads to another one since must not move them.
    if (snapshot.realPath !== lock.realPath) throw new SessionsError("STORE_CHANGED", { path: input.location });
    const { plan: finishPlan, batches } = beginRemoval(input, snapshot, request);
    const replacement = await beginReplacement(lock.realPath, {
      replaces: snapshot,
      ...(control.signal === undefined ? {} : { signal: control.signal }),
    });
    try {
      await copyPieces(replacement, batches, snapshot.byteLength);
      const plan = finishPlan();
      control.approve?.(plan);
      if (plan.removed === 0) return { plan, warnings: [] };
      return { plan, warnings: await commit(replacement, lock) };
    } finally {
      await replacement.abandon();
    }
  } finally {
    snapshot.close();
  }
}

/** Commits, and notes the new version as ours, also where only its durability is in doubt. */
async function commit(replacement: Replacement, lock: FileLock): Promise<readonly string[]> {
  try {
    return (await replacement.commit()).warnings;
  } finally {
    if (replacement.installed !== undefined) lock.recordCommit(replacement.installed.stamp);
  }
}

/**
 * Plans a removal batch by batch. `batches` gives what stays, as views that are valid until the next step; when it has
 * ended, `plan` gives the result.
 *
 * @throws SessionsError STORE_DAMAGED at the end of `batches` where a record border is in doubt
 */
function beginRemoval(
  input: CsvInput,
  source: CsvSource,
  request: RemovalRequest,
): { plan: () => RemovalPlan; batches: Generator<Iterable<Uint8Array>> } {
  const opened = openCsv(readFromStart(source, input.onRead), input);
  const { scanner, reader } = opened;
  const planner = new RemovalPlanner(scanner, reader, request);
  function* batches(): Generator<Iterable<Uint8Array>> {
    if (scanner.hasBom) yield [BOM];
    let firstRecord = 1;
    do {
      const edits = planner.planBatch(firstRecord);
      firstRecord = 0;
      yield applyEdits(scanner.bytes.subarray(0, scanner.batchLength), edits);
    } while (opened.nextBatch());
    requireUnchanged(source, input);
    requireBorders(planner, source, input);
  }
  return { plan: () => planner.plan(() => readFromStart(source)), batches: batches() };
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

function requireBorders(planner: RemovalPlanner, source: CsvSource, { location }: CsvInput): void {
  if (planner.borderFaultCount === 0) return;
  const { count, findings } = planner.borderFaults(() => readFromStart(source));
  throw new SessionsError("STORE_DAMAGED", {
    path: location,
    reason: "where its records begin and end is in doubt",
    findings,
    findingCount: count,
  });
}

/** @throws SessionsError STORE_EXISTS where there is a file already; it stays as it is */
export async function createCsv(
  target: string,
  locking: Locking,
  content: Iterable<string>,
  control: WriteControl,
): Promise<void> {
  const realPath = await realTarget(target);
  const lock = await acquireLock(realPath, withSignal(locking, control));
  try {
    const replacement = await beginReplacement(realPath, {
      replaces: undefined,
      ...(control.signal === undefined ? {} : { signal: control.signal }),
    });
    try {
      for (const piece of content) await replacement.write(Buffer.from(piece));
      await commit(replacement, lock);
    } finally {
      await replacement.abandon();
    }
  } finally {
    lock.release();
  }
}

function realPathOf(input: CsvInput): string {
  const snapshot = openSnapshot(input.location);
  snapshot.close();
  return snapshot.realPath;
}

function withSignal(locking: Locking, { signal }: WriteControl): LockOptions {
  return signal === undefined ? locking : { ...locking, signal };
}
