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
    const buckets = bucketsOf(values);
    const counts = new Uint32Array(BUCKETS);
    for (const bucket of buckets) counts[bucket] = (counts[bucket] ?? 0) + 1;
    return shares.map((share) => {
      let rank = Math.min(values.length, Math.max(1, Math.ceil(share * values.length))) - 1;
      let bucket = 0;
      for (; bucket < BUCKETS && rank >= (counts[bucket] ?? 0); bucket += 1) rank -= counts[bucket] ?? 0;
      const candidates = new Float64Array(counts[bucket] ?? 0);
      for (let at = buckets.indexOf(bucket), place = 0; at !== -1; at = buckets.indexOf(bucket, at + 1), place += 1) {
        candidates[place] = values[at] ?? NaN;
      }
      return candidates.sort()[rank] ?? NaN;
    });
  }
}

const BUCKETS = 4096;

/** Per value a bucket: the range is divided evenly, so that larger values never come into smaller buckets. */
function bucketsOf(values: Float64Array): Uint16Array {
  let lowest = Infinity;
  let highest = -Infinity;
  for (const value of values) {
    if (value < lowest) lowest = value;
    if (value > highest) highest = value;
  }
  const scale = highest === lowest ? 0 : (BUCKETS - 1) / (highest - lowest);
  const buckets = new Uint16Array(values.length);
  // Where the range is beyond all numbers, the product is none, and the array makes that 0: one bucket for all.
  for (let at = 0; at < values.length; at += 1) buckets[at] = ((values[at] ?? NaN) - lowest) * scale;
  return buckets;
}
