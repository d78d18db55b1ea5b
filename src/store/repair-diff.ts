import type { RepairPlan } from "../check/repair.js";
import type { RepairProof } from "./repair-proof.js";
import { changedLines, type ChangedLines, type KeptLine } from "./changed-lines.js";

/** Changes that stand close together, with the lines around them. */
export interface DiffHunk {
  /** Of the first line, from 1, in the old and in the new version. */
  readonly oldLine: number;
  readonly newLine: number;
  /** Lines of each version. */
  readonly oldCount: number;
  readonly newCount: number;
  readonly parts: readonly (ChangedLines | KeptLine)[];
}

const CONTEXT_LINES = 3;
/** A hunk of more changes is given as several, so that a file in which every line changes is not held in memory. */
const CHANGES_IN_A_HUNK = 256;

/**
 * The differences between a file and its repaired version, found by following the plan and not by comparing: the content is
 * read once, and memory holds one hunk.
 */
export function* repairDiff(plan: RepairPlan, proof: RepairProof): Generator<DiffHunk> {
  const hunks = new HunkMaker();
  for (const lines of changedLines(plan, proof.contentByteLength)) {
    const finished = lines.kind === "kept" ? hunks.pass(lines) : hunks.change(lines);
    if (finished !== undefined) yield finished;
  }
  const last = hunks.end();
  if (last !== undefined) yield last;
}

/** Collects lines into hunks; each method may return one that has ended. */
class HunkMaker {
  /** The line that comes next. */
  #oldLine = 1;
  #newLine = 1;
  #hunk: { oldLine: number; newLine: number; parts: (ChangedLines | KeptLine)[] } | undefined;
  #changeCount = 0;
  /** Behind the last change of the hunk; without a hunk, what may come to stand before the next change. */
  #kept: KeptLine[] = [];

  pass(line: KeptLine): DiffHunk | undefined {
    this.#oldLine += 1;
    this.#newLine += 1;
    this.#kept.push(line);
    if (this.#hunk === undefined) {
      if (this.#kept.length > CONTEXT_LINES) this.#kept.shift();
      return undefined;
    }
    if (this.#kept.length <= 2 * CONTEXT_LINES) return undefined;
    const hunk = this.end();
    this.#kept = this.#kept.slice(-CONTEXT_LINES);
    return hunk;
  }

  change(lines: ChangedLines): DiffHunk | undefined {
    const finished = this.#changeCount === CHANGES_IN_A_HUNK ? this.end() : undefined;
    this.#hunk ??= {
      oldLine: this.#oldLine - this.#kept.length,
      newLine: this.#newLine - this.#kept.length,
      parts: [],
    };
    this.#hunk.parts.push(...this.#kept, lines);
    this.#kept = [];
    this.#changeCount += 1;
    this.#oldLine += lines.oldCount;
    this.#newLine += lines.newCount;
    return finished;
  }

  end(): DiffHunk | undefined {
    const hunk = this.#hunk;
    if (hunk === undefined) return undefined;
    hunk.parts.push(...this.#kept.slice(0, CONTEXT_LINES));
    this.#kept = this.#kept.slice(CONTEXT_LINES);
    this.#hunk = undefined;
    this.#changeCount = 0;
    const sum = (count: (part: ChangedLines) => number): number =>
      hunk.parts.reduce((total, part) => total + (part.kind === "kept" ? 1 : count(part)), 0);
    return { ...hunk, oldCount: sum(({ oldCount }) => oldCount), newCount: sum(({ newCount }) => newCount) };
  }
}
