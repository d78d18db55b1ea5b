import { readSync } from "node:fs";
import type { Replacement } from "./atomic-replace.js";
import { SpooledBytes } from "./spool.js";
import { ioFailure } from "./io-failure.js";

const BUFFER_BYTES = 1024 * 1024;
/** One is filled while another one is written. */
const BUFFERS = 2;

/**
 * Bytes on their way into a replacement, which can be read back meanwhile: what is staged is written once. Whoever appends
 * awaits `settle` where `isFull` says so, and `end` before the commit.
 */
export class ReplacementSpool extends SpooledBytes {
  readonly #replacement: Replacement;
  /** What was in the replacement before. */
  readonly #start: number;
  readonly #folder: string;
  #filling = Buffer.allocUnsafe(BUFFER_BYTES);
  #fill = 0;
  /** Full ones, in their order; the first is being written where `#writing` is there. */
  readonly #full: Buffer<ArrayBuffer>[] = [];
  readonly #free: Buffer<ArrayBuffer>[] = [];
  #written = 0;
  #writing: Promise<void> | undefined;

  /**
   * @param start how many bytes were written into the replacement before; offsets count from there
   * @param folder for errors, where the replacement is
   */
  constructor(replacement: Replacement, start: number, folder: string) {
    super();
    this.#replacement = replacement;
    this.#start = start;
    this.#folder = folder;
  }

  override get byteLength(): number {
    return this.#written + this.#full.length * BUFFER_BYTES + this.#fill;
  }

  override get isFull(): boolean {
    return this.#full.length > (this.#writing === undefined ? 0 : 1);
  }

  override append(bytes: Uint8Array): number {
    const byteOffset = this.byteLength;
    for (let at = 0; at < bytes.length;) {
      const count = Math.min(bytes.length - at, BUFFER_BYTES - this.#fill);
      this.#filling.set(bytes.subarray(at, at + count), this.#fill);
      this.#fill += count;
      at += count;
      if (this.#fill < BUFFER_BYTES) continue;
      this.#full.push(this.#filling);
      this.#filling = this.#free.pop() ?? Buffer.allocUnsafe(BUFFER_BYTES);
      this.#fill = 0;
    }
    return byteOffset;
  }

  override readAt(target: Uint8Array, byteOffset: number): number {
    if (byteOffset >= this.#written) {
      const index = Math.floor((byteOffset - this.#written) / BUFFER_BYTES);
      const start = (byteOffset - this.#written) % BUFFER_BYTES;
      const buffer = this.#full[index];
      if (buffer !== undefined) return buffer.copy(target, 0, start);
      return index === this.#full.length ? this.#filling.copy(target, 0, start, Math.max(start, this.#fill)) : 0;
    }
    try {
      const length = Math.min(target.length, this.#written - byteOffset);
      return readSync(this.#replacement.fd, target, 0, length, this.#start + byteOffset);
    } catch (error) {
      throw ioFailure("read a temporary file in", this.#folder, error);
    }
  }

  /** Hands on what is full; waits only for what was handed on before. @throws what `Replacement.write` throws */
  override async settle(): Promise<void> {
    await this.#writing;
    while (this.#full.length > 1) await this.#writeFirst();
    this.#writing = this.#writeFirst();
    // A failure is thrown by the next await; until then it must not count as unhandled.
    this.#writing.catch(() => undefined);
  }

  /** Hands on all, after which nothing more is appended. @throws what `Replacement.write` throws */
  async end(): Promise<void> {
    await this.#writing;
    while (this.#full.length > 0) await this.#writeFirst();
    await this.#replacement.write(this.#filling.subarray(0, this.#fill));
    this.#written += this.#fill;
    this.#fill = 0;
  }

  async #writeFirst(): Promise<void> {
    const [buffer] = this.#full;
    if (buffer === undefined) return;
    await this.#replacement.write(buffer);
    this.#written += buffer.length;
    this.#full.shift();
    if (this.#free.length < BUFFERS - 1) this.#free.push(buffer);
    this.#writing = undefined;
  }
}
