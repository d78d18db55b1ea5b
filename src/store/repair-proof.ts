// Law 8, as arithmetic: before anything is written, a plan is shown to leave no byte of its input out.
import type { DiagnosticCode } from "../check/diagnostic.js";
import type { RepairPlan } from "../check/repair.js";
import type { QuarantinedSegment, Segment } from "../check/segment.js";
import { isSalvageable } from "./salvaged-csv.js";

/** What becomes of each byte of the content, in bytes. */
export interface RepairProof {
  readonly contentByteLength: number;
  readonly bytes: Readonly<Record<Segment["kind"], number>>;
  /** Length of the repaired file. */
  readonly outputByteLength: number;
  /** Structure that is left out, by code. */
  readonly dropped: ReadonlyMap<DiagnosticCode, { readonly count: number; readonly byteLength: number }>;
  readonly quarantined: {
    readonly count: number;
    /** How many of them have a value that is certain. */
    readonly salvageable: number;
    /** At most twenty, in order. */
    readonly first: readonly QuarantinedSegment[];
  };
}

const QUARANTINED_KEPT = 20;

/**
 * Follows the segments of a plan through the whole content.
 *
 * @throws Error where they leave a gap, overlap, or end before or behind the content: then the plan is wrong, which is a
 * mistake of ours, or the input has changed since it was made
 */
export function proveRepair(plan: RepairPlan): RepairProof {
  const bytes = { kept: 0, healed: 0, dropped: 0, quarantined: 0 };
  const dropped = new Map<DiagnosticCode, { count: number; byteLength: number }>();
  const first: QuarantinedSegment[] = [];
  let count = 0;
  let salvageable = 0;
  let end = 0;
  let outputByteLength = 0;
  for (const segment of plan.segments()) {
    const { kind, byteOffset, byteLength } = segment;
    if (byteOffset !== end || !Number.isSafeInteger(byteLength) || byteLength < 0) {
      throw new Error(
        `The plan of the repair has no place for the bytes at ${end}: ${kind} ${byteOffset}+${byteLength}`,
      );
    }
    end += byteLength;
    bytes[kind] += byteLength;
    if (kind === "kept") outputByteLength += byteLength;
    else if (kind === "healed") outputByteLength += segment.bytes.length;
    else if (kind === "dropped") {
      const before = dropped.get(segment.code) ?? { count: 0, byteLength: 0 };
      dropped.set(segment.code, { count: before.count + 1, byteLength: before.byteLength + byteLength });
    } else {
      count += 1;
      if (isSalvageable(segment.fields)) salvageable += 1;
      if (first.length < QUARANTINED_KEPT) first.push(segment);
    }
  }
  if (end !== plan.content.byteLength) {
    throw new Error(`The plan of the repair ends at byte ${end} of ${plan.content.byteLength}`);
  }
  return { contentByteLength: end, bytes, outputByteLength, dropped, quarantined: { count, salvageable, first } };
}

/**
 * Hands on the repaired file and counts it.
 *
 * @throws Error at the end where its length is not the one that the segments promised; what was made of it must go
 */
export function* countedOutput(plan: RepairPlan, { outputByteLength }: RepairProof): Generator<Uint8Array> {
  let byteLength = 0;
  for (const piece of plan.output()) {
    byteLength += piece.length;
    yield piece;
  }
  if (byteLength !== outputByteLength) {
    throw new Error(`The repaired file has ${byteLength} bytes, and its plan promised ${outputByteLength}`);
  }
}
