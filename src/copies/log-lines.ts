// The logs beside a file: text files of one JSON object a line.
import { constants as limits } from "node:buffer";
import { closeSync, constants, openSync, readSync } from "node:fs";
import { SessionsError } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";

const WINDOW_BYTES = 256 * 1024;
const LF = 0x0a;
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

/**
 * The lines of a log file, one after the other, without their ends; the last one needs none.
 * @param longestBytes of a line: what is longer fits into no string
 * @throws SessionsError IO_FAILED where it cannot be opened or read, or a line is too long
 */
export function* linesOf(file: string, longestBytes = limits.MAX_STRING_LENGTH): Generator<string> {
  const fd = openLogFile(file);
  try {
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    let pieces: Buffer[] = [];
    let byteLength = 0;
    const take = (piece: Buffer): void => {
      byteLength += piece.length;
      if (byteLength > longestBytes) throw lineTooLong(file);
      pieces.push(Buffer.from(piece));
    };
    const line = (): string => {
      const text = Buffer.concat(pieces).toString("utf8");
      pieces = [];
      byteLength = 0;
      return text;
    };
    for (let count = readLogFile(fd, window, file); count > 0; count = readLogFile(fd, window, file)) {
      let start = 0;
      for (let end = window.indexOf(LF); end !== -1 && end < count; end = window.indexOf(LF, start)) {
        take(window.subarray(start, end));
        yield line();
        start = end + 1;
      }
      take(window.subarray(start, count));
    }
    if (byteLength > 0) yield line();
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

function readLogFile(fd: number, window: Buffer, file: string): number {
  try {
    return readSync(fd, window);
  } catch (error) {
    throw ioFailure("read the log", file, error);
  }
}

function lineTooLong(path: string): SessionsError {
  return new SessionsError("IO_FAILED", { operation: "read the log", path, reason: "a line of it is too long" });
}
