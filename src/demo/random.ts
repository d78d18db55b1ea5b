const TWO_TO_32 = 0x1_0000_0000;

/**
 * A stream of pseudo-random numbers that a seed decides: xoshiro128** (Blackman and Vigna, 2018), its first state mixed
 * from the seed. Good for samples, not for secrets.
 */
export class Random {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;

  /** @param seed an integer from 0 to 2^53 - 1; each has a stream of its own */
  constructor(seed: number) {
    const low = seed | 0;
    const high = Math.floor(seed / TWO_TO_32) | 0;
    // mix() is a bijection, so two seeds never share a state, and no seed makes all four words zero.
    this.#s0 = mix(low ^ 0x9e37_79b9);
    this.#s1 = mix(high ^ 0x243f_6a88);
    this.#s2 = mix(low + 1);
    this.#s3 = mix(high + 2);
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const word = this.#s1;
    const crossed2 = this.#s2 ^ this.#s0;
    const crossed3 = this.#s3 ^ word;
    this.#s0 ^= crossed3;
    this.#s1 ^= crossed2;
    this.#s2 = crossed2 ^ (word << 9);
    this.#s3 = rotateLeft(crossed3, 11);
    return Math.imul(rotateLeft(Math.imul(word, 5), 7), 9) >>> 0;
  }

  /** A number from 0 up to, not including, 1, with 53 random bits. */
  fraction(): number {
    return ((this.uint32() >>> 5) * 0x400_0000 + (this.uint32() >>> 6)) / 2 ** 53;
  }

  /** An integer from 0 to `bound` - 1. */
  below(bound: number): number {
    return Math.floor((this.uint32() / TWO_TO_32) * bound);
  }

  /** True with this probability, from 0 to 1. */
  chance(probability: number): boolean {
    return this.uint32() < probability * TWO_TO_32;
  }

  /** One of the items, each as likely as the others. */
  pick<T>(items: readonly [T, ...T[]]): T {
    return items[this.below(items.length)] ?? items[0];
  }

  /** A positive number of this mean; small ones are frequent, large ones rare (exponential distribution). */
  exponential(mean: number): number {
    return -Math.log(1 - this.fraction()) * mean;
  }

  /** Puts the items into a random order, in place. */
  shuffle(items: unknown[]): void {
    for (let last = items.length - 1; last > 0; last--) {
      const other = this.below(last + 1);
      [items[last], items[other]] = [items[other], items[last]];
    }
  }
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

/** The finalizer of MurmurHash3: spreads every bit of the word over all of it. */
function mix(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}
