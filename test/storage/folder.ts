import fs from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { SessionsError } from "../../src/errors.js";
import type { LockHolder } from "../../src/errors.js";

/** A folder that is gone after the test; its real path. */
export function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync("/tmp/sessions-storage-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A fresh folder with one file `s.csv` in it; returns the path of the file. */
export function fileWith(content: string): string {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, content);
  return file;
}

/** The SessionsError that `work` fails with; any other outcome fails the test. */
export async function failureOf(work: () => unknown): Promise<SessionsError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof SessionsError) return error;
    throw error;
  }
  throw new Error("It did not fail");
}

export const HOLDER: LockHolder = {
  pid: 41,
  host: "example",
  command: "sessions prune",
  since: "2026-01-02T03:04:05Z",
};
export const OTHER: LockHolder = { pid: 42, host: "example", command: "sessions list", since: "2026-01-02T03:04:06Z" };

export const IS_ROOT = process.geteuid?.() === 0;
