// Hashes of the values of a column of every record of a batch.
import { FIELD_ESCAPED, fieldsEnd, OFFSET_MASK, QUOTE, startAndFlags, text, valueEnd } from "./layout";

// Rounds and avalanche are those of XXH64 for its last bytes: here all bytes are taken eight at a time, the last ones
// filled up with zeros, and the length comes at the end.
const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

@inline
function mixIn(hash: u64, word: u64): u64 {
  return rotl<u64>(hash ^ (rotl<u64>(word * PRIME_2, 31) * PRIME_1), 27) * PRIME_1 + PRIME_4;
}

/** Never 0. */
@inline
function finish(hash: u64, length: usize): u64 {
  hash ^= length;
  hash = (hash ^ (hash >> 33)) * PRIME_2;
  hash = (hash ^ (hash >> 29)) * PRIME_3;
  hash ^= hash >> 32;
  return hash == 0 ? 1 : hash;
}

/** The hash of the bytes [at, end). Reads up to 7 bytes past `end`. */
@inline
function hashOf(at: usize, end: usize): u64 {
  const length = end - at;
  let hash = PRIME_5;
  while (at + 8 <= end) {
    hash = mixIn(hash, load<u64>(at));
    at += 8;
  }
  if (at < end) hash = mixIn(hash, load<u64>(at) & (((<u64>1) << (<u64>(end - at) << 3)) - 1));
  return finish(hash, length);
}

/** The hash of the bytes [at, end), of two quotes in a row one left out. */
function hashOfEscaped(at: usize, end: usize): u64 {
  let length: usize = 0;
  let hash = PRIME_5;
  let word: u64 = 0;
  while (at < end) {
    const byte = load<u8>(at);
    at += byte == QUOTE && at + 1 < end && load<u8>(at, 1) == QUOTE ? 2 : 1;
    word |= <u64>byte << (<u64>(length & 7) << 3);
    length += 1;
    if ((length & 7) == 0) {
      hash = mixIn(hash, word);
      word = 0;
    }
  }
  if ((length & 7) != 0) hash = mixIn(hash, word);
  return finish(hash, length);
}

/** Per record a u64 in `out`: the hash of its value of `column`, 0 where it has no such column. */
export function hashColumn(recordCount: u32, column: u32, out: usize): void {
  let first: u32 = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const next = fieldsEnd(record);
    let hash: u64 = 0;
    if (column < next - first) {
      const entry = startAndFlags(first + column);
      const start = text + (entry & OFFSET_MASK);
      const end = valueEnd(first + column);
      hash = (entry & FIELD_ESCAPED) == 0 ? hashOf(start, end) : hashOfEscaped(start, end);
    }
    store<u64>(out + (<usize>record << 3), hash);
    first = next;
  }
}
