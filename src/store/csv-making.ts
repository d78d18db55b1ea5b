import path from "node:path";
import { beginReplacement, type Replacement } from "../storage/atomic-replace.js";
import { acquireLock } from "../storage/lock.js";
import { realTarget } from "../storage/real-target.js";
import { ReplacementSpool } from "../storage/replacement-spool.js";
import { removeStaleTemps, uniqueTemp } from "../storage/unique-temp.js";
import { commitAsOurs, type Locking } from "./csv-change.js";
import { copyPieces } from "./copy-pieces.js";
import { memorySource, type CsvInput } from "./csv-source.js";
import { Settling } from "./merge-settling.js";
import { stageSessions } from "./stage-sessions.js";
import type { StagedSessions } from "./staged-sessions.js";
import type { MergePlan, MergeRequest } from "./store.js";

/**
 * Makes a file of the sessions that come in. They are staged in the very file that gets the name when all of them are there
 * and approved, so that they are written once; a second time only where ids come in repeatedly.
 *
 * @param request with the header in `createWith`
 * @param approve whatever it throws ends it
 * @throws SessionsError STORE_EXISTS where there is a file meanwhile; it stays as it is. STORE_LOCKED, IO_FAILED, CANCELLED,
 * and what `incoming` throws: there is no file. DURABILITY_UNKNOWN: it is there, and a power cut may take it
 */
export async function makeCsvOf(
  input: CsvInput,
  locking: Locking,
  request: MergeRequest,
  { approve, signal }: { approve: (plan: MergePlan) => void; signal: AbortSignal | undefined },
): Promise<MergePlan> {
  const realPath = await realTarget(input.location);
  const folder = path.dirname(realPath);
  const signalOption = signal === undefined ? {} : { signal };
  const begin = async (): Promise<Replacement> => {
    const tempPath = uniqueTemp(realPath);
    const replacement = await beginReplacement(realPath, { replaces: undefined, tempPath, ...signalOption });
    removeStaleTemps(folder, tempPath);
    return replacement;
  };
  await using first = await begin();
  const start = Buffer.from(request.createWith ?? "");
  await first.write(start);
  const spool = new ReplacementSpool(first, start.length, folder);
  const source = memorySource(start);
  using staged = await stageSessions(input, source, request, spool, signal);
  const { plan } = new Settling(input, source, staged, request);
  approve(plan);
  await spool.end();
  const commit = async (replacement: Replacement): Promise<void> => {
    // What comes in may take its time: the lock is only taken when all of it is there.
    const lock = await acquireLock(realPath, { ...locking, ...signalOption });
    try {
      await commitAsOurs(replacement, lock);
    } finally {
      lock.release();
    }
  };
  if (staged.repeated === 0) {
    await commit(first);
  } else {
    await using second = await begin();
    await copyPieces(second, withHeader(start, staged), start.length + spool.byteLength);
    await commit(second);
  }
  return plan;
}

function* withHeader(header: Uint8Array, staged: StagedSessions): Generator<Iterable<Uint8Array>> {
  yield [header];
  for (const batch of staged.batches(() => true)) yield batch.map(({ bytes }) => bytes);
}
