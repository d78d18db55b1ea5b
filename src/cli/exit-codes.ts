import type { ErrorCode } from "../errors.js";

/** Exit codes and what they mean; append-only (law 10). */
export const EXIT_CODES = [
  [0, "done"],
  [1, "findings or differences"],
  [2, "usage: the command cannot be carried out as it was typed"],
  [3, "no such session"],
  [4, "partly done, or refused by a limit of yours (--max-removed, --on-conflict fail)"],
  [10, "no such file"],
  [11, "locked: another process is writing"],
  [12, "wrong key"],
  [13, "damaged: the file cannot be written, or read, safely"],
  [14, "changed underneath: another program rewrote the file meanwhile"],
  [15, "the operating system refused: permission, full disk, not a file"],
  [16, "done, but a power cut could still undo it"],
  [20, "engine out of reach"],
  [70, "a bug of ours"],
  [129, "ended by SIGHUP"],
  [130, "interrupted by Ctrl-C, or answered with no"],
  [143, "ended by SIGTERM"],
] as const;

export type ExitCode = (typeof EXIT_CODES)[number][0];

const EXIT_CODE_OF: Readonly<Record<ErrorCode, ExitCode>> = {
  USAGE: 2,
  SESSION_NOT_FOUND: 3,
  SESSION_AMBIGUOUS: 2,
  LIMIT_EXCEEDED: 4,
  STORE_NOT_FOUND: 10,
  STORE_EXISTS: 2,
  STORE_NOT_A_FILE: 15,
  STORE_LOCKED: 11,
  STORE_DAMAGED: 13,
  STORE_CHANGED: 14,
  WRONG_KEY: 12,
  ENGINE_UNAVAILABLE: 20,
  IO_FAILED: 15,
  DURABILITY_UNKNOWN: 16,
  CANCELLED: 130,
  VALUE_REFUSED: 2,
  SESSION_CONFLICT: 4,
  INPUT_REFUSED: 13,
};

export function exitCodeOf(code: ErrorCode, cause?: unknown): ExitCode {
  if (code === "CANCELLED" && cause === "SIGTERM") return 143;
  return code === "CANCELLED" && cause === "SIGHUP" ? 129 : EXIT_CODE_OF[code];
}
