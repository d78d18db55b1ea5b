import type { Finding } from "../../errors.js";

/** Findings as they stand in every JSON answer and error. */
export function findingsJson(findings: readonly Finding[]): object[] {
  return findings.map(({ line, byteOffset, message }) => ({ line, byte_offset: byteOffset, message }));
}
