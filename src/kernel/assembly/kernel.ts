// The two loops that see every byte of a file, compiled to WebAssembly with 16-byte SIMD lanes.
// Everything here works on plain offsets into linear memory; `../kernel.ts` is the only caller and documents the layout.

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

// Flags of a field (upper bits of its start offset).
const FIELD_QUOTED: u32 = 1 << 28;
const FIELD_ESCAPED: u32 = 1 << 29;

const OFFSET_MASK: u32 = (1 << 28) - 1;

// Flags of a record (upper bits of its end offset).
const RECORD_STRAY_QUOTE: u32 = 1 << 28;
const RECORD_BROKEN_QUOTE: u32 = 1 << 29;
const RECORD_BARE_CR: u32 = 1 << 30;
const RECORD_UNCLOSED: u32 = 1 << 31;

/** Bytes of `text` that belong to complete records after the last `scan`. */
export let consumed: u32 = 0;
/** Records that the last `scan` completed. */
export let records: u32 = 0;

/** Offset of the next quote in [at, end), or at least `end`. Reads up to 15 bytes past `end`. */
// @ts-ignore: decorator
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
// @ts-ignore: decorator
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
  at: usize, text: usize, end: usize, isFinal: bool,
  fieldsOut: usize, fieldCapacity: u32, recordsOut: usize,
): usize {
  let recordFlags: u32 = 0;
  while (true) {
    if (fieldCount == fieldCapacity) return 0;
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
    storeField(fieldsOut, <u32>(valueStart - text) | fieldFlags, <u32>(fieldEnd - text));
    if (at >= end) break; // end of file without a line break
    at += breakLength == 0 ? 1 : breakLength;
    if (breakLength != 0) break;
  }
  storeRecord(recordsOut, <u32>(at - text) | recordFlags);
  return at;
}

/** Fields that the running `scan` has written. */
let fieldCount: u32 = 0;

// @ts-ignore: decorator
@inline
function storeField(fieldsOut: usize, startAndFlags: u32, valueEnd: u32): void {
  const entry = fieldsOut + (<usize>fieldCount << 3);
  store<u32>(entry, startAndFlags);
  store<u32>(entry, valueEnd, 4);
  fieldCount += 1;
}

// @ts-ignore: decorator
@inline
function storeRecord(recordsOut: usize, endAndFlags: u32): void {
  const entry = recordsOut + (<usize>records << 3);
  store<u32>(entry, fieldCount);
  store<u32>(entry, endAndFlags, 4);
  records += 1;
  consumed = endAndFlags & OFFSET_MASK;
}

/** One bit for each of 64 bytes: those that equal the lanes of `wanted`. */
// @ts-ignore: decorator
@inline
function bitsEqual(a: v128, b: v128, c: v128, d: v128, wanted: v128): u64 {
  return (
    <u64>(<u32>i8x16.bitmask(i8x16.eq(a, wanted))) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(b, wanted))) << 16) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(c, wanted))) << 32) |
    (<u64>(<u32>i8x16.bitmask(i8x16.eq(d, wanted))) << 48)
  );
}

/** Bit i of the result is the parity of the bits up to i. */
// @ts-ignore: decorator
@inline
function prefixXor(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/**
 * Splits text[0, length) into records. Fields are written to `fieldsOut` as pairs of u32: where the value starts, with
 * FIELD_ flags, and one past its end, quotes excluded. Records are written to `recordsOut` as pairs of u32: one past the
 * index of the record's last field, and the record's end offset, line break included, with RECORD_ flags. Stops before
 * the first record that does not end inside the text (unless `isFinal`), or when either table is full.
 *
 * 64 bytes at a time: a byte is inside quotes where an odd number of quotes stands up to it. That holds for RFC 4180
 * text; where a quote opens or closes at a place that RFC 4180 does not know, or a carriage return stands alone, the
 * record is scanned byte by byte instead.
 */
export function scan(
  text: usize, length: u32, isFinal: bool,
  fieldsOut: usize, fieldCapacity: u32, recordsOut: usize, recordCapacity: u32,
): void {
  const quoteLanes = i8x16.splat(<i8>QUOTE);
  const commaLanes = i8x16.splat(<i8>COMMA);
  const lfLanes = i8x16.splat(<i8>LF);
  const crLanes = i8x16.splat(<i8>CR);
  const end = text + length;
  let base = text;
  let recordStart = text;
  let fieldStart = text;
  let recordFields: u32 = 0;
  // What is known of the byte before the block: all ones inside quotes; a quote may open after it; it closed a field, or
  // may have; it is a carriage return outside quotes.
  let inside: u64 = 0;
  let opener: u64 = 1;
  let closed: u64 = 0;
  let returned: u64 = 0;
  let isEscaped = false;
  fieldCount = 0;
  consumed = 0;
  records = 0;

  while (base < end) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);
    const valid: u64 = end - base >= 64 ? ~0 : ((<u64>1) << <u64>(end - base)) - 1;
    const quotes = bitsEqual(a, b, c, d, quoteLanes) & valid;
    const lfs = bitsEqual(a, b, c, d, lfLanes) & valid;
    const breaks = (bitsEqual(a, b, c, d, commaLanes) & valid) | lfs;
    const crs = bitsEqual(a, b, c, d, crLanes) & valid;
    const inner = quotes == 0 ? inside : prefixXor(quotes) ^ inside;
    const opening = quotes & inner;
    const closing = quotes & ~inner;
    const separators = breaks & ~inner;
    const outerCrs = crs & ~inner;
    const afterClosing = (closing << 1) | closed;
    const bad =
      (opening & ~((separators << 1) | afterClosing | opener)) |
      (afterClosing & ~(breaks | crs | quotes) & valid) |
      (((outerCrs << 1) | returned) & ~lfs & valid);
    let doubled = opening & afterClosing;
    let waiting = bad == 0 ? separators : separators & ((bad & -bad) - 1);
    while (waiting != 0) {
      const bit = ctz(waiting);
      const at = base + <usize>bit;
      const isLf = load<u8>(at) == LF;
      if (fieldCount == fieldCapacity) return;
      const before = ((<u64>1) << bit) - 1;
      const fieldEnd = isLf && at > fieldStart && load<u8>(at - 1) == CR ? at - 1 : at;
      if (load<u8>(fieldStart) == QUOTE) {
        const flags = isEscaped || (doubled & before) != 0 ? FIELD_QUOTED | FIELD_ESCAPED : FIELD_QUOTED;
        storeField(fieldsOut, <u32>(fieldStart + 1 - text) | flags, <u32>(fieldEnd - 1 - text));
      } else {
        storeField(fieldsOut, <u32>(fieldStart - text), <u32>(fieldEnd - text));
      }
      doubled &= ~before;
      isEscaped = false;
      fieldStart = at + 1;
      if (isLf) {
        storeRecord(recordsOut, <u32>(fieldStart - text));
        recordStart = fieldStart;
        recordFields = fieldCount;
        if (records == recordCapacity) return;
      }
      waiting &= waiting - 1;
    }
    if (bad != 0) {
      fieldCount = recordFields;
      recordStart = scanRecord(recordStart, text, end, isFinal, fieldsOut, fieldCapacity, recordsOut);
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
    returned = outerCrs >> 63;
    base += 64;
  }
  if (isFinal && recordStart < end) {
    fieldCount = recordFields;
    scanRecord(recordStart, text, end, true, fieldsOut, fieldCapacity, recordsOut);
  }
}

// What `checkJson` found.
const JSON_INVALID: u32 = 0;
const JSON_OBJECT: u32 = 1;
const JSON_OTHER: u32 = 2;
/** An object that holds NaN, Infinity or -Infinity, which Python writes and reads and which are not JSON. */
const JSON_PYTHON_OBJECT: u32 = 3;

const MAX_DEPTH: u32 = 1000;
const BACKSLASH: u8 = 0x5c;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;
const OPEN_BRACKET: u8 = 0x5b;
const CLOSE_BRACKET: u8 = 0x5d;
const COLON: u8 = 0x3a;
const MINUS: u8 = 0x2d;

// @ts-ignore: decorator
@inline
function skipSpace(at: usize, end: usize): usize {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != LF && byte != CR && byte != 0x09) break;
    at += 1;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function isDigitAt(at: usize, end: usize): bool {
  if (at >= end) return false;
  const byte = load<u8>(at);
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: u8): bool {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Offset of the next quote, backslash or control character in [at, end), or at least `end`. */
// @ts-ignore: decorator
@inline
function nextInString(at: usize, end: usize): usize {
  const quotes = i8x16.splat(<i8>QUOTE);
  const backslashes = i8x16.splat(<i8>BACKSLASH);
  const controls = i8x16.splat(0x1f);
  while (at < end) {
    const block = v128.load(at);
    const hits = v128.or(
      v128.or(i8x16.eq(block, quotes), i8x16.eq(block, backslashes)),
      i8x16.eq(i8x16.min_u(block, controls), block),
    );
    const mask = i8x16.bitmask(hits);
    if (mask != 0) return at + ctz(mask);
    at += 16;
  }
  return end;
}

/** One past the closing quote of the string whose opening quote ends at `at`, or 0 where it is no JSON string. */
function skipString(at: usize, end: usize, quoteLength: usize): usize {
  while (true) {
    at = nextInString(at, end);
    if (at >= end) return 0;
    const byte = load<u8>(at);
    if (byte == QUOTE) return at + quoteLength;
    if (byte != BACKSLASH) return 0;
    if (at + 1 >= end) return 0;
    const escaped = load<u8>(at + 1);
    if (escaped == QUOTE) {
      at += 1 + quoteLength;
    } else if (escaped == 0x75) {
      if (at + 6 > end) return 0;
      if (!isHexDigit(load<u8>(at + 2)) || !isHexDigit(load<u8>(at + 3))) return 0;
      if (!isHexDigit(load<u8>(at + 4)) || !isHexDigit(load<u8>(at + 5))) return 0;
      at += 6;
    } else if (
      escaped == BACKSLASH || escaped == 0x2f || escaped == 0x62 || escaped == 0x66 ||
      escaped == 0x6e || escaped == 0x72 || escaped == 0x74
    ) {
      at += 2;
    } else {
      return 0;
    }
    if (at > end) return 0;
  }
}

/** One past the number at `at`, or 0. */
function skipNumber(at: usize, end: usize): usize {
  if (at < end && load<u8>(at) == MINUS) at += 1;
  if (!isDigitAt(at, end)) return 0;
  if (load<u8>(at) == 0x30) at += 1;
  else while (isDigitAt(at, end)) at += 1;
  if (at < end && load<u8>(at) == 0x2e) {
    at += 1;
    if (!isDigitAt(at, end)) return 0;
    while (isDigitAt(at, end)) at += 1;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at += 1;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == MINUS)) at += 1;
    if (!isDigitAt(at, end)) return 0;
    while (isDigitAt(at, end)) at += 1;
  }
  return at;
}

function startsWith4(at: usize, end: usize, word: u32): bool {
  return at + 4 <= end && load<u32>(at) == word;
}

/** One past the word or number at `at`, or 0; sets `sawPythonNumber`. */
let sawPythonNumber: bool = false;
function skipScalar(at: usize, end: usize): usize {
  if (startsWith4(at, end, 0x65757274)) return at + 4; // true
  if (startsWith4(at, end, 0x6c6c756e)) return at + 4; // null
  if (load<u8>(at) == 0x66 && startsWith4(at + 1, end, 0x65736c61)) return at + 5; // false
  const number = skipNumber(at, end);
  if (number != 0) return number;
  if (load<u8>(at) == 0x4e && at + 3 <= end && load<u8>(at + 1) == 0x61 && load<u8>(at + 2) == 0x4e) {
    sawPythonNumber = true;
    return at + 3; // NaN
  }
  if (load<u8>(at) == MINUS) at += 1;
  if (startsWith4(at, end, 0x69666e49) && startsWith4(at + 4, end, 0x7974696e)) {
    sawPythonNumber = true;
    return at + 8; // Infinity
  }
  return 0;
}

/**
 * Checks the text [at, end) against RFC 8259. `quoteLength` is 2 where every quote of the text stands doubled, as inside
 * a quoted CSV field, else 1. `stack` is scratch room of MAX_DEPTH bytes.
 */
export function checkJson(at: usize, end: usize, quoteLength: usize, stack: usize): u32 {
  let depth: u32 = 0;
  sawPythonNumber = false;
  at = skipSpace(at, end);
  if (at >= end) return JSON_INVALID;
  const isObject = load<u8>(at) == OPEN_BRACE;
  while (true) {
    // A value starts at `at`.
    at = skipSpace(at, end);
    if (at >= end) return JSON_INVALID;
    const byte = load<u8>(at);
    let opened = false;
    if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
      if (depth == MAX_DEPTH) return JSON_INVALID;
      store<u8>(stack + depth, byte);
      depth += 1;
      at = skipSpace(at + 1, end);
      if (at >= end) return JSON_INVALID;
      opened = load<u8>(at) != (byte == OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET);
    } else {
      at = byte == QUOTE ? skipString(at + quoteLength, end, quoteLength) : skipScalar(at, end);
      if (at == 0) return JSON_INVALID;
    }
    if (!opened) {
      // After a value: close what ends here, then a comma or the end of the text.
      while (true) {
        at = skipSpace(at, end);
        if (depth == 0) {
          if (at != end) return JSON_INVALID;
          if (!isObject) return JSON_OTHER;
          return sawPythonNumber ? JSON_PYTHON_OBJECT : JSON_OBJECT;
        }
        if (at >= end) return JSON_INVALID;
        const closing = load<u8>(at);
        const container = load<u8>(stack + depth - 1);
        if (closing == COMMA) {
          at += 1;
          break;
        }
        if (closing != (container == OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET)) return JSON_INVALID;
        depth -= 1;
        at += 1;
      }
    }
    if (load<u8>(stack + depth - 1) == OPEN_BRACE) {
      // A key and its colon come before the next value.
      at = skipSpace(at, end);
      if (at >= end || load<u8>(at) != QUOTE) return JSON_INVALID;
      at = skipString(at + quoteLength, end, quoteLength);
      if (at == 0) return JSON_INVALID;
      at = skipSpace(at, end);
      if (at >= end || load<u8>(at) != COLON) return JSON_INVALID;
      at += 1;
    }
  }
}

// @ts-ignore: decorator
@inline
function twoDigits(at: usize): i32 {
  const tens = <i32>load<u8>(at) - 0x30;
  const ones = <i32>load<u8>(at, 1) - 0x30;
  return <u32>tens <= 9 && <u32>ones <= 9 ? tens * 10 + ones : -1;
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (the era arithmetic of `std::chrono::days_from_civil`). */
function daysFromEpoch(year: i32, month: i32, day: i32): i32 {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = shiftedYear / 400;
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** The last timestamp that was parsed names no offset. */
export let isNaive: bool = false;

/**
 * The timestamp text [at, end) in microseconds since 1970-01-01T00:00:00Z, without an offset taken as UTC; NaN where it
 * is none. The grammar stands in `../kernel.ts`.
 */
export function parseTimestamp(at: usize, end: usize): f64 {
  isNaive = false;
  if (end < at + 19) return NaN;
  const separator = load<u8>(at, 10);
  if (
    load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d || load<u8>(at, 13) != 0x3a || load<u8>(at, 16) != 0x3a ||
    (separator != 0x54 && separator != 0x20 && separator != 0x74)
  ) return NaN;
  const century = twoDigits(at);
  const yearOfCentury = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  const second = twoDigits(at + 17);
  if (century < 0 || yearOfCentury < 0) return NaN;
  const year = century * 100 + yearOfCentury;
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return NaN;
  if (<u32>hour > 23 || <u32>minute > 59 || <u32>second > 59) return NaN;

  at += 19;
  let microseconds = 0;
  if (at < end && (load<u8>(at) == 0x2e || load<u8>(at) == COMMA)) {
    at += 1;
    if (!isDigitAt(at, end)) return NaN;
    let scale = 100000;
    while (isDigitAt(at, end)) {
      microseconds += (<i32>load<u8>(at) - 0x30) * scale;
      scale /= 10;
      at += 1;
    }
  }
  let seconds = <i64>daysFromEpoch(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  if (at == end) {
    isNaive = true;
  } else if (load<u8>(at) != 0x5a && load<u8>(at) != 0x7a) {
    const sign = load<u8>(at);
    if ((sign != 0x2b && sign != MINUS) || end - at != 6 || load<u8>(at, 3) != 0x3a) return NaN;
    const hours = twoDigits(at + 1);
    const minutes = twoDigits(at + 4);
    if (<u32>hours > 23 || <u32>minutes > 59) return NaN;
    seconds -= (hours * 60 + minutes) * (sign == MINUS ? -60 : 60);
  } else if (at + 1 != end) {
    return NaN;
  }
  return <f64>(seconds * 1000000 + microseconds);
}

/**
 * Parses one column of every record of the last `scan`: timestamps as f64 to `out`, NaN where a record has no such
 * column or no such text in it. Where it names no offset, `naiveOut` gets a 1, else a 0, one byte a record.
 */
export function parseTimestamps(
  text: usize, fields: usize, recordTable: usize, recordCount: u32, column: u32, out: usize, naiveOut: usize,
): void {
  let first: u32 = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const next = load<u32>(recordTable + (<usize>record << 3));
    let instant: f64 = NaN;
    isNaive = false;
    if (column < next - first) {
      const entry = fields + (<usize>(first + column) << 3);
      instant = parseTimestamp(text + (load<u32>(entry) & OFFSET_MASK), text + load<u32>(entry, 4));
    }
    store<f64>(out + (<usize>record << 3), instant);
    store<u8>(naiveOut + record, isNaive ? 1 : 0);
    first = next;
  }
}
