import { unlinkSync } from "node:fs";
import { systemErrorCode } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import type { Backup } from "./backup-list.js";
import { manifestPath } from "./manifest.js";

/**
 * Removes backups, oldest first, each before its manifest: what is left after a failure is as good as it was.
 *
 * IO_FAILED: one of them cannot be removed; those behind it stay.
 */
export function forgetBackups(backups: readonly Backup[]): void {
  for (const { path } of backups.toSorted((a, b) => a.time.getTime() - b.time.getTime())) {
    remove(path);
    remove(manifestPath(path));
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw ioFailure("remove", path, error);
  }
}
