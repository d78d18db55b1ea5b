import type { ByteSource } from "./byte-source.js";
import type { Segment } from "./segment.js";

const CHUNK_FACTOR = 2 ** 32;

/** The repaired file as it would be, which can be read at any offset. Memory: 16 bytes for each segment that stays. */
export class RepairedSource implements ByteSource {
  readonly byteLength: number;
  readonly #content: ByteSource;
  /** Where each segment starts in the repaired file. */
  readonly #starts: number[] = [];
  /** Where its bytes are: an offset in the content, or, negative, one in the bytes that replace others. */
  readonly #places: number[] = [];
  readonly #chunks: ArrayBufferLike[] = [];

  /** @param segments those of healed bytes must stay valid */
  constructor(content: ByteSource, segments: Iterable<Segment>) {
    this.#content = content;
    let end = 0;
    for (const segment of segments) {
      if (segment.kind !== "kept" && segment.kind !== "healed") continue;
      const length = segment.kind === "kept" ? segment.byteLength : segment.bytes.length;
      if (length === 0) continue;
      this.#starts.push(end);
      this.#places.push(segment.kind === "kept" ? segment.byteOffset : this.#placeOf(segment.bytes));
      end += length;
    }
    this.byteLength = end;
  }

  readAt(target: Uint8Array, byteOffset: number): number {
    let fill = 0;
    for (let index = this.#indexAt(byteOffset); fill < target.length; index += 1) {
      const start = this.#starts[index];
      const place = this.#places[index];
      if (start === undefined || place === undefined) break;
      const skip = byteOffset + fill - start;
      const length = Math.min((this.#starts[index + 1] ?? this.byteLength) - start - skip, target.length - fill);
      const count = this.#read(target.subarray(fill, fill + length), place, skip);
      fill += count;
      if (count < length) break;
    }
    return fill;
  }

  #read(target: Uint8Array, place: number, skip: number): number {
    if (place >= 0) return this.#content.readAt(target, place + skip);
    const chunk = this.#chunks[Math.floor((-1 - place) / CHUNK_FACTOR)];
    if (chunk === undefined) return 0;
    target.set(new Uint8Array(chunk, ((-1 - place) % CHUNK_FACTOR) + skip, target.length));
    return target.length;
  }

  #placeOf(bytes: Uint8Array): number {
    if (this.#chunks.at(-1) !== bytes.buffer) this.#chunks.push(bytes.buffer);
    return -1 - ((this.#chunks.length - 1) * CHUNK_FACTOR + bytes.byteOffset);
  }

  /** The last segment that starts at an offset or before it. */
  #indexAt(byteOffset: number): number {
    if (byteOffset >= this.byteLength) return this.#starts.length;
    let low = 0;
    let high = this.#starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] ?? 0) <= byteOffset) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
