// One damaged file, checked and repaired.
import { planRepair } from "../../src/check/repair.js";
import { checkCsv } from "../../src/check/run.js";
import { memorySource } from "../../src/store/csv-source.js";
import type { Case } from "./damage/index.js";
import { readOutput, score, type Score } from "./score.js";

export interface Examined {
  readonly score: Score | undefined;
  readonly output: Buffer | undefined;
  /** What was thrown, or why the output cannot be read. */
  readonly crash: string | undefined;
  readonly isVerdictRight: boolean;
  readonly isUnchanged: boolean;
  readonly milliseconds: number;
}

export function examine({ bytes, truth }: Pick<Case, "bytes" | "truth">): Examined {
  const start = performance.now();
  try {
    const plan = planRepair(memorySource(bytes), {});
    const output = Buffer.concat([...plan.output()].map((piece) => Buffer.from(piece)));
    const partial = [...plan.quarantine()].map(({ fields }) => fields);
    const { errors } = checkCsv(memorySource(bytes), { onDiagnostic: () => undefined });
    const milliseconds = performance.now() - start;
    return {
      score: score(truth, readOutput(output), partial),
      output,
      crash: undefined,
      isVerdictRight: truth.verdict === "any" || (errors === 0) === (truth.verdict === "valid"),
      isUnchanged: plan.isIdentity && output.equals(bytes),
      milliseconds,
    };
  } catch (error) {
    const crash = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      score: undefined,
      output: undefined,
      crash,
      isVerdictRight: false,
      isUnchanged: false,
      milliseconds: performance.now() - start,
    };
  }
}
