const CHUNK_BITS = 16;
const CHUNK_LENGTH = 1 << CHUNK_BITS;

/**
 * Whole numbers from 0 to 2^32 - 1 by their places from 0 on, 0 where none was set. It grows by 256 KiB, without the copies
 * and the garbage of an array that doubles; stretches in which nothing was set take no memory.
 */
export class Uint32List {
  readonly #chunks: (Uint32Array | undefined)[] = [];

  get(place: number): number {
    return this.#chunks[place >>> CHUNK_BITS]?.[place & (CHUNK_LENGTH - 1)] ?? 0;
  }

  set(place: number, value: number): void {
    const chunk = (this.#chunks[place >>> CHUNK_BITS] ??= new Uint32Array(CHUNK_LENGTH));
    chunk[place & (CHUNK_LENGTH - 1)] = value;
  }
}
