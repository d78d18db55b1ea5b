// Law 8. Repair never invents: every value in its output stands in the input or is empty by rule; every byte that it
// leaves out is in the quarantine, or is named as dropped structure.
import { CheckRun } from "./check-run.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { OlderCopy } from "./older-copy.js";
import { readBytes, type ByteSource } from "./byte-source.js";
import type { CheckListener, CheckOptions } from "./run.js";
import { SegmentLog } from "./segment-log.js";
import type { QuarantinedSegment, Segment } from "./segment.js";
import { settleRepair, type Repaired } from "./settle-repair.js";

/** What a repair would do, as data. Reading its parts reads the input again, which must not change meanwhile. */
export interface RepairPlan {
  /** Nothing is to be changed. */
  readonly isIdentity: boolean;
  readonly records: {
    /** Whole records that stay byte for byte. */
    readonly kept: number;
    /** Records that were made whole. */
    readonly healed: number;
    /** Pieces that are set aside. */
    readonly quarantined: number;
    /** Further copies and older versions of records that stay. */
    readonly duplicates: number;
  };
  /** Errors that stay in the output because only a person can decide. */
  readonly unresolved: number;
  readonly counts: ReadonlyMap<DiagnosticCode, number>;
  /** What offsets refer to: the content of the input, decompressed and decoded. */
  readonly content: ByteSource;
  /** In order, without gaps and overlaps, covering the content. */
  segments(): Iterable<Segment>;
  quarantine(): Iterable<QuarantinedSegment>;
  /** The repaired file, in pieces that are valid until the next one. */
  output(): Iterable<Uint8Array>;
  /** The content's bytes of a span. */
  read(byteOffset: number, byteLength: number): Uint8Array;
}

const PIECE_BYTES = 256 * 1024;

/**
 * Plans the repair of a file: writes nothing. What a repair of the repaired file would change is changed at once, so that
 * repairing twice changes nothing. Memory: what is healed, and a table of the sessions' ids.
 *
 * @param listener is told what is wrong with the file itself
 */
export function planRepair(source: ByteSource, checkOptions: CheckOptions = {}, listener?: CheckListener): RepairPlan {
  const { backup, lossy, onRead } = checkOptions;
  const olderCopy = backup === undefined ? undefined : new OlderCopy(planRepair(backup).output());
  const settings = { lossy: lossy === true, olderCopy };
  const found = new SegmentLog((diagnostic) => listener?.onDiagnostic(diagnostic));
  const options = onRead === undefined ? settings : { ...settings, onRead };
  const { ledger, source: content } = new CheckRun(source, found, options).run();
  const { records, duplicates, healed, report } = ledger;
  const isIdentity = content === source && found.isIdentity;
  const kept = records - (healed - found.countHealedInVain());
  const first: Repaired = { log: found, records, kept, duplicates, unresolved: report.unresolved };
  const repaired = isIdentity ? first : settleRepair(content, first, settings, (at) => report.line(at));
  const { log } = repaired;
  const read = (byteOffset: number, byteLength: number): Uint8Array => {
    return readBytes(content, byteOffset, byteLength);
  };
  return {
    isIdentity,
    records: {
      kept: repaired.kept,
      healed: repaired.records - repaired.kept,
      quarantined: log.quarantinedCount,
      duplicates: repaired.duplicates,
    },
    unresolved: repaired.unresolved,
    counts: report.counts,
    content,
    segments: () => log.segments(),
    *quarantine() {
      for (const segment of log.segments()) if (segment.kind === "quarantined") yield segment;
    },
    read,
    *output() {
      for (const segment of log.segments()) {
        if (segment.kind === "healed") yield segment.bytes;
        if (segment.kind !== "kept") continue;
        const end = segment.byteOffset + segment.byteLength;
        for (let at = segment.byteOffset; at < end; at += PIECE_BYTES) yield read(at, Math.min(PIECE_BYTES, end - at));
      }
    },
  };
}
