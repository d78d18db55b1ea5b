import { randomUUID } from "node:crypto";
import { closeSync, constants, openSync, readSync, unlinkSync, write } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ioFailure } from "../storage/io-failure.js";
import type { CsvSource } from "../store/csv-source.js";

const writeSome = promisify(write);
const CREATE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Bytes that come as a stream, to be read at any place: they are put into a file that has no name any more when the first
 * of them is written, so that nobody else can open it and nothing of it stays, however this process ends.
 *
 * IO_FAILED: the folder cannot be written, or is full. What `pieces` throws is thrown on. Nothing stays after both.
 */
export async function unpacked(pieces: AsyncIterable<Uint8Array>, folder: string): Promise<CsvSource> {
  const fd = openNameless(folder);
  try {
    let byteLength = 0;
    for await (const piece of pieces) {
      for (let written = 0; written < piece.length;) {
        const { bytesWritten } = await writeSome(fd, piece, written, piece.length - written, byteLength + written);
        written += bytesWritten;
      }
      byteLength += piece.length;
    }
    return new NamelessFile(fd, byteLength, folder);
  } catch (error) {
    closeSync(fd);
    throw isSystemError(error) ? ioFailure("unpack a backup in", folder, error, hintFor(folder)) : error;
  }
}

function openNameless(folder: string): number {
  const file = path.join(folder, `sessions-${randomUUID()}`);
  try {
    const fd = openSync(file, CREATE, 0o600);
    unlinkSync(file);
    return fd;
  } catch (error) {
    throw ioFailure("unpack a backup in", folder, error, hintFor(folder));
  }
}

function hintFor(folder: string): string {
  return `Make room in ${folder}, or name another folder with TMPDIR`;
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error && error.syscall === "write";
}

class NamelessFile implements CsvSource {
  readonly #fd: number;
  readonly #folder: string;
  readonly byteLength: number;
  #isClosed = false;

  constructor(fd: number, byteLength: number, folder: string) {
    this.#fd = fd;
    this.#folder = folder;
    this.byteLength = byteLength;
  }

  readAt(target: Uint8Array, byteOffset: number): number {
    // By then the number may be another file's.
    if (this.#isClosed) throw new Error("This version is closed");
    try {
      return readSync(this.#fd, target, 0, target.length, byteOffset);
    } catch (error) {
      throw ioFailure("read what was unpacked in", this.#folder, error);
    }
  }

  looksUnchanged(): boolean {
    return true;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#fd);
  }
}
