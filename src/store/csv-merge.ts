import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { realTarget } from "../storage/real-target.js";
import { Spool } from "../storage/spool.js";
import { changeCsv, type CsvChange, type Locking } from "./csv-change.js";
import { makeCsvOf } from "./csv-making.js";
import { memorySource, type CsvInput, type CsvSource } from "./csv-source.js";
import { sessionConflict } from "./merge-conflict.js";
import { Settling } from "./merge-settling.js";
import { stageSessions } from "./stage-sessions.js";
import type { StagedSessions } from "./staged-sessions.js";
import type { MergePlan, MergeRequest, WriteControl, WriteResult } from "./store.js";

export async function planMergeIntoCsv(input: CsvInput, request: MergeRequest): Promise<MergePlan> {
  const source = openOrMake(input, request);
  try {
    using staged = await stageBeside(input, source, request, undefined);
    return new Settling(input, source, staged, request).plan;
  } finally {
    source.close();
  }
}

export async function mergeIntoCsv(
  input: CsvInput,
  locking: Locking,
  request: MergeRequest,
  control: WriteControl<MergePlan>,
): Promise<WriteResult<MergePlan>> {
  const approve = (plan: MergePlan): void => {
    control.approve?.(plan);
    requireNoConflict(input, request, plan);
  };
  const { signal } = control;
  const before = openOrMake(input, request);
  try {
    if (before.realPath === undefined) {
      const plan = await makeCsvOf(input, locking, request, { approve, signal });
      return { plan, number: undefined, warnings: [] };
    }
    // What comes in may take its time: the lock is only taken when all of it is there.
    using staged = await stageBeside(input, before, request, signal);
    const begin = (snapshot: CsvSource): CsvChange<MergePlan> => {
      const settling = new Settling(input, snapshot, staged, request);
      return { batches: settling.batches(), plan: () => settling.plan };
    };
    return await changeCsv(input, locking, begin, { ...control, approve });
  } finally {
    before.close();
  }
}

/** The store, or what it will be before the first session where it is to be made. */
function openOrMake(input: CsvInput, { createWith }: MergeRequest): CsvSource {
  try {
    return input.open();
  } catch (error) {
    const isMissing = error instanceof SessionsError && error.code === "STORE_NOT_FOUND";
    if (createWith === undefined || !isMissing) throw error;
    return memorySource(Buffer.from(createWith));
  }
}

/** Staged beside the file. What is only read, as standard input is, has no folder; little is kept in memory then. */
async function stageBeside(
  input: CsvInput,
  source: CsvSource,
  request: MergeRequest,
  signal: AbortSignal | undefined,
): Promise<StagedSessions> {
  const folder = path.dirname(source.realPath ?? (await folderTarget(input.location)));
  return stageSessions(input, source, request, new Spool(folder), signal);
}

async function folderTarget(location: string): Promise<string> {
  try {
    return await realTarget(location);
  } catch (error) {
    if (error instanceof SessionsError || systemErrorCode(error) !== undefined) return location;
    throw error;
  }
}

function requireNoConflict({ location }: CsvInput, { onConflict }: MergeRequest, { conflicts }: MergePlan): void {
  if (onConflict === "fail" && conflicts.count > 0) throw sessionConflict(location, conflicts);
}
