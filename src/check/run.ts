import type { ByteSource } from "./byte-source.js";
import { CheckRun } from "./check-run.js";
import type { Diagnostic, DiagnosticCode } from "./diagnostic.js";
import { NOT_RECORDED } from "./ledger.js";

export interface CheckOptions {
  /** Makes lossy fixes too. */
  readonly lossy?: boolean;
  /** An older copy of the file, from which values are taken that the file has lost. */
  readonly backup?: ByteSource;
  /** Is told how many bytes have been checked, of how many. */
  readonly onRead?: (done: number, total: number) => void;
}

/** Who is told what a check finds, in the order of the file as far as that is known at once. */
export interface CheckListener {
  onDiagnostic(diagnostic: Diagnostic): void;
}

export interface CheckSummary {
  /** Records that are whole sessions, as they stand or healed; of duplicates those that stay. */
  readonly records: number;
  readonly errors: number;
  readonly warnings: number;
  readonly counts: ReadonlyMap<DiagnosticCode, number>;
  /** What offsets refer to: the content, decompressed and decoded. */
  readonly content: ByteSource;
}

/** Finds everything that is wrong with a file. Needs constant memory, but for a table of 32 to 48 bytes for each session. */
export function checkCsv(source: ByteSource, listener: CheckListener, options: CheckOptions = {}): CheckSummary {
  const recorder = { ...NOT_RECORDED, diagnostic: (diagnostic: Diagnostic) => listener.onDiagnostic(diagnostic) };
  const { ledger, source: content } = new CheckRun(source, recorder, options).run();
  const { records, report } = ledger;
  return { records, errors: report.errors, warnings: report.warnings, counts: report.counts, content };
}
