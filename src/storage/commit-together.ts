import { lstatSync, unlinkSync } from "node:fs";
import { SessionsError } from "../errors.js";
import type { CommitResult, Replacement } from "./atomic-replace.js";
import { isSameStamp, stampOf } from "./snapshot.js";

/** A file that must be on the disk before another one changes. */
export interface Companion {
  readonly path: string;
  readonly replacement: Replacement;
  /** It is a new file, which goes again when the change that it belongs to is not made. */
  readonly isNew: boolean;
}

/**
 * Commits `main`, and before it, in their order, its companions: when the change can be seen, all of them are whole and on
 * the disk, whatever happens then. Where `main` is not installed, the companions that are new files are removed again; a
 * process that is killed in between leaves them, whole.
 *
 * @throws SessionsError as `Replacement.commit` does for `main`. IO_FAILED for a companion, also where only its
 * directory could not be synced: `main` was not changed.
 */
export async function commitTogether(main: Replacement, companions: readonly Companion[]): Promise<CommitResult> {
  try {
    for (const companion of companions) await commitCompanion(companion);
    return await main.commit();
  } catch (error) {
    await main.abandon();
    for (const { replacement } of companions) await replacement.abandon();
    if (main.installed === undefined) companions.forEach(takeBack);
    throw error;
  }
}

async function commitCompanion({ path, replacement }: Companion): Promise<void> {
  try {
    await replacement.commit();
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code !== "DURABILITY_UNKNOWN") throw error;
    throw new SessionsError("IO_FAILED", {
      operation: "write",
      path,
      reason: "the disk did not confirm it; nothing else was changed",
      hint: "Check the disk, then try again",
      cause: error.details.cause,
    });
  }
}

/** Best effort: what stays is a whole file too many. Never removes what another program put in its place. */
function takeBack({ path: file, replacement, isNew }: Companion): void {
  if (!isNew || replacement.installed === undefined) return;
  try {
    // The number alone does not tell: a file system gives that of a removed file to the next one.
    if (isSameStamp(stampOf(lstatSync(file, { bigint: true })), replacement.installed.stamp)) unlinkSync(file);
  } catch {
    // It stays.
  }
}
