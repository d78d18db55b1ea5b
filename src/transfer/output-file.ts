import { lstat } from "node:fs/promises";
import { SessionsError, systemErrorCode } from "../errors.js";
import { beginReplacement, type CommitResult } from "../storage/atomic-replace.js";
import { ioFailure } from "../storage/io-failure.js";
import { realTarget } from "../storage/real-target.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";

/** For people's eyes only: sessions are conversations. */
const PRIVATE_MODE = 0o600;

export interface OutputOptions {
  /** It may take the place of a file that is there. */
  readonly mayReplace: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Writes a file that is seen whole or not at all, mode 0600. It belongs to no store, so that no lock is taken: of two that
 * write it at once, one fails.
 *
 * STORE_EXISTS: a file is there, and may not be replaced. STORE_NOT_A_FILE: a symbolic link is there, which is not followed, or a folder, device or the like. IO_FAILED, CANCELLED
 * and whatever `write` throws: what was there is there still. DURABILITY_UNKNOWN: the new file is there, and a power cut
 * may take it back.
 */
export async function writeOutputFile(
  path: string,
  { mayReplace, ...options }: OutputOptions,
  write: (append: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<CommitResult> {
  const realPath = await realTarget(path);
  using replaces = await openIfThere(path);
  if (replaces !== undefined && !mayReplace) {
    throw new SessionsError("STORE_EXISTS", { path, hint: "name another file with -o, or write over it with --force" });
  }
  await using replacement = await beginReplacement(realPath, { replaces, mode: PRIVATE_MODE, ...options });
  await write((bytes) => replacement.write(bytes));
  return await replacement.commit();
}

async function openIfThere(path: string): Promise<Snapshot | undefined> {
  try {
    if ((await lstat(path)).isSymbolicLink()) throw notAFile(path, "it is a symbolic link");
    return openSnapshot(path);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    if (!(error instanceof SessionsError)) throw ioFailure("look at", path, error);
    if (error.code !== "STORE_NOT_A_FILE") throw error;
    throw notAFile(path, error.details.reason ?? "");
  }
}

function notAFile(path: string, reason: string): SessionsError {
  return new SessionsError("STORE_NOT_A_FILE", {
    operation: "write",
    path,
    reason,
    hint: "name a regular file to write to, or a new one; -o - is standard output",
  });
}
