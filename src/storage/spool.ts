import { closeSync, constants, openSync, readSync, unlinkSync, writeSync } from "node:fs";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { ioFailure } from "./io-failure.js";

/** So much is kept in memory before any of it goes to the disk. */
const BUFFER_BYTES = 4 * 1024 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;
const NEW_PRIVATE_FILE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW || 0);

/** Bytes that are kept until they are needed again, one behind the other. */
export abstract class SpooledBytes implements Disposable {
  abstract get byteLength(): number;

  /**
   * Adds a copy of the bytes at the end.
   * @returns the offset at which they stand
   * @throws SessionsError IO_FAILED
   */
  abstract append(bytes: Uint8Array): number;

  /**
   * Reads up to `target.length` bytes at an offset; 0 at the end.
   * @throws SessionsError IO_FAILED
   */
  abstract readAt(target: Uint8Array, byteOffset: number): number;

  /** Before more is appended, `settle` should be awaited, lest memory be filled. */
  get isFull(): boolean {
    return false;
  }

  /** @throws SessionsError IO_FAILED */
  async settle(): Promise<void> {
    // Nothing to do where all is written at once.
  }

  /** Exactly the bytes from `byteOffset` on; they must be there. */
  read(byteOffset: number, byteLength: number): Buffer {
    return this.readInto(Buffer.allocUnsafe(byteLength), byteOffset);
  }

  /** The same into a buffer, which is filled and given back. */
  readInto(target: Buffer, byteOffset: number): Buffer {
    for (let at = 0; at < target.length;) {
      const count = this.readAt(target.subarray(at), byteOffset + at);
      if (count === 0) throw new RangeError(`a spool of ${this.byteLength} bytes has none at ${byteOffset + at}`);
      at += count;
    }
    return target;
  }

  /** May be called again. */
  close(): void {
    // Nothing to give back where it belongs to another.
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/**
 * A spool of its own: a few MiB in memory, more in a file of mode 0600 that loses its name as
 * soon as it is open, so that nobody finds it and nothing of it is left behind. Without a lock and without fsync: it is
 * no one's data yet.
 */
export class Spool extends SpooledBytes {
  readonly #folder: string;
  #buffer = Buffer.allocUnsafe(FIRST_BUFFER_BYTES);
  #fill = 0;
  /** Bytes in the file. */
  #written = 0;
  #fd: number | undefined;

  /** @param folder where the file is made when one is needed */
  constructor(folder: string) {
    super();
    this.#folder = folder;
  }

  override get byteLength(): number {
    return this.#written + this.#fill;
  }

  override append(bytes: Uint8Array): number {
    const byteOffset = this.byteLength;
    for (let at = 0; at < bytes.length;) {
      if (this.#fill === this.#buffer.length) this.#makeRoom();
      const count = Math.min(bytes.length - at, this.#buffer.length - this.#fill);
      this.#buffer.set(bytes.subarray(at, at + count), this.#fill);
      this.#fill += count;
      at += count;
    }
    return byteOffset;
  }

  override readAt(target: Uint8Array, byteOffset: number): number {
    if (byteOffset >= this.#written) {
      const start = byteOffset - this.#written;
      return this.#buffer.copy(target, 0, start, Math.min(this.#fill, start + target.length));
    }
    try {
      const length = Math.min(target.length, this.#written - byteOffset);
      return readSync(this.#openFile(), target, 0, length, byteOffset);
    } catch (error) {
      throw ioFailure("read a temporary file in", this.#folder, error);
    }
  }

  override close(): void {
    if (this.#fd === undefined) return;
    const fd = this.#fd;
    this.#fd = undefined;
    closeSync(fd);
  }

  #makeRoom(): void {
    if (this.#buffer.length < BUFFER_BYTES) {
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger, 0, 0, this.#fill);
      this.#buffer = larger;
      return;
    }
    try {
      for (let at = 0; at < this.#fill;) {
        at += writeSync(this.#openFile(), this.#buffer, at, this.#fill - at, this.#written + at);
      }
    } catch (error) {
      throw ioFailure("write a temporary file in", this.#folder, error, "Make room there, then try again");
    }
    this.#written += this.#fill;
    this.#fill = 0;
  }

  #openFile(): number {
    if (this.#fd !== undefined) return this.#fd;
    const file = path.join(this.#folder, `.sessions-${randomUUID()}.tmp`);
    this.#fd = openSync(file, NEW_PRIVATE_FILE, 0o600);
    unlinkSync(file);
    return this.#fd;
  }
}
