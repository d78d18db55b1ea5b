/** Numbers that come one by one, kept in 8 bytes each. */
export class NumberList {
  #values = new Float64Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(this.#length * 2);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  /**
   * The nearest-rank percentile: the smallest value such that at least `share` of all values are at or below it.
   * Reorders the list.
   * @param share in (0, 1]
   * @returns undefined for an empty list
   */
  percentile(share: number): number | undefined {
    if (this.#length === 0) return undefined;
    const rank = Math.min(this.#length, Math.max(1, Math.ceil(share * this.#length)));
    return select(this.#values, this.#length, rank - 1);
  }
}

/** The value that would stand at `index` if the first `length` values were sorted (Hoare's FIND). */
function select(values: Float64Array, length: number, index: number): number {
  const at = (place: number): number => values[place] ?? NaN;
  let left = 0;
  let right = length - 1;
  while (left < right) {
    const pivot = at((left + right) >> 1);
    let low = left;
    let high = right;
    while (low <= high) {
      while (at(low) < pivot) low += 1;
      while (at(high) > pivot) high -= 1;
      if (low <= high) {
        const value = at(low);
        values[low] = at(high);
        values[high] = value;
        low += 1;
        high -= 1;
      }
    }
    if (index <= high) right = high;
    else if (index >= low) left = low;
    else break;
  }
  return at(index);
}
