import { constants } from "node:fs";
import { open, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { systemErrorCode } from "../errors.js";

const CREATE_TEMP = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Opens an empty file of this process, mode 0600, to write and read. What stands under its name is removed, never followed or
 * written into. Throws what open(2) and unlink(2) report.
 */
export async function openAnew(filePath: string): Promise<FileHandle> {
  try {
    return await open(filePath, CREATE_TEMP, 0o600);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    await removeIfThere(filePath);
    return await open(filePath, CREATE_TEMP, 0o600);
  }
}

/** Throws what unlink(2) reports of what is there. */
export async function removeIfThere(filePath: string): Promise<void> {
  try {
    await unlink(filePath);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
  }
}
