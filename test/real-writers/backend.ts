// Files as the Python backend writes them, made by running Python.
import { execFileSync, spawnSync } from "node:child_process";
import path from "node:path";
import type { Row } from "./judge.js";

export const BACKEND = path.join(import.meta.dirname, "backend.py");

/** Says why tests are skipped where a program is missing. */
export function has(program: string, ...argv: readonly string[]): boolean {
  const isThere = spawnSync(program, argv).status === 0;
  if (!isThere) console.log(`skipped: ${program} ${argv.join(" ")} does not work on this machine`);
  return isThere;
}

export const hasPython = has("python3", "--version");

export interface Saved {
  readonly rows: readonly Row[];
  /** Where each record ends, behind its line break. */
  readonly ends: readonly number[];
}

/** Lets Python save its twelve sessions, as they are at first or later. */
export function saveSessions(file: string, command: "save" | "save-later" = "save"): Saved {
  return JSON.parse(execFileSync("python3", ["-B", BACKEND, command, file], { encoding: "utf8" })) as Saved;
}
