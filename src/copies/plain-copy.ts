import { createHash } from "node:crypto";
import type { Snapshot } from "../storage/snapshot.js";
import { BackgroundHash } from "./background-hash.js";
import type { Manifest } from "./manifest.js";
import { RecordCount, type CountedRecords } from "./record-count.js";

export interface PlainCopyOptions {
  /** The pieces are compressed or encrypted, by somebody who keeps them for a while. */
  readonly isEncoded: boolean;
  /** Another thread may be begun. */
  readonly hasThreads: boolean;
  /** Is told how many bytes of the file have been read, of how many. */
  readonly onRead: ((done: number, total: number) => void) | undefined;
}

const PIECE_BYTES = 512 * 1024;
/** Where each piece is new memory, which is given back late. */
const SMALL_PIECE_BYTES = 64 * 1024;
/** One is read into while another one is written. */
const BUFFERS = 3;
/** From here on another thread, which takes about 15 ms to begin, saves time. */
const LARGE_BYTES = 32 * 1024 * 1024;

/** The file as it is read: its pieces, and what they add up to. */
export class PlainCopy implements Disposable {
  readonly #snapshot: Snapshot;
  readonly #onRead: PlainCopyOptions["onRead"];
  readonly #hash: BackgroundHash | OwnHash;
  readonly #count = new RecordCount();
  #byteLength = 0;

  /** @throws HashThreadFailed */
  constructor(snapshot: Snapshot, { isEncoded, hasThreads, onRead }: PlainCopyOptions) {
    this.#snapshot = snapshot;
    this.#onRead = onRead;
    const inBackground = hasThreads && !isEncoded && snapshot.byteLength >= LARGE_BYTES;
    this.#hash = inBackground ? new BackgroundHash() : new OwnHash(isEncoded);
  }

  /** Unless they are encoded, a piece is valid until two others have been asked for. @throws HashThreadFailed */
  async *pieces(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const memory = await this.#hash.next();
      const count = this.#snapshot.read(memory);
      if (count === 0) return;
      this.#hash.push(count);
      const piece = memory.subarray(0, count);
      this.#count.push(piece);
      this.#byteLength += count;
      this.#onRead?.(this.#byteLength, this.#snapshot.byteLength);
      yield piece;
    }
  }

  async end(): Promise<CountedRecords & { readonly fingerprint: Manifest["plain"] }> {
    const sha256 = await this.#hash.digest();
    return { ...this.#count.end(), fingerprint: { bytes: this.#byteLength, sha256 } };
  }

  [Symbol.dispose](): void {
    this.#hash[Symbol.dispose]();
  }
}

/** As `BackgroundHash`, in this thread. */
class OwnHash implements Disposable {
  readonly #hash = createHash("sha256");
  readonly #buffers: readonly Uint8Array[];
  #turn = 0;
  #memory: Uint8Array = new Uint8Array();

  /** @param isKept each piece belongs to whoever gets it */
  constructor(isKept: boolean) {
    this.#buffers = Array.from({ length: isKept ? 0 : BUFFERS }, () => new Uint8Array(PIECE_BYTES));
  }

  next(): Uint8Array {
    this.#memory = this.#buffers[this.#turn % BUFFERS] ?? new Uint8Array(SMALL_PIECE_BYTES);
    this.#turn += 1;
    return this.#memory;
  }

  push(byteLength: number): void {
    this.#hash.update(this.#memory.subarray(0, byteLength));
  }

  digest(): string {
    return this.#hash.digest("hex");
  }

  [Symbol.dispose](): void {
    // Nothing to end.
  }
}
