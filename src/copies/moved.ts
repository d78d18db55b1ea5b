/**
 * Counts how many things must be moved to bring them back into their old order: all but those of a longest run that is in
 * order already. Takes O(log n) for each thing, and eight bytes.
 */
export class MoveCounter {
  /** At `length - 1` the smallest old place on which a run of that length can end. */
  #ends = new Float64Array(1024);
  #longest = 0;
  #count = 0;

  get moved(): number {
    return this.#count - this.#longest;
  }

  /** The next thing in the new order. @param oldPlace where it stood; no two are the same */
  add(oldPlace: number): void {
    this.#count += 1;
    let low = 0;
    let high = this.#longest;
    // Files are mostly in order: then the longest run grows.
    if (high > 0 && (this.#ends[high - 1] ?? 0) < oldPlace) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] ?? 0) < oldPlace) low = middle + 1;
      else high = middle;
    }
    if (low === this.#ends.length) this.#grow();
    this.#ends[low] = oldPlace;
    if (low === this.#longest) this.#longest += 1;
  }

  #grow(): void {
    const ends = new Float64Array(this.#ends.length * 2);
    ends.set(this.#ends);
    this.#ends = ends;
  }
}
