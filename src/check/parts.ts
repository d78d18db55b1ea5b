import type { DiagnosticCode } from "./diagnostic.js";
import type { HeaderReading } from "./header.js";
import type { RecordLayout, RecordReading } from "./record-reading.js";
import type { Salvage } from "./salvage.js";

/** A span of the file, understood. */
export type Part = RecordPart | HeaderPart | DroppedPart | LostPart;

export interface Span {
  readonly start: number;
  /** One past the span, where the next one starts. */
  readonly end: number;
}

/** What was noticed, at offsets in the file. */
export interface PlacedNote {
  readonly code: DiagnosticCode;
  readonly field: string | undefined;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly isLossy?: boolean;
}

/** A whole record. */
export interface RecordPart extends Span {
  readonly kind: "record";
  readonly reading: RecordReading;
  readonly layout: RecordLayout;
  readonly notes: readonly PlacedNote[];
  /** Where in the file the first quote stands in a field that needs a change; undefined where there is none. */
  readonly quoteAt?: number | undefined;
  /** The bytes are a well-formed record of the output's dialect, as they stand. */
  readonly isAsItShouldBe: boolean;
}

export interface HeaderPart extends Span {
  readonly kind: "header";
  readonly reading: HeaderReading;
}

/** Structure without values. */
interface DroppedPart extends Span {
  readonly kind: "dropped";
  readonly code: DiagnosticCode;
}

/** Text that is no whole record. */
export interface LostPart extends Span {
  readonly kind: "lost";
  readonly salvage: Salvage;
  /** Where in the file the value stands that is to blame, where that is known. */
  readonly blamed: Span | undefined;
}
