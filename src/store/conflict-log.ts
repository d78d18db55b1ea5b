// Sessions that both a manager and a program without the lock changed: one file for each commit that found such ones, one line
// for each session, beside the entries of the change log.
import { isUtf8 } from "node:buffer";
import { lstatSync, readdirSync, unlinkSync } from "node:fs";
import path from "node:path";
import { compactTime } from "../storage/backup-name.js";
import type { Companion } from "../storage/commit-together.js";
import { sidecarSubfolder } from "../storage/sidecar.js";
import { beginSidecarFile } from "../storage/sidecar-file.js";

/** One line of the log, but for its time. */
export interface LoggedConflict {
  readonly sessionId: string;
  /** Whose value counts now, by column; `session_id` where only one of them has the session, and it stays; empty where it is gone. */
  readonly kept: Readonly<Record<string, "manager" | "file">>;
  /** The records without line breaks, as they stood in their versions of the file; undefined where there was none. */
  readonly manager: Buffer | undefined;
  readonly file: Buffer | undefined;
}

/** All files together have at most so many bytes; the oldest go first. */
const LOG_BYTES = 64 * 1024 * 1024;
const NAME = /^conflict-\d{8}T\d{6}Z(?:-\d+)?\.jsonl$/;

/**
 * Writes conflicts into a new file `<file>.d/log/conflict-<time>.jsonl`, mode 0600, which gets its name by its commit. The
 * caller holds the lock of the file.
 * @throws SessionsError IO_FAILED: there is no new file
 */
export async function beginConflictLog(
  realPath: string,
  time: Date,
  conflicts: readonly LoggedConflict[],
): Promise<Companion> {
  const name = { kind: "log", stem: `conflict-${compactTime(time)}`, extension: ".jsonl" } as const;
  const { path: file, replacement } = await beginSidecarFile(realPath, name);
  const head = { kind: "conflict", version: 1, time: time.toISOString() };
  const lines = conflicts.map(({ sessionId, kept, manager, file: inFile }) =>
    JSON.stringify({ ...head, sessionId, kept, ...recordIn("manager", manager), ...recordIn("file", inFile) }),
  );
  // It fails only after it has taken the file away again.
  await replacement.write(Buffer.from(lines.map((line) => `${line}\n`).join("")));
  return { path: file, replacement, isNew: true };
}

function recordIn(name: string, record: Buffer | undefined): Record<string, string> {
  if (record === undefined) return {};
  return isUtf8(record) ? { [name]: record.toString() } : { [`${name}Base64`]: record.toString("base64") };
}

/** Removes the oldest files until what is left fits, but for the last one. Best effort. */
export function dropOldConflicts(realPath: string, limitBytes = LOG_BYTES): void {
  const folder = sidecarSubfolder(realPath, "log");
  try {
    const files = readdirSync(folder)
      .filter((name) => NAME.test(name))
      .map((name) => ({ file: path.join(folder, name), ...timeAndSize(path.join(folder, name)) }))
      .sort((left, right) => right.mtimeMs - left.mtimeMs);
    let total = 0;
    for (const [age, { file, size }] of files.entries()) {
      total += size;
      if (age > 0 && total > limitBytes) unlinkSync(file);
    }
  } catch {
    // The next one tries again.
  }
}

function timeAndSize(file: string): { readonly mtimeMs: number; readonly size: number } {
  const { mtimeMs, size } = lstatSync(file);
  return { mtimeMs, size };
}
