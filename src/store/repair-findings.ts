import type { Diagnostic, DiagnosticCode, Outcome } from "../check/diagnostic.js";
import type { CheckListener } from "../check/run.js";

/** How often a code was found with one outcome, and where first. */
export interface FindingTally {
  readonly code: DiagnosticCode;
  readonly outcome: Outcome;
  readonly count: number;
  /** What is said of the first one. */
  readonly message: string;
  /** Physical lines, at most five, as they were found, each once. */
  readonly firstLines: readonly number[];
}

const LINES_KEPT = 5;

/** Counts what a check finds by code and outcome; its size does not grow with the file. */
export class FindingCounter implements CheckListener {
  readonly #tallies = new Map<
    string,
    { code: DiagnosticCode; outcome: Outcome; count: number; message: string; firstLines: number[] }
  >();

  onDiagnostic({ code, outcome, line, message }: Diagnostic): void {
    const key = `${outcome} ${code}`;
    let tally = this.#tallies.get(key);
    if (tally === undefined) this.#tallies.set(key, (tally = { code, outcome, count: 0, message, firstLines: [] }));
    tally.count += 1;
    if (tally.firstLines.length < LINES_KEPT && !tally.firstLines.includes(line)) tally.firstLines.push(line);
  }

  /** In the order in which they were found first. */
  tallies(): readonly FindingTally[] {
    return [...this.#tallies.values()];
  }
}
