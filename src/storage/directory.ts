import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { systemErrorCode } from "../errors.js";

/** What Windows answers when a directory is to be opened or synced; its rename is durable on its own. */
const REFUSED_ON_WINDOWS: ReadonlySet<string | undefined> = new Set(["EPERM", "EISDIR", "EACCES", "EBADF"]);

/**
 * Opens a directory to sync it later; undefined on Windows, which has no such thing.
 * Throws what open(2) reports.
 */
export async function openDirectory(directory: string): Promise<FileHandle | undefined> {
  try {
    return await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  } catch (error) {
    if (isRefusalOnWindows(error)) return undefined;
    throw error;
  }
}

/** Makes the names in a directory durable. Throws what fsync(2) reports; never try it again on the same descriptor. */
export async function syncDirectory(directory: FileHandle | undefined): Promise<void> {
  try {
    await directory?.sync();
  } catch (error) {
    if (!isRefusalOnWindows(error)) throw error;
  }
}

function isRefusalOnWindows(error: unknown): boolean {
  return process.platform === "win32" && REFUSED_ON_WINDOWS.has(systemErrorCode(error));
}
