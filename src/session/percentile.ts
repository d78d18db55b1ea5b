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
   * below it.
   * @param shares in (0, 1]
   * @returns as many values; none for an empty list
   */
  percentiles(shares: readonly number[]): number[] {
    const values = this.#values.subarray(0, this.#length);
    if (values.length === 0) return [];
    const bucketOf = bucketing(values);
    const counts = new Uint32Array(BUCKETS);
    for (const value of values) counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
    return shares.map((share) => {
      let rank = Math.min(values.length, Math.max(1, Math.ceil(share * values.length))) - 1;
      let bucket = 0;
      for (; bucket < BUCKETS && rank >= (counts[bucket] ?? 0); bucket += 1) rank -= counts[bucket] ?? 0;
      return values.filter((value) => bucketOf(value) === bucket).sort()[rank] ?? NaN;
    });
  }
}

const BUCKETS = 4096;

/** Divides the range of the values evenly; larger values never come into smaller buckets. */
function bucketing(values: Float64Array): (value: number) => number {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const scale = highest === lowest ? 0 : (BUCKETS - 1) / (highest - lowest);
  // Where the range is beyond all numbers, the product is none, and everything is in the first bucket.
  return (value) => Math.floor((value - lowest) * scale) || 0;
}
