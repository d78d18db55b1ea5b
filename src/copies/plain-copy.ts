import { createHash, type Hash } from "node:crypto";
import type { Snapshot } from "../storage/snapshot.js";
import { RecordCount, type CountedRecords } from "./record-count.js";
import type { Fingerprint } from "./manifest.js";

const PIECE_BYTES = 512 * 1024;
/** Where each piece is new memory, which is given back late. */
const SMALL_PIECE_BYTES = 64 * 1024;
/** One is read into while another one is written. */
const BUFFERS = 3;

/** The file as it is read: its pieces, and what they add up to. */
export class PlainCopy {
  readonly #snapshot: Snapshot;
  readonly #onRead: ((done: number, total: number) => void) | undefined;
  /** Undefined where they are stored as they are, and hashed there. */
  readonly #hash: Hash | undefined;
  readonly #count = new RecordCount();
  #byteLength = 0;

  /**
   * @param isEncoded the pieces are compressed or encrypted, by somebody who keeps them for a while
   * @param onRead is told how many bytes of the file have been read, of how many
   */
  constructor(snapshot: Snapshot, isEncoded: boolean, onRead: ((done: number, total: number) => void) | undefined) {
    this.#snapshot = snapshot;
    this.#hash = isEncoded ? createHash("sha256") : undefined;
    this.#onRead = onRead;
  }

  /** Unless they are encoded, a piece is valid until two others have been asked for. */
  async *pieces(): AsyncGenerator<Uint8Array> {
    const buffers = Array.from({ length: this.#hash === undefined ? BUFFERS : 0 }, () => new Uint8Array(PIECE_BYTES));
    for (let turn = 0; ; turn += 1) {
      const buffer = buffers[turn % BUFFERS] ?? new Uint8Array(SMALL_PIECE_BYTES);
      const piece = buffer.subarray(0, this.#snapshot.read(buffer));
      if (piece.length === 0) return;
      this.#hash?.update(piece);
      this.#count.push(piece);
      this.#byteLength += piece.length;
      this.#onRead?.(this.#byteLength, this.#snapshot.byteLength);
      yield piece;
    }
  }

  /** After the last piece. @returns the fingerprint where they are encoded */
  end(): CountedRecords & { readonly fingerprint: Fingerprint | undefined } {
    const sha256 = this.#hash?.digest("hex");
    const fingerprint = sha256 === undefined ? undefined : { bytes: this.#byteLength, sha256 };
    return { ...this.#count.end(), fingerprint };
  }
}
