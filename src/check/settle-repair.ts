import type { ByteSource } from "./byte-source.js";
import { CheckRun, type RunOptions } from "./check-run.js";
import { composeRepairs } from "./compose-repairs.js";
import { RepairedSource } from "./repaired-source.js";
import { SegmentLog } from "./segment-log.js";

/** What becomes of the bytes of a content, and what it comes to. */
export interface Repaired {
  readonly log: SegmentLog;
  /** Records in the output. */
  readonly records: number;
  /** Those of them that stay byte for byte. */
  readonly kept: number;
  readonly duplicates: number;
  /** Errors that stay in the output. */
  readonly unresolved: number;
}

/** More are not made: a file with which each of them finds another fault is not to be settled. */
const MOST_ROUNDS = 8;

/**
 * Checks what a repair would write, and makes what is then to be repaired part of it, until nothing is: so that repairing
 * twice changes nothing. What a damaged file looks like as a whole can differ from what is left of it.
 *
 * @param lineAt the physical line of an offset in the content
 */
export function settleRepair(
  content: ByteSource,
  first: Repaired,
  options: RunOptions,
  lineAt: (byteOffset: number) => number,
): Repaired {
  let repaired = first;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const output = new RepairedSource(content, repaired.log.segments());
    const log = new SegmentLog(() => undefined);
    const { ledger, source } = new CheckRun(output, log, options).run();
    if (log.isIdentity) return { ...repaired, unresolved: ledger.report.unresolved };
    // A container within what was repaired has offsets of its own.
    if (source !== output) break;
    const composed = new SegmentLog(() => undefined);
    for (const segment of composeRepairs(content, repaired.log.segments(), log.segments(), lineAt)) {
      composed.segment(segment);
    }
    const changed = ledger.healed - log.countHealedInVain() + log.quarantinedCount;
    repaired = {
      log: composed,
      records: ledger.records,
      kept: Math.max(0, Math.min(ledger.records, repaired.kept - changed)),
      duplicates: repaired.duplicates + ledger.duplicates,
      unresolved: ledger.report.unresolved,
    };
  }
  return repaired;
}
