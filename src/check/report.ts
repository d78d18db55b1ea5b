import type { Edit } from "../csv/edit.js";
import type { Diagnostic, DiagnosticCode, Outcome } from "./diagnostic.js";
import { Positions } from "./position.js";
import { RULES } from "./rules/index.js";
import { readBytes, type ByteSource } from "./byte-source.js";

/** What is to be said of a span of the file. */
export interface Finding {
  readonly code: DiagnosticCode;
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly field?: string | undefined;
  /** Left out, it is the rule's title. */
  readonly message?: string;
  readonly expected?: string;
  readonly outcome: Outcome;
  readonly edits?: readonly Edit[];
  readonly isLossy?: boolean;
}

const LONGEST_TEXT = 200;

/** Makes diagnostics of findings, counts them and passes them on. */
export class Report {
  readonly counts = new Map<DiagnosticCode, number>();
  errors = 0;
  warnings = 0;
  /** Errors that stay in the file. */
  unresolved = 0;
  readonly #source: ByteSource;
  readonly #positions: Positions;
  readonly #listen: (diagnostic: Diagnostic) => void;

  constructor(source: ByteSource, listen: (diagnostic: Diagnostic) => void) {
    this.#source = source;
    this.#positions = new Positions(source);
    this.#listen = listen;
  }

  /** Lines end with CR alone. */
  countCarriageReturns(): void {
    this.#positions.lineBreak = 0x0d;
  }

  line(byteOffset: number): number {
    return this.#positions.at(byteOffset).line;
  }

  add(finding: Finding): void {
    const { code, byteOffset, byteLength, field, expected, outcome, edits } = finding;
    const { severity, title } = RULES[code];
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    if (severity === "error") this.errors += 1;
    else this.warnings += 1;
    if (severity === "error" && outcome === "kept") this.unresolved += 1;
    this.#listen({
      code,
      severity,
      ...this.#positions.at(byteOffset),
      byteOffset,
      byteLength,
      ...(field === undefined ? {} : { field }),
      text: this.#text(byteOffset, byteLength),
      message: finding.message ?? (field === undefined ? title : `${title}: ${field}`),
      ...(expected === undefined ? {} : { expected: expected.slice(0, LONGEST_TEXT) }),
      ...(edits === undefined ? {} : { fix: { kind: finding.isLossy === true ? "lossy" : "lossless", edits } }),
      outcome,
    });
  }

  #text(byteOffset: number, byteLength: number): string {
    return readBytes(this.#source, byteOffset, Math.min(byteLength, LONGEST_TEXT)).toString("utf8");
  }
}
