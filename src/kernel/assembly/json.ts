// JSON (RFC 8259), checked without making anything of it.
import { COMMA, CR, LF, QUOTE } from "./layout";

// What `checkJson` found.
export const JSON_INVALID: u32 = 0;
export const JSON_OBJECT: u32 = 1;
export const JSON_OTHER: u32 = 2;
/** An object that holds NaN, Infinity or -Infinity, which Python writes and reads and which are not JSON. */
export const JSON_PYTHON_OBJECT: u32 = 3;

const MAX_DEPTH: u32 = 1000;
const BACKSLASH: u8 = 0x5c;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;
const OPEN_BRACKET: u8 = 0x5b;
const CLOSE_BRACKET: u8 = 0x5d;
const COLON: u8 = 0x3a;
export const MINUS: u8 = 0x2d;

@inline
function skipSpace(at: usize, end: usize): usize {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != 0x20 && byte != LF && byte != CR && byte != 0x09) break;
    at += 1;
  }
  return at;
}

@inline
export function isDigitAt(at: usize, end: usize): bool {
  if (at >= end) return false;
  const byte = load<u8>(at);
  return byte >= 0x30 && byte <= 0x39;
}

function isHexDigit(byte: u8): bool {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

/** Offset of the next quote, backslash or control character in [at, end), or at least `end`. */
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
          if (!isObject) return sawPythonNumber ? JSON_INVALID : JSON_OTHER;
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
