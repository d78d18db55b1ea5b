import type { Diagnostic, DiagnosticCode } from "../../check/diagnostic.js";

/** Findings of one code that are not shown. */
export interface HiddenFindings {
  readonly count: number;
  /** Physical lines, from 1. */
  readonly firstLine: number;
  readonly lastLine: number;
}

interface Kind {
  readonly shown: Arrival[];
  hidden: HiddenFindings | undefined;
}

interface Arrival {
  readonly place: number;
  readonly diagnostic: Diagnostic;
}

/**
 * Chooses which of any number of findings to show, and never holds more than those. Each code keeps its first ones; where
 * not all fit, codes with many make room for codes with few, so that a rare one is never buried.
 */
export class ShownFindings {
  readonly #kinds = new Map<DiagnosticCode, Kind>();
  readonly #limit: number;
  readonly #limitOfKind: number;
  #arrivals = 0;
  #count = 0;

  /**
   * @param limit how many to show in all, from 0
   * @param limitOfKind how many of one code
   */
  constructor(limit: number, limitOfKind: number) {
    this.#limit = limit;
    this.#limitOfKind = limitOfKind;
  }

  add(diagnostic: Diagnostic): void {
    const kind = this.#kindOf(diagnostic.code);
    const arrival = { place: this.#arrivals++, diagnostic };
    if (kind.shown.length >= this.#limitOfKind || !this.#makeRoom(kind)) {
      hide(kind, diagnostic);
      return;
    }
    kind.shown.push(arrival);
    this.#count += 1;
  }

  /** Those to show, in the order in which they came, each with what is hidden of its code behind the code's last one. */
  *entries(): Generator<{ readonly diagnostic: Diagnostic; readonly hidden: HiddenFindings | undefined }> {
    const arrivals = [...this.#kinds.values()].flatMap(({ shown }) => shown);
    for (const arrival of arrivals.sort((left, right) => left.place - right.place)) {
      const { shown, hidden } = this.#kindOf(arrival.diagnostic.code);
      yield { diagnostic: arrival.diagnostic, hidden: shown.at(-1) === arrival ? hidden : undefined };
    }
  }

  /** How many are shown. */
  get count(): number {
    return this.#count;
  }

  #kindOf(code: DiagnosticCode): Kind {
    let kind = this.#kinds.get(code);
    if (kind === undefined) this.#kinds.set(code, (kind = { shown: [], hidden: undefined }));
    return kind;
  }

  /** Hides the last one of the largest kind where that leaves it no smaller than this one. */
  #makeRoom(kind: Kind): boolean {
    if (this.#count < this.#limit) return true;
    let largest = kind;
    for (const other of this.#kinds.values()) if (other.shown.length > largest.shown.length) largest = other;
    if (largest.shown.length < kind.shown.length + 2) return false;
    const last = largest.shown.pop();
    if (last === undefined) return false;
    hide(largest, last.diagnostic);
    this.#count -= 1;
    return true;
  }
}

function hide(kind: Kind, { line }: Diagnostic): void {
  const { count, firstLine, lastLine } = kind.hidden ?? { count: 0, firstLine: line, lastLine: line };
  kind.hidden = { count: count + 1, firstLine: Math.min(firstLine, line), lastLine: Math.max(lastLine, line) };
}
