import { setImmediate as turn } from "node:timers/promises";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { throwIfCancelled } from "../storage/io-failure.js";
import { realTarget } from "../storage/real-target.js";
import { Spool } from "../storage/spool.js";
import { changeCsv, type CsvChange, type Locking } from "./csv-change.js";
import { memorySource, openCsv, readFromStart, type CsvInput, type CsvSource } from "./csv-source.js";
import { createCsv } from "./csv-writing.js";
import { lineBreakOf } from "./line-break.js";
import { sessionConflict } from "./merge-conflict.js";
import { Settling } from "./merge-settling.js";
import { StagedSessions, type TargetForm } from "./staged-sessions.js";
import type { MergePlan, MergeRequest, WriteControl, WriteResult } from "./store.js";

/** Sessions between two looks at the signal. */
const SESSIONS_PER_TURN = 8192;

export async function planMergeIntoCsv(input: CsvInput, request: MergeRequest): Promise<MergePlan> {
  const source = openOrMake(input, request);
  try {
    using staged = await stage(input, source, request, undefined);
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
  const before = openOrMake(input, request);
  try {
    // What comes in may take its time: the lock is only taken when all of it is there.
    using staged = await stage(input, before, request, control.signal);
    const approve = (plan: MergePlan): void => {
      control.approve?.(plan);
      requireNoConflict(input, request, plan);
    };
    if (before.realPath === undefined) {
      const settling = new Settling(input, before, staged, request);
      approve(settling.plan);
      await createCsv(input.location, locking, contentOf(request, settling), { signal: control.signal });
      return { plan: settling.plan, number: undefined, warnings: [] };
    }
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

async function stage(
  input: CsvInput,
  source: CsvSource,
  { incoming, onConflict }: MergeRequest,
  signal: AbortSignal | undefined,
): Promise<StagedSessions> {
  const form = formOf(input, source);
  const folder = path.dirname(source.realPath ?? (await folderTarget(input.location)));
  const staged = new StagedSessions(form, new Spool(folder));
  try {
    const sessions = incoming();
    if (Symbol.asyncIterator in sessions) {
      for await (const session of sessions) {
        staged.add(session);
        if (staged.count % SESSIONS_PER_TURN === 0) throwIfCancelled(signal, "write", input.location);
      }
    } else {
      for (const session of sessions) {
        staged.add(session);
        if (staged.count % SESSIONS_PER_TURN !== 0) continue;
        // Lets the signal through.
        await turn();
        throwIfCancelled(signal, "write", input.location);
      }
    }
    if (onConflict === "newest") staged.keepNewest(input);
    return staged;
  } catch (error) {
    staged.close();
    throw error;
  }
}

/** What is only read, as standard input is, has no folder; little is kept in memory then. */
async function folderTarget(location: string): Promise<string> {
  try {
    return await realTarget(location);
  } catch (error) {
    if (error instanceof SessionsError || systemErrorCode(error) !== undefined) return location;
    throw error;
  }
}

function formOf(input: CsvInput, source: CsvSource): TargetForm {
  const { scanner, reader } = openCsv(readFromStart(source), input);
  const header = scanner.bytes.toString("latin1", 0, scanner.recordEnd(0));
  return { names: reader.columns.names, lineBreak: lineBreakOf(header) };
}

function requireNoConflict({ location }: CsvInput, { onConflict }: MergeRequest, { conflicts }: MergePlan): void {
  if (onConflict === "fail" && conflicts.count > 0) throw sessionConflict(location, conflicts);
}

function* contentOf({ createWith = "" }: MergeRequest, settling: Settling): Generator<string | Uint8Array> {
  yield createWith;
  let isHeader = true;
  for (const { edits } of settling.batches()) {
    if (!isHeader) for (const { bytes } of edits) yield bytes;
    isHeader = false;
  }
}
