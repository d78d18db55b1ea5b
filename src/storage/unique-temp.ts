import { randomBytes } from "node:crypto";
import { lstatSync, readdirSync, unlinkSync } from "node:fs";
import path from "node:path";

const TEMP = /^\..+\.[0-9a-f]{16}\.sessions-part$/s;
/** A writer that is alive writes more often than this. */
const STALE_MS = 3_600_000;

/** Where a new file is written until it is whole: a name that no other writer has, so that no lock is needed. */
export function uniqueTemp(target: string): string {
  const random = randomBytes(8).toString("hex");
  return path.join(path.dirname(target), `.${path.basename(target)}.${random}.sessions-part`);
}

/**
 * Removes what killed writers left in a folder an hour ago or longer, by the file system's clock. Never throws: what stays
 * only takes room.
 * @param fresh a file that was just made there, and tells the time
 */
export function removeStaleTemps(folder: string, fresh: string): void {
  try {
    const now = lstatSync(fresh).mtimeMs;
    for (const name of readdirSync(folder).filter((entry) => TEMP.test(entry))) {
      const file = path.join(folder, name);
      const found = lstatSync(file, { throwIfNoEntry: false });
      if (found?.isFile() === true && now - found.mtimeMs >= STALE_MS) unlinkSync(file);
    }
  } catch {
    // The next writer tries again.
  }
}
