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
   * Nearest-rank percentiles: for each share the smallest value such that at least that share of all values is at or
   * below it. Reorders the list.
   * @param shares in (0, 1], ascending
   * @returns as many values; none for an empty list
   */
  percentiles(shares: readonly number[]): number[] {
    if (this.#length === 0) return [];
    let first = 0;
    return shares.map((share) => {
      const index = Math.min(this.#length, Math.max(1, Math.ceil(share * this.#length))) - 1;
      const value = select(this.#values, first, this.#length - 1, index);
      // Everything before it is smaller now, so the next one is looked for behind it.
      first = index;
      return value;
    });
  }
}

/** The value that would stand at `index` if the values from `left` to `right` were sorted (Hoare's FIND). */
function select(values: Float64Array, left: number, right: number, index: number): number {
  while (left < right) {
    const pivot = values[(left + right) >> 1] as number;
    let low = left;
    let high = right;
    while (low <= high) {
      while ((values[low] as number) < pivot) low += 1;
      while ((values[high] as number) > pivot) high -= 1;
      if (low <= high) {
        const value = values[low] as number;
        values[low] = values[high] as number;
        values[high] = value;
        low += 1;
        high -= 1;
      }
    }
    if (index <= high) right = high;
    else if (index >= low) left = low;
    else break;
  }
  return values[index] as number;
}
