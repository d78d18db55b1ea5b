const MASK = 2n ** 64n - 1n;
const [PRIME_1, PRIME_2, PRIME_4, PRIME_5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];
const WORD_BYTES = 8;

/** Different ids of 16 letters with the same hash in `kernel/assembly/hash.ts`: each step of it can be taken back. */
export function collidingIds(count: number): readonly string[] {
  const wanted = mixedIn(mixedIn(PRIME_5, wordOf("session-")), wordOf("00000001"));
  const ids = ["session-00000001"];
  for (let number = 0; ids.length < count; number += 1) {
    const first = String(number).padStart(WORD_BYTES, "0");
    const second = textOf(wordThatLeads(mixedIn(PRIME_5, wordOf(first)), wanted));
    if (/^[\w.:;<=>?@^~|{}()[\]-]{8}$/.test(second)) ids.push(first + second);
  }
  return ids;
}

function mixedIn(hash: bigint, word: bigint): bigint {
  const mixed = (rotated(word * PRIME_2, 31n) * PRIME_1) & MASK;
  return (rotated(hash ^ mixed, 27n) * PRIME_1 + PRIME_4) & MASK;
}

/** The word that takes one hash to another. */
function wordThatLeads(from: bigint, to: bigint): bigint {
  const mixed = rotated((to - PRIME_4) * inverse(PRIME_1), 64n - 27n) ^ from;
  return (rotated(mixed * inverse(PRIME_1), 64n - 31n) * inverse(PRIME_2)) & MASK;
}

function rotated(word: bigint, by: bigint): bigint {
  const bits = word & MASK;
  return ((bits << by) | (bits >> (64n - by))) & MASK;
}

/** Of an odd number modulo 2^64, by Newton's method. */
function inverse(odd: bigint): bigint {
  let found = odd;
  for (let round = 0; round < 6; round += 1) found = (found * (2n - odd * found)) & MASK;
  return found;
}

function wordOf(text: string): bigint {
  return Buffer.from(text).readBigUInt64LE();
}

function textOf(word: bigint): string {
  const bytes = Buffer.alloc(WORD_BYTES);
  bytes.writeBigUInt64LE(word & MASK);
  return bytes.toString("latin1");
}
