import { hashOfText } from "../store/text-hash.js";

const FIRST_CAPACITY = 1024;
/** Free space that keeps the ways short. */
const MOST_FILLED = 0.6;

/**
 * Tells whether an id may have been there before, in 8 bytes an id at about half filled: never no where it was, and yes
 * where it was not about once in 2^53 pairs.
 */
export class SeenIds {
  /** 0 is free. */
  #hashes = new Float64Array(FIRST_CAPACITY);
  #count = 0;

  /** @returns true where the id may have been added before */
  add(id: string): boolean {
    if (this.#count > this.#hashes.length * MOST_FILLED) this.#grow();
    const isNew = insert(this.#hashes, hashOfText(id));
    if (isNew) this.#count += 1;
    return !isNew;
  }

  #grow(): void {
    const grown = new Float64Array(this.#hashes.length * 2);
    for (const hash of this.#hashes) if (hash !== 0) insert(grown, hash);
    this.#hashes = grown;
  }
}

function insert(hashes: Float64Array, hash: number): boolean {
  for (let at = hash % hashes.length; ; at = (at + 1) % hashes.length) {
    if (hashes[at] === hash) return false;
    if (hashes[at] !== 0) continue;
    hashes[at] = hash;
    return true;
  }
}
