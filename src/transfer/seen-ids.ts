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
    const isNew = insert(this.#hashes, hashOf(id));
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

/** 53 bits from two 32-bit hashes of the UTF-16 units (FNV-1a, and a second one with another multiplier), never 0. */
function hashOf(id: string): number {
  let low = 0x811c9dc5;
  let high = 0x9e3779b9;
  for (let at = 0; at < id.length; at += 1) {
    const unit = id.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b);
    high ^= high >>> 15;
  }
  low ^= low >>> 16;
  return ((high >>> 0) % 0x200000) * 0x100000000 + (low >>> 0) || 1;
}
