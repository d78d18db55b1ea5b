// What is suspicious about a record, found for every record of a batch at once.
import { hexadecimal } from "./bits";
import {
  CR, FIELD_QUOTED, fieldsEnd, LF, OFFSET_MASK, RECORD_BARE_CR, RECORD_STRAY_QUOTE, recordTable, startAndFlags, text,
  valueEnd,
} from "./layout";

// The bits are explained in `../tables.ts`.
const PADDING: u32 = 1;
const EMPTY: u32 = 2;
const SWAPPED: u32 = 4;
const UUID: u32 = 8;
const CONTROL: u32 = 16;
const LINE_BREAK: u32 = 32;
const ORDER: u32 = 64;
const FOREIGN_QUOTE: u32 = 128;

const SPACE: u8 = 0x20;
const TAB: u8 = 0x09;
const DASH: u8 = 0x2d;
const UNDERSCORE: u8 = 0x5f;

// What `uuidVerdict` found.
const NO_UUID: u32 = 0;
const IS_UUID: u32 = 1;
const DAMAGED_UUID: u32 = 2;

/**
 * Per record one byte in `out`: its suspicions. `instants` holds both columns of timestamps, parsed, the second one
 * `slotRecords` behind the first. Returns in how many records the values of
 * `sessionId` and `threadId` are both UUIDs.
 */
export function inspect(
  recordCount: u32, instants: usize, slotRecords: u32,
  sessionId: u32, userId: u32, platform: u32, threadId: u32, out: usize,
): u32 {
  let uuidCount: u32 = 0;
  let first: u32 = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const entry = recordTable + (<usize>record << 3);
    const next = load<u32>(entry);
    const flags = load<u32>(entry, 4);
    const count = next - first;
    let suspicions: u32 = (flags & (RECORD_STRAY_QUOTE | RECORD_BARE_CR)) != 0 ? FOREIGN_QUOTE : 0;
    // NaN is not later than anything.
    const lastActivity = load<f64>(instants + (<usize>record << 3));
    if (load<f64>(instants + (<usize>(slotRecords + record) << 3)) > lastActivity) suspicions |= ORDER;
    if (mayBePadded(first, next) && isPadded(first, next)) suspicions |= PADDING;

    const mayBreak = (flags & RECORD_BARE_CR) != 0;
    let uuids: u32 = 0;
    if (sessionId < count) {
      if (holdsBreak(first + sessionId, mayBreak)) suspicions |= LINE_BREAK;
      const verdict = uuidVerdict(first + sessionId);
      if (verdict == IS_UUID) uuids += 1;
      else if (verdict == DAMAGED_UUID || isRounded(first + sessionId)) suspicions |= UUID;
    }
    if (threadId < count) {
      if (isEmpty(first + threadId)) suspicions |= EMPTY;
      if (holdsBreak(first + threadId, mayBreak)) suspicions |= LINE_BREAK;
      const verdict = uuidVerdict(first + threadId);
      if (verdict == IS_UUID) uuids += 1;
      else if (verdict == DAMAGED_UUID || isRounded(first + threadId)) suspicions |= UUID;
    }
    if (platform < count) {
      if (isEmpty(first + platform)) suspicions |= EMPTY;
      if (holdsBreak(first + platform, mayBreak)) suspicions |= LINE_BREAK;
    }
    if (userId < count) {
      if (holdsBreak(first + userId, mayBreak)) suspicions |= LINE_BREAK;
      if (isRounded(first + userId)) suspicions |= UUID;
      if (platform < count && isPrefix(first + userId, first + platform)) suspicions |= SWAPPED;
    }
    if (uuids == 2) uuidCount += 1;
    store<u8>(out + record, <u8>suspicions);
    first = next;
  }
  if (recordCount > 0) markControls(recordCount, out);
  return uuidCount;
}

@inline
function valueStart(field: u32): usize {
  return text + (startAndFlags(field) & OFFSET_MASK);
}

@inline
function isEmpty(field: u32): bool {
  return valueStart(field) == valueEnd(field);
}

/** Bits that a byte can shift to the lowest place: a space, a tab, and what differs from these by multiples of 64. */
const PADDING_BITS: u64 = ((<u64>1) << 0x20) | ((<u64>1) << 0x09);

/** False where no value of the fields begins or ends with a padding byte: the quick answer for nearly all records. */
@inline
function mayBePadded(first: u32, next: u32): bool {
  let bits: u64 = 0;
  for (let field = first; field < next; field += 1) {
    // Of an empty value these are the bytes around it.
    const begin = <u64>load<u8>(valueStart(field));
    const last = <u64>load<u8>(valueEnd(field) - 1);
    bits |= (PADDING_BITS >> begin) | (PADDING_BITS >> last) | ((begin | last) >> 7);
  }
  return (bits & 1) != 0;
}

/** Some value of the fields begins or ends with a padding byte. */
function isPadded(first: u32, next: u32): bool {
  for (let field = first; field < next; field += 1) {
    const start = valueStart(field);
    const end = valueEnd(field);
    if (start < end && (isPadding(load<u8>(start)) || isPadding(load<u8>(end - 1)))) return true;
  }
  return false;
}

/** A space, a tab, or a byte that is not ASCII: it may be of a no-break space or a byte order mark. */
@inline
function isPadding(byte: u8): bool {
  return byte == SPACE || byte == TAB || byte >= 0x80;
}

/** The value ends like a number in scientific notation: E+11. */
@inline
function isRounded(field: u32): bool {
  const start = valueStart(field);
  const end = valueEnd(field);
  if (end - start < 5 || end - start > 24 || load<u8>(start) > 0x39) return false;
  return isExponent(load<u16>(end - 3)) || isExponent(load<u16>(end - 4));
}

@inline
function isExponent(pair: u16): bool {
  return (pair | 0x20) == 0x2b65; // e+
}

/** The value holds LF or CR. Outside quotes only a record with a bare CR, `mayBreak`, has one in a value. */
@inline
function holdsBreak(field: u32, mayBreak: bool): bool {
  return (mayBreak || (startAndFlags(field) & FIELD_QUOTED) != 0) && findsBreak(valueStart(field), valueEnd(field));
}

function findsBreak(at: usize, end: usize): bool {
  const lfs = i8x16.splat(<i8>LF);
  const crs = i8x16.splat(<i8>CR);
  while (at < end) {
    const block = v128.load(at);
    const hits = <u32>i8x16.bitmask(v128.or(i8x16.eq(block, lfs), i8x16.eq(block, crs)));
    if (hits != 0) return at + ctz(hits) < end;
    at += 16;
  }
  return false;
}

/** The value of `field` is not empty, and that of `longer` begins with it and an underscore. */
@inline
function isPrefix(field: u32, longer: u32): bool {
  const start = valueStart(field);
  const length = valueEnd(field) - start;
  const other = valueStart(longer);
  if (length == 0 || valueEnd(longer) - other <= length || load<u8>(other + length) != UNDERSCORE) return false;
  for (let at: usize = 0; at < length; at += 1) if (load<u8>(start + at) != load<u8>(other + at)) return false;
  return true;
}

/** Whether the value is a UUID, or would be one if all that stands between its dashes were hexadecimal digits. */
@inline
function uuidVerdict(field: u32): u32 {
  const start = valueStart(field);
  if (valueEnd(field) - start != 36) return NO_UUID;
  if (
    load<u8>(start, 8) != DASH || load<u8>(start, 13) != DASH || load<u8>(start, 18) != DASH || load<u8>(start, 23) != DASH
  ) return NO_UUID;
  // The last four bytes are seen together with twelve before them.
  const a = v128.or(hexadecimal(v128.load(start)), i8x16(0, 0, 0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 0, -1, 0, 0));
  const b = v128.or(hexadecimal(v128.load(start, 16)), i8x16(0, 0, -1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0));
  const c = v128.or(hexadecimal(v128.load(start, 20)), i8x16(0, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  return i8x16.all_true(v128.and(v128.and(a, b), c)) ? IS_UUID : DAMAGED_UUID;
}

/** Sets CONTROL for each record with a control character. */
function markControls(recordCount: u32, out: usize): void {
  const end = recordEnd(recordCount - 1);
  let record: u32 = 0;
  let at = nextControl(text, end);
  while (at < end) {
    while (recordEnd(record) <= at) record += 1;
    store<u8>(out + record, load<u8>(out + record) | <u8>CONTROL);
    at = nextControl(recordEnd(record), end);
  }
}

@inline
function recordEnd(record: u32): usize {
  return text + (load<u32>(recordTable + (<usize>record << 3), 4) & OFFSET_MASK);
}

/** The first byte in [at, end) below 0x20 that is not tab, LF or CR, or is 0x7f; else at least `end`. */
function nextControl(at: usize, end: usize): usize {
  while (at < end) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const hits = v128.or(v128.or(controls(a), controls(b)), v128.or(controls(c), controls(d)));
    if (v128.any_true(hits)) {
      while (at < end) {
        const mask = i8x16.bitmask(controls(v128.load(at)));
        if (mask != 0) return at + ctz(mask);
        at += 16;
      }
      return end;
    }
    at += 64;
  }
  return end;
}

/** Lanes, not all bits of them, that hold a control character other than tab, LF and CR. */
@inline
function controls(block: v128): v128 {
  // By the byte itself below 16; nothing from 16 on.
  const low = i8x16.swizzle(i8x16(-1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 0, -1, -1, 0, -1, -1), block);
  const high = i8x16.eq(v128.and(block, i8x16.splat(<i8>0xf0)), i8x16.splat(0x10));
  return v128.or(v128.or(low, high), i8x16.eq(block, i8x16.splat(0x7f)));
}
