// Law 8. Repair never invents: every value in its output stands in the input or is empty by rule; every byte that it
// leaves out is in the quarantine, or is named as dropped structure.
import { CheckRun } from "./check-run.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { OlderCopy } from "./older-copy.js";
import { readBytes, type ByteSource } from "./byte-source.js";
import type { CheckListener, CheckOptions } from "./run.js";
import { SegmentLog } from "./segment-log.js";
import type { QuarantinedSegment, Segment } from "./segment.js";

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

/** Plans the repair of a file: writes nothing. Memory: what is healed, and a table of the sessions' ids. */
export function planRepair(source: ByteSource, options: CheckOptions = {}, listener?: CheckListener): RepairPlan {
  const log = new SegmentLog((diagnostic) => listener?.onDiagnostic(diagnostic));
  const { backup, ...runOptions } = options;
  const olderCopy = backup === undefined ? undefined : new OlderCopy(planRepair(backup).output());
  const { ledger, source: content } = new CheckRun(source, log, { ...runOptions, olderCopy }).run();
  const { records, duplicates, report } = ledger;
  const healed = ledger.healed - log.countHealedInVain();
  const isIdentity = content === source && log.isIdentity;
  const read = (byteOffset: number, byteLength: number): Uint8Array => {
    return readBytes(content, byteOffset, byteLength);
  };
  return {
    isIdentity,
    records: { kept: records - healed, healed, quarantined: log.quarantinedCount, duplicates },
    unresolved: report.unresolved,
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
