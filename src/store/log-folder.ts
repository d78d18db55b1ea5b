import { readdirSync } from "node:fs";
import path from "node:path";
import { SessionsError } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import { hasSidecarSubfolder, sidecarSubfolder } from "../storage/sidecar.js";

/**
 * The paths of all that stands in a file's log folder, in no order; empty where there is none.
 * @throws SessionsError IO_FAILED where it may not be read, or something else stands in its place
 */
export function logFiles(realPath: string): string[] {
  const folder = sidecarSubfolder(realPath, "log");
  try {
    return hasSidecarSubfolder(realPath, "log") ? readdirSync(folder).map((name) => path.join(folder, name)) : [];
  } catch (error) {
    if (error instanceof SessionsError) throw error;
    throw ioFailure("look into the log", folder, error, "ask whoever may read the file, or see its owner and mode");
  }
}
