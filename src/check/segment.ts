import type { DiagnosticCode } from "./diagnostic.js";

/**
 * What becomes of a span of the input. The segments of a plan are in order, without gaps and overlaps, and cover the input:
 * that is the proof that no byte is lost.
 */
export type Segment = KeptSegment | HealedSegment | DroppedSegment | QuarantinedSegment;

interface Span {
  /** In the content, in bytes from 0. */
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** Copied to the output byte for byte: records, and the header. */
interface KeptSegment extends Span {
  readonly kind: "kept";
}

/** Replaced by `bytes`, which hold the same values in a form that everyone reads. */
export interface HealedSegment extends Span {
  readonly kind: "healed";
  readonly bytes: Uint8Array;
}

/** Mere structure without values of its own, left out: a blank line, a second header, a copy of a record that stays. */
export interface DroppedSegment extends Span {
  readonly kind: "dropped";
  readonly code: DiagnosticCode;
}

/** Left out of the output and put into the quarantine. */
export interface QuarantinedSegment extends Span {
  readonly kind: "quarantined";
  /** Physical line on which it starts, from 1. */
  readonly line: number;
  readonly codes: readonly DiagnosticCode[];
  /** One sentence, without a full stop. */
  readonly reason: string;
  /** The values that are certain, by column; empty where none is. */
  readonly fields: Readonly<Record<string, string>>;
}
