// Checks and repairs bytes without the command line, for tests that do so a thousand times.
import type { Diagnostic } from "../../src/check/diagnostic.js";
import { planRepair } from "../../src/check/repair.js";
import type { QuarantinedSegment } from "../../src/check/segment.js";
import { memorySource } from "../../src/store/csv-source.js";

export interface Repaired {
  readonly output: Buffer;
  /** `line code` of each finding. */
  readonly findings: readonly string[];
  readonly setAside: readonly QuarantinedSegment[];
  /** The segments leave no gap, and a second repair changes nothing. */
  readonly isProven: boolean;
}

export function repaired(bytes: Buffer): Repaired {
  const findings: string[] = [];
  const onDiagnostic = ({ code, line }: Diagnostic): void => void findings.push(`${line} ${code}`);
  const plan = planRepair(memorySource(bytes), {}, { onDiagnostic });
  const output = outputOf(plan);
  let end = 0;
  const isGapless = [...plan.segments()].every(({ byteOffset, byteLength }) => {
    const follows = byteOffset === end;
    end = byteOffset + byteLength;
    return follows;
  });
  return {
    output,
    findings,
    setAside: [...plan.quarantine()],
    isProven: isGapless && end === plan.content.byteLength && isFixed(output),
  };
}

/** Texts that a repair leaves as they are: many damaged files become the same one. */
const fixed = new Set<string>();

function isFixed(output: Buffer): boolean {
  const text = output.toString("latin1");
  if (fixed.has(text)) return true;
  const again = planRepair(memorySource(output));
  const isUnchanged = again.isIdentity && outputOf(again).equals(output);
  if (isUnchanged) fixed.add(text);
  return isUnchanged;
}

function outputOf(plan: ReturnType<typeof planRepair>): Buffer {
  return Buffer.concat(Array.from(plan.output(), (piece) => Buffer.from(piece)));
}
