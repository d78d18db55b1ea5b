// Records and fields: the loop that sees every byte of a file, 64 at a time.
import { bitsOf, prefixXor } from "./bits";
import {
  COMMA, CR, FIELD_ESCAPED, FIELD_QUOTED, fields, LF, OFFSET_MASK, QUOTE, RECORD_BARE_CR, RECORD_BROKEN_QUOTE,
  RECORD_STRAY_QUOTE, RECORD_UNCLOSED, recordTable, text,
} from "./layout";

/** Bytes of `text` that belong to complete records after the last `scan`. */
export let consumed: u32 = 0;
/** The first record of the last `scan` has more fields than the table holds. */
export let isTooWide: bool = false;

/** Records that the last `scan` completed. */
export let records: u32 = 0;

/** Offset of the next quote in [at, end), or at least `end`. Reads up to 15 bytes past `end`. */
@inline
function nextQuote(at: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE);
  while (at < end) {
    const mask = i8x16.bitmask(i8x16.eq(v128.load(at), quotes));
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  return end;
}

/** Offset of the next comma, line feed, carriage return or quote in [at, end), or at least `end`. */
@inline
function nextStop(at: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE);
  const commas = i8x16.splat(<i8>COMMA);
  const lfs = i8x16.splat(<i8>LF);
  const crs = i8x16.splat(<i8>CR);
  while (at < end) {
    const block = v128.load(at);
    const hits = v128.or(
      v128.or(i8x16.eq(block, commas), i8x16.eq(block, quotes)),
      v128.or(i8x16.eq(block, lfs), i8x16.eq(block, crs)),
    );
    const mask = i8x16.bitmask(hits);
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  return end;
}

/** One past the record that starts at `at`, scanned byte by byte; 0 where it does not end, or does not fit the table. */
function scanRecord(
  at: usize, end: usize, isFinal: bool, fieldCapacity: u32,
): usize {
  let recordFlags: u32 = 0;
  while (true) {
    if (fieldCount == fieldCapacity) {
      isTooWide = records == 0;
      return 0;
    }
    let fieldFlags: u32 = 0;
    let valueStart = at;
    if (at < end && load<u8>(at) == QUOTE) {
      fieldFlags = FIELD_QUOTED;
      at += 1;
      valueStart = at;
      while (true) {
        at = nextQuote(at, end);
        if (at >= end) {
          if (!isFinal) return 0;
          at = end;
          recordFlags |= RECORD_UNCLOSED;
          break;
        }
        at += 1;
        if (at == end && !isFinal) return 0;
        if (at < end && load<u8>(at) == QUOTE) {
          fieldFlags |= FIELD_ESCAPED;
          at += 1;
          continue;
        }
        break;
      }
    }
    const contentEnd = at;
    let breakLength: usize = 0;
    let fieldEnd: usize = at;
    // To the end of the field: at once after a closing quote, unless something follows it.
    while (true) {
      at = nextStop(at, end);
      if (at >= end) {
        if (!isFinal) return 0;
        at = end;
        fieldEnd = end;
        break;
      }
      const byte = load<u8>(at);
      if (byte == QUOTE) {
        recordFlags |= RECORD_STRAY_QUOTE;
        at += 1;
        continue;
      }
      if (byte == CR) {
        if (at + 1 == end && !isFinal) return 0;
        if (at + 1 < end && load<u8>(at + 1) == LF) {
          fieldEnd = at;
          breakLength = 2;
          break;
        }
        recordFlags |= RECORD_BARE_CR;
        at += 1;
        continue;
      }
      fieldEnd = at;
      if (byte == LF) breakLength = 1;
      break;
    }
    if (fieldFlags & FIELD_QUOTED) {
      if (fieldEnd != contentEnd) recordFlags |= RECORD_BROKEN_QUOTE;
      else if (!(recordFlags & RECORD_UNCLOSED)) fieldEnd -= 1;
    }
    storeField(<u32>(valueStart - text) | fieldFlags, <u32>(fieldEnd - text));
    if (at >= end) break; // end of file without a line break
    at += breakLength == 0 ? 1 : breakLength;
    if (breakLength != 0) break;
  }
  storeRecord(<u32>(at - text) | recordFlags);
  return at;
}

/** Fields that the running `scan` has written. */
let fieldCount: u32 = 0;

@inline
function storeField(startAndFlags: u32, valueEnd: u32): void {
  const entry = fields + (<usize>fieldCount << 3);
  store<u32>(entry, startAndFlags);
  store<u32>(entry, valueEnd, 4);
  fieldCount += 1;
}

@inline
function storeRecord(endAndFlags: u32): void {
  const entry = recordTable + (<usize>records << 3);
  store<u32>(entry, fieldCount);
  store<u32>(entry, endAndFlags, 4);
  records += 1;
  consumed = endAndFlags & OFFSET_MASK;
}

/** Lanes that hold a quote, a comma, a line feed or a carriage return: each has its own low four bits. */
@inline
function structural(block: v128): v128 {
  const bytesByLowBits = i8x16(-1, 0, 0x22, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0, 0x2c, 0x0d, 0, 0);
  return i8x16.eq(i8x16.swizzle(bytesByLowBits, v128.and(block, i8x16.splat(0x0f))), block);
}

/**
 * Splits text[0, length) into records. Fields are written to `fields` as pairs of u32: where the value starts, with
 * FIELD_ flags, and one past its end, quotes excluded. Records are written to `recordTable` as pairs of u32: one past the
 * index of the record's last field, and the record's end offset, line break included, with RECORD_ flags. Stops before
 * the first record that does not end inside the text (unless `isFinal`), or when either table is full.
 *
 * 64 bytes at a time: a byte is inside quotes where an odd number of quotes stands up to it. That holds for RFC 4180
 * text; where a quote opens or closes at a place that RFC 4180 does not know, or a carriage return stands alone, the
 * record is scanned byte by byte instead.
 */
export function scan(length: u32, isFinal: bool, fieldCapacity: u32, recordCapacity: u32): void {
  const quoteLanes = i8x16.splat(<i8>QUOTE);
  const end = text + length;
  // What a block holds beyond the text is nothing.
  memory.fill(end, 0, 64);
  let base = text;
  let recordStart = text;
  let fieldStart = text;
  let recordFields: u32 = 0;
  // What is known of the byte before the block: all ones inside quotes; a quote may open after it; it closed a field, or
  // may have; it is the carriage return of a line break.
  let inside: u64 = 0;
  let opener: u64 = 1;
  let closed: u64 = 0;
  let returned: u64 = 0;
  let isEscaped = false;
  fieldCount = 0;
  consumed = 0;
  records = 0;
  isTooWide = false;

  while (base < end) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);
    const quotes = bitsOf(
      i8x16.eq(a, quoteLanes), i8x16.eq(b, quoteLanes), i8x16.eq(c, quoteLanes), i8x16.eq(d, quoteLanes),
    );
    const inner = quotes == 0 ? inside : prefixXor(quotes) ^ inside;
    const opening = quotes & inner;
    const closing = quotes & ~inner;
    const afterClosing = (closing << 1) | closed;
    if ((inside | closed) != 0 && opening == afterClosing) {
      // The whole block is inside quotes, perhaps with doubled ones.
      isEscaped = isEscaped || opening != 0;
      inside = <u64>((<i64>inner) >> 63);
      closed = closing >> 63;
      base += 64;
      continue;
    }
    const known = bitsOf(structural(a), structural(b), structural(c), structural(d));
    const separators = (known ^ quotes) & ~inner;
    let bad = (opening & ~((separators << 1) | afterClosing | opener)) | (afterClosing & ~known);
    let doubled = opening & afterClosing;
    let waiting = separators & ~returned;
    if (bad != 0) waiting &= (bad & -bad) - 1;
    returned = 0;
    while (waiting != 0) {
      const bit = ctz(waiting);
      const at = base + <usize>bit;
      const byte = load<u8>(at);
      if (byte == CR && load<u8>(at, 1) != LF) {
        bad = 1;
        break;
      }
      if (fieldCount == fieldCapacity) {
        isTooWide = records == 0;
        return;
      }
      const before = ((<u64>1) << bit) - 1;
      if (load<u8>(fieldStart) == QUOTE) {
        const flags = isEscaped || (doubled & before) != 0 ? FIELD_QUOTED | FIELD_ESCAPED : FIELD_QUOTED;
        storeField(<u32>(fieldStart + 1 - text) | flags, <u32>(at - 1 - text));
      } else {
        storeField(<u32>(fieldStart - text), <u32>(at - text));
      }
      doubled &= ~before;
      isEscaped = false;
      fieldStart = at + 1;
      waiting &= waiting - 1;
      if (byte == COMMA) continue;
      if (byte == CR) {
        // Its line feed is no other line's.
        fieldStart += 1;
        if (bit == 63) returned = 1;
        else waiting &= waiting - 1;
      }
      storeRecord(<u32>(fieldStart - text));
      recordStart = fieldStart;
      recordFields = fieldCount;
      if (records == recordCapacity) return;
    }
    if (bad != 0) {
      fieldCount = recordFields;
      recordStart = scanRecord(recordStart, end, isFinal, fieldCapacity);
      if (recordStart == 0 || records == recordCapacity) return;
      recordFields = fieldCount;
      base = fieldStart = recordStart;
      inside = 0;
      opener = 1;
      closed = 0;
      returned = 0;
      isEscaped = false;
      continue;
    }
    isEscaped = isEscaped || doubled != 0;
    inside = <u64>((<i64>inner) >> 63);
    opener = separators >> 63;
    closed = closing >> 63;
    base += 64;
  }
  if (isFinal && recordStart < end) {
    fieldCount = recordFields;
    scanRecord(recordStart, end, true, fieldCapacity);
  }
}
