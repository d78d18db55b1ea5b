import type { Diagnostic } from "../../check/diagnostic.js";
import type { ByteSource } from "../../check/byte-source.js";
import type { CheckSummary } from "../../check/run.js";

/** A file that is checked. */
export interface CheckedFile {
  /** As it was named on the command line. */
  readonly path: string;
  readonly source: ByteSource;
  /** Checks it once more, for reports whose form has another order than the file. */
  readonly again: (onDiagnostic: (diagnostic: Diagnostic) => void) => void;
}

/**
 * Prints findings in a form, as they come: for each file `beginFile`, `finding` for each one, `endFile`; `finish` once, which
 * prints nothing where no file was begun.
 */
export interface DiagnosticsReport {
  beginFile(file: CheckedFile): void;
  finding(diagnostic: Diagnostic): void;
  endFile(summary: CheckSummary): void;
  finish(): void;
}

/** Takes text that is to be printed. */
export type Print = (text: string) => void;

/** What a report is told besides the findings. */
export interface ReportOptions {
  /** Warnings count as errors. */
  readonly isStrict: boolean;
  /** More than one file was named. */
  readonly hasManyFiles: boolean;
  /** Of this program. */
  readonly version: string;
}

/** Whether a file counts as clean. */
export function isValid({ errors, warnings }: CheckSummary, { isStrict }: Pick<ReportOptions, "isStrict">): boolean {
  return errors === 0 && (!isStrict || warnings === 0);
}

/** What should stand in the place of a finding, as a clause. */
export function wantedText(expected: string): string {
  return `it should be ${expected === "" ? "empty" : expected}`;
}
