// Sessions that both a manager and a program without the lock changed: one file for each commit that found such ones, one line
// for each session, beside the entries of the change log.
import { isUtf8 } from "node:buffer";
import { lstatSync, unlinkSync } from "node:fs";
import path from "node:path";
import { compactTime } from "../storage/backup-name.js";
import type { Companion } from "../storage/commit-together.js";
import { beginSidecarFile } from "../storage/sidecar-file.js";
import { logFiles } from "./log-folder.js";

/** One line of the log, as it is written. */
export interface ConflictLine {
  readonly kind: "conflict";
  readonly version: 1;
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly sessionId: string;
  readonly kept: LoggedConflict["kept"];
  /** The records, `Base64` where they are no UTF-8; left out where there was none. */
  readonly manager?: string;
  readonly managerBase64?: string;
  readonly file?: string;
  readonly fileBase64?: string;
}

/** A session in conflict, as it is noted. */
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
  const head = { kind: "conflict", version: 1, time: time.toISOString() } as const;
  const lines = conflicts.map(({ sessionId, kept, manager, file: inFile }) => {
    const line: ConflictLine = {
      ...head,
      sessionId,
      kept,
      ...recordIn("manager", manager),
      ...recordIn("file", inFile),
    };
    return JSON.stringify(line);
  });
  // It fails only after it has taken the file away again.
  await replacement.write(Buffer.from(lines.map((line) => `${line}\n`).join("")));
  return { path: file, replacement, isNew: true };
}

function recordIn(name: string, record: Buffer | undefined): Record<string, string> {
  if (record === undefined) return {};
  return isUtf8(record) ? { [name]: record.toString() } : { [`${name}Base64`]: record.toString("base64") };
}

/** The files of the log, in no order. @throws SessionsError IO_FAILED as `logFiles` */
export function conflictLogFiles(realPath: string): string[] {
  return logFiles(realPath).filter((file) => NAME.test(path.basename(file)));
}

/** Removes the oldest files until what is left fits, but for the last one. Best effort. */
export function dropOldConflicts(realPath: string, limitBytes = LOG_BYTES): void {
  try {
    const files = conflictLogFiles(realPath)
      .map((file) => ({ file, ...timeAndSize(file) }))
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
