import { constants } from "node:fs";
import { open, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { systemErrorCode } from "../errors.js";
import { ioFailure } from "./io-failure.js";

const CREATE_TEMP = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Opens an empty file of this process, mode 0600, to write and read. What stands under its name is removed, never followed or
 * written into. Throws what open(2) reports; IO_FAILED where it cannot be removed.
 */
export async function openAnew(filePath: string): Promise<FileHandle> {
  try {
    return await open(filePath, CREATE_TEMP, 0o600);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    await removeObstacle(filePath);
    return await open(filePath, CREATE_TEMP, 0o600);
  }
}

async function removeObstacle(filePath: string): Promise<void> {
  try {
    await removeIfThere(filePath);
  } catch (error) {
    throw ioFailure(
      "remove",
      filePath,
      error,
      "Move it away: a new version of the file stands there while it is written",
    );
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
