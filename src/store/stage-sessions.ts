import { setImmediate as turn } from "node:timers/promises";
import { throwIfCancelled } from "../storage/io-failure.js";
import type { SpooledBytes } from "../storage/spool.js";
import { openCsv, readFromStart, type CsvInput, type CsvSource } from "./csv-source.js";
import { lineBreakOf } from "./line-break.js";
import { StagedSessions, type TargetForm } from "./staged-sessions.js";
import type { MergeRequest } from "./store.js";

/** Sessions between two looks at the signal. */
const SESSIONS_PER_TURN = 8192;

/**
 * Takes in all sessions of a request, in the form of `source`.
 * @param spool closed with the answer, and where this throws
 * @throws SessionsError CANCELLED, IO_FAILED, and what `incoming` throws
 */
export async function stageSessions(
  input: CsvInput,
  source: CsvSource,
  { incoming, onConflict }: MergeRequest,
  spool: SpooledBytes,
  signal: AbortSignal | undefined,
): Promise<StagedSessions> {
  try {
    const staged = new StagedSessions(formOf(input, source), spool);
    const sessions = incoming();
    if (Symbol.asyncIterator in sessions) {
      for await (const session of sessions) {
        staged.add(session);
        if (spool.isFull) await spool.settle();
        if (staged.count % SESSIONS_PER_TURN === 0) throwIfCancelled(signal, "write", input.location);
      }
    } else {
      for (const session of sessions) {
        staged.add(session);
        if (spool.isFull) await spool.settle();
        if (staged.count % SESSIONS_PER_TURN !== 0) continue;
        // Lets the signal through.
        await turn();
        throwIfCancelled(signal, "write", input.location);
      }
    }
    if (onConflict === "newest") staged.keepNewest(input);
    return staged;
  } catch (error) {
    spool.close();
    throw error;
  }
}

function formOf(input: CsvInput, source: CsvSource): TargetForm {
  const { scanner, reader } = openCsv(readFromStart(source), input);
  const header = scanner.bytes.toString("latin1", 0, scanner.recordEnd(0));
  return { names: reader.columns.names, lineBreak: lineBreakOf(header) };
}
