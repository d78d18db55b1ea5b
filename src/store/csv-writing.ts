import { beginReplacement } from "../storage/atomic-replace.js";
import { acquireLock } from "../storage/lock.js";
import { realTarget } from "../storage/real-target.js";
import { changeCsv, commitAsOurs, type ChangeBatch, type CsvChange, type Locking } from "./csv-change.js";
import { copyPieces } from "./copy-pieces.js";
import { requireUnchanged } from "./csv-reading.js";
import { openCsv, readFromStart, type CsvInput, type CsvSource } from "./csv-source.js";
import { RemovalPlanner } from "./removal.js";
import type { RemovalPlan, RemovalRequest, WriteControl, WriteResult } from "./store.js";

export function planRemovalFromCsv(input: CsvInput, request: RemovalRequest): RemovalPlan {
  const source = input.open();
  try {
    const { plan, batches } = beginRemoval(input, source, request);
    Array.from(batches, () => undefined);
    return plan();
  } finally {
    source.close();
  }
}

export async function removeFromCsv(
  input: CsvInput,
  locking: Locking,
  request: RemovalRequest,
  control: WriteControl<RemovalPlan>,
): Promise<WriteResult<RemovalPlan>> {
  return changeCsv(input, locking, (snapshot) => beginRemoval(input, snapshot, request), control);
}

/**
 * Plans a removal batch by batch.
 *
 * @throws SessionsError STORE_DAMAGED at the end of `batches` where a record border is in doubt
 */
function beginRemoval(input: CsvInput, source: CsvSource, request: RemovalRequest): CsvChange<RemovalPlan> {
  const opened = openCsv(readFromStart(source, input.onRead), input);
  const { scanner, reader } = opened;
  const planner = new RemovalPlanner(scanner, reader, request);
  function* batches(): Generator<ChangeBatch> {
    if (scanner.hasBom) yield { source: BOM, edits: [] };
    let firstRecord = 1;
    do {
      const edits = planner.planBatch(firstRecord);
      firstRecord = 0;
      yield { source: scanner.bytes.subarray(0, scanner.batchLength), edits };
    } while (opened.nextBatch());
    requireUnchanged(source, input);
    planner.requireBorders(input.location, () => readFromStart(source));
  }
  return { plan: () => planner.plan(() => readFromStart(source)), batches: batches() };
}

const BOM = Uint8Array.of(0xef, 0xbb, 0xbf);

/** @throws SessionsError STORE_EXISTS where there is a file already; it stays as it is */
export async function createCsv(
  target: string,
  locking: Locking,
  content: Iterable<string | Uint8Array>,
  { signal }: WriteControl<undefined>,
): Promise<void> {
  const realPath = await realTarget(target);
  const signalOption = signal === undefined ? {} : { signal };
  const lock = await acquireLock(realPath, { ...locking, ...signalOption });
  try {
    await using replacement = await beginReplacement(realPath, { replaces: undefined, ...signalOption });
    await copyPieces(replacement, [bytesOf(content)], LIKELY_BYTES);
    await commitAsOurs(replacement, lock);
  } finally {
    lock.release();
  }
}

/** Nobody knows it before. */
const LIKELY_BYTES = 256 * 1024;

function* bytesOf(content: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  for (const piece of content) yield typeof piece === "string" ? Buffer.from(piece) : piece;
}
