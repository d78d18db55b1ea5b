import type { Diagnostic, DiagnosticCode } from "./diagnostic.js";
import type { Span } from "./parts.js";
import { Report } from "./report.js";
import type { ByteSource } from "./byte-source.js";
import type { Salvage } from "./salvage.js";
import type { DroppedSegment, QuarantinedSegment, Segment } from "./segment.js";

/** Who is told what becomes of the bytes, in order and without gaps. */
export interface Recorder {
  diagnostic(diagnostic: Diagnostic): void;
  segment(segment: Segment): void;
  /** A record that was said to stay does not: another version of its session does. */
  supersede(segment: DroppedSegment | QuarantinedSegment): void;
}

/** Nobody. */
export const NOT_RECORDED: Recorder = {
  diagnostic: () => undefined,
  segment: () => undefined,
  supersede: () => undefined,
};

/** Marks the name of a column that has the name of an earlier one, or none. */
export const REPEATED = "\0";

/** Keeps account of what becomes of each byte of a file, and of what was found. */
export class Ledger {
  readonly report: Report;
  readonly #recorder: Recorder;
  /** Where records start that were taken out again. */
  readonly #leftOut = new Set<number>();
  /** Records that stay, as they stand or healed. */
  records = 0;
  healed = 0;
  /** Copies and older versions of records that stay. */
  duplicates = 0;

  constructor(source: ByteSource, recorder: Recorder) {
    this.#recorder = recorder;
    this.report = new Report(source, (diagnostic) => recorder.diagnostic(diagnostic));
  }

  keep(start: number, end: number): void {
    this.#recorder.segment({ kind: "kept", byteOffset: start, byteLength: end - start });
  }

  heal(start: number, end: number, bytes: Uint8Array): void {
    this.#recorder.segment({ kind: "healed", byteOffset: start, byteLength: end - start, bytes });
  }

  /** Leaves structure out, and reports it. */
  drop(start: number, end: number, code: DiagnosticCode, outcome: "dropped" | "healed" = "dropped"): void {
    this.report.add({ code, byteOffset: start, byteLength: end - start, outcome });
    this.#recorder.segment({ kind: "dropped", byteOffset: start, byteLength: end - start, code });
  }

  /**
   * Sets text aside that is no whole record, and reports it.
   * @param blamed the part of it that is wrong; left out, it is all of it
   */
  setAside(start: number, end: number, salvage: Salvage, blamed: Span = { start, end }): void {
    const { code, reason, field } = salvage;
    const span = { byteOffset: blamed.start, byteLength: blamed.end - blamed.start };
    this.report.add({ code, ...span, field, message: reason, outcome: "quarantined" });
    this.setAsideReported(start, end, salvage);
  }

  /** Sets text aside of which it was reported what is wrong with it. */
  setAsideReported(start: number, end: number, salvage: Salvage): void {
    this.#recorder.segment(this.#quarantined(start, end, salvage));
  }

  /** A record that was said to stay is a copy of one that stays. */
  dropCopy(start: number, end: number): void {
    this.#leftOut.add(start);
    this.records -= 1;
    this.duplicates += 1;
    this.#recorder.supersede({ kind: "dropped", byteOffset: start, byteLength: end - start, code: "duplicate-record" });
  }

  /** A record that was said to stay is not to stay after all. */
  setAsideLater(start: number, end: number, salvage: Salvage): void {
    this.#leftOut.add(start);
    this.records -= 1;
    if (salvage.code === "duplicate-version") this.duplicates += 1;
    this.#recorder.supersede(this.#quarantined(start, end, salvage));
  }

  /** The record that starts here was said to stay, and then not to. */
  isLeftOut(start: number): boolean {
    return this.#leftOut.has(start);
  }

  #quarantined(start: number, end: number, { code, reason, fields }: Salvage): QuarantinedSegment {
    const named = Object.entries(fields).filter(([name]) => name !== "" && !name.includes(REPEATED));
    const values = named.map(([name, text]) => [name, Buffer.from(text, "latin1").toString("utf8")]);
    const span = { byteOffset: start, byteLength: end - start };
    const line = this.report.line(start);
    return {
      kind: "quarantined",
      ...span,
      line,
      codes: [code],
      reason,
      fields: Object.fromEntries(values) as Salvage["fields"],
    };
  }
}
