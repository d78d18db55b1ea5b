// A hash table of 64-bit hashes that are not 0: slots of 16 bytes, the hash (0: free) and what belongs to it as f64. The
// upper bits of a hash say which slot; where that is not free, it is the next free one, the first behind the last.
import { OFFSET_MASK } from "./layout";

/** Slots that are fetched into the cache before they are looked at one by one. */
const FETCHED: u32 = 128;

/** What was fetched, so that fetching is not left out as useless. */
let fetched: u64 = 0;

/** The slot of `hash`, or the one where it is to stand. At least one slot must be free. */
@inline
function find(slots: usize, slotBits: u32, hash: u64): usize {
  const bytes = (<usize>16) << slotBits;
  let slot = <usize>(hash >> <u64>(64 - slotBits)) << 4;
  while (true) {
    const held = load<u64>(slots + slot);
    if (held == 0 || held == hash) return slots + slot;
    slot = (slot + 16) & (bytes - 1);
  }
}

@inline
function hashOfHalves(low: u32, high: u32): u64 {
  return (<u64>high << 32) | <u64>low;
}

/** Adds a hash with a value unless it is there; returns the value that it had, -1 where it is new. */
export function addId(slots: usize, slotBits: u32, low: u32, high: u32, value: f64): f64 {
  const hash = hashOfHalves(low, high);
  const slot = find(slots, slotBits, hash);
  if (load<u64>(slot) == hash) return load<f64>(slot, 8);
  store<u64>(slot, hash);
  store<f64>(slot, value, 8);
  return -1;
}

/** The value of a hash, -1 where it is not there. */
export function findId(slots: usize, slotBits: u32, low: u32, high: u32): f64 {
  const hash = hashOfHalves(low, high);
  const slot = find(slots, slotBits, hash);
  return load<u64>(slot) == hash ? load<f64>(slot, 8) : -1;
}

/** Changes the value of a hash that is there. */
export function replaceId(slots: usize, slotBits: u32, low: u32, high: u32, value: f64): void {
  store<f64>(find(slots, slotBits, hashOfHalves(low, high)), value, 8);
}

/**
 * Adds `count` hashes, each with the offset in the input of its record: `byteOffset`, and the end of the record before it
 * in the table of records at `ends`. Hashes that are 0 and records that are not 0 in `skipped` are left out. Those that
 * were there before are written to `out` as 16 bytes: the record as u32, four bytes unused, the value as f64.
 * Returns how many these are. The hashes that are new are counted in `added`.
 */
export function addIds(
  slots: usize, slotBits: u32, count: u32, hashes: usize, ends: usize, skipped: usize, byteOffset: f64, out: usize,
): u32 {
  const first = out;
  added = 0;
  for (let from: u32 = 0; from < count; from += FETCHED) {
    const to = min(from + FETCHED, count);
    for (let record = from; record < to; record += 1) {
      const hash = load<u64>(hashes + (<usize>record << 3));
      fetched ^= load<u64>(slots + (<usize>(hash >> <u64>(64 - slotBits)) << 4));
    }
    for (let record = from; record < to; record += 1) {
      const hash = load<u64>(hashes + (<usize>record << 3));
      if (hash == 0 || load<u8>(skipped + record) != 0) continue;
      const slot = find(slots, slotBits, hash);
      if (load<u64>(slot) == hash) {
        store<u32>(out, record);
        store<f64>(out, load<f64>(slot, 8), 8);
        out += 16;
        continue;
      }
      const start: u32 = record == 0 ? 0 : load<u32>(ends + (<usize>(record - 1) << 3), 4) & OFFSET_MASK;
      store<u64>(slot, hash);
      store<f64>(slot, byteOffset + <f64>start, 8);
      added += 1;
    }
  }
  return <u32>((out - first) >> 4);
}

/** Hashes that the last `addIds` has put into the table. */
export let added: u32 = 0;

/**
 * Doubles the slots, of which there are 2 ** slotBits. The memory behind them must have room for twice as many: they are
 * copied behind the new ones, and put in again from there.
 */
export function growIds(slots: usize, slotBits: u32): void {
  const bytes = (<usize>16) << slotBits;
  const old = slots + bytes * 2;
  memory.copy(old, slots, bytes);
  memory.fill(slots, 0, bytes * 2);
  for (let at = old; at < old + bytes; at += 16) {
    const hash = load<u64>(at);
    if (hash == 0) continue;
    const slot = find(slots, slotBits + 1, hash);
    store<u64>(slot, hash);
    store<f64>(slot, load<f64>(at, 8), 8);
  }
}
