// The two loops that see every byte of a file, compiled to WebAssembly with 16-byte SIMD lanes.
// Everything here works on plain offsets into linear memory; `../kernel.ts` is the only caller and documents the layout.

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;

// Flags of a field (upper bits of its end offset).
const FIELD_QUOTED: u32 = 1 << 28;
const FIELD_ESCAPED: u32 = 1 << 29;

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

/**
 * Splits text[0, length) into records. Fields are written to `fieldsOut` as u32 end offsets with FIELD_ flags, records to
 * `recordsOut` as pairs of u32: one past the index of the record's last field, and the record's end offset, line break
 * included, with RECORD_ flags. Stops before the first record that does not end inside the text (unless `isFinal`), or
 * when either table is full.
 */
export function scan(
  text: usize, length: u32, isFinal: bool,
  fieldsOut: usize, fieldCapacity: u32, recordsOut: usize, recordCapacity: u32,
): void {
  const end = text + length;
  let at = text;
  let fieldCount: u32 = 0;
  let recordCount: u32 = 0;
  consumed = 0;
  records = 0;

  while (at < end && recordCount < recordCapacity) {
    let recordFlags: u32 = 0;
    // One record: fields until a line break.
    while (true) {
      if (fieldCount == fieldCapacity) return;
      let fieldFlags: u32 = 0;
      if (at < end && load<u8>(at) == QUOTE) {
        fieldFlags = FIELD_QUOTED;
        at += 1;
        while (true) {
          at = nextQuote(at, end);
          if (at >= end) {
            if (!isFinal) return;
            at = end;
            recordFlags |= RECORD_UNCLOSED;
            break;
          }
          at += 1;
          if (at == end && !isFinal) return;
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
          if (!isFinal) return;
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
          if (at + 1 == end && !isFinal) return;
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
      if (fieldFlags & FIELD_QUOTED && fieldEnd != contentEnd) recordFlags |= RECORD_BROKEN_QUOTE;
      store<u32>(fieldsOut + (<usize>fieldCount << 2), (<u32>(fieldEnd - text)) | fieldFlags);
      fieldCount += 1;
      if (at >= end) break; // end of file without a line break
      if (breakLength != 0) {
        at += breakLength;
        break;
      }
      at += 1; // the comma
    }
    store<u32>(recordsOut + (<usize>recordCount << 3), fieldCount);
    store<u32>(recordsOut + (<usize>recordCount << 3), (<u32>(at - text)) | recordFlags, 4);
    recordCount += 1;
    consumed = <u32>(at - text);
    records = recordCount;
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
