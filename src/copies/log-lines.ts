// The logs beside a file: text files of one JSON object a line.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { ioFailure } from "../storage/io-failure.js";

const WINDOW_BYTES = 256 * 1024;
/** Whatever stands in the log's folder: nothing is followed, and nothing waited for. */
export const OPEN_LOG_FILE = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** @returns undefined where it is no JSON object */
export function parseLine(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The lines of a log file, one after the other, without their ends. @throws SessionsError IO_FAILED where it cannot be opened */
export function* linesOf(file: string): Generator<string> {
  const fd = openLogFile(file);
  try {
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    let pieces: Buffer[] = [];
    for (let count = readSync(fd, window); count > 0; count = readSync(fd, window)) {
      let start = 0;
      for (let end = window.indexOf(0x0a); end !== -1 && end < count; end = window.indexOf(0x0a, start)) {
        pieces.push(Buffer.from(window.subarray(start, end)));
        yield Buffer.concat(pieces).toString("utf8");
        pieces = [];
        start = end + 1;
      }
      pieces.push(Buffer.from(window.subarray(start, count)));
    }
  } finally {
    closeSync(fd);
  }
}

function openLogFile(file: string): number {
  try {
    return openSync(file, OPEN_LOG_FILE);
  } catch (error) {
    throw ioFailure("open the log", file, error);
  }
}
