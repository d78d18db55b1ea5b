// JSON (RFC 8259), checked without making anything of it.
import { COMMA, CR, LF, QUOTE } from "./layout";
import { findStringEnds, startStrings } from "./json-strings";

// What `checkJson` found.
export const JSON_INVALID: u32 = 0;
export const JSON_OBJECT: u32 = 1;
export const JSON_OTHER: u32 = 2;
/** An object that holds NaN, Infinity or -Infinity, which Python writes and reads and which are not JSON. */
export const JSON_PYTHON_OBJECT: u32 = 3;

const MAX_DEPTH: u32 = 1000;
const SPACE: u8 = 0x20;
const OPEN_BRACE: u8 = 0x7b;
const CLOSE_BRACE: u8 = 0x7d;
const OPEN_BRACKET: u8 = 0x5b;
const COLON: u8 = 0x3a;
// Four bytes, the first one lowest.
const COMMA_SPACE_QUOTES: u32 = 0x2222202c;
const COLON_SPACE_QUOTES: u32 = 0x2222203a;
export const MINUS: u8 = 0x2d;

function skipSpaces(at: usize, end: usize): usize {
  while (at < end) {
    const byte = load<u8>(at);
    if (byte != SPACE && byte != LF && byte != CR && byte != 0x09) break;
    at += 1;
  }
  return at;
}

/** The first byte in [at, end) that is no white space; else `end`, or more where `at` is more. */
@inline
function skipSpace(at: usize, end: usize): usize {
  return load<u8>(at) > SPACE ? at : skipSpaces(at, end);
}

/** The same behind a comma or a colon, where most writers put one space. */
@inline
function skipUsualSpace(at: usize, end: usize): usize {
  at += load<u8>(at) == SPACE ? 1 : 0;
  return skipSpace(at, end);
}

@inline
export function isDigitAt(at: usize, end: usize): bool {
  if (at >= end) return false;
  const byte = load<u8>(at);
  return byte >= 0x30 && byte <= 0x39;
}

/** One past the digits at `at`, at most `end`. Looks at eight bytes at once. */
@inline
function skipDigits(at: usize, end: usize): usize {
  let count: u64 = 8;
  while (count == 8 && at < end) {
    const values = load<u64>(at) ^ 0x3030303030303030;
    // The lowest bit is right; bits above it may be not, because sums run over into the next byte.
    const others = ((values + 0x7676767676767676) | values) & 0x8080808080808080;
    count = ctz(others) >> 3;
    at += <usize>count;
  }
  return at < end ? at : end;
}

/** One past the number at `at`, or 0. */
function skipNumber(at: usize, end: usize): usize {
  if (load<u8>(at) == MINUS) at += 1;
  const whole = at;
  at = skipDigits(at, end);
  if (at == whole || (at > whole + 1 && load<u8>(whole) == 0x30)) return 0;
  if (at < end && load<u8>(at) == 0x2e) {
    const fraction = at + 1;
    at = skipDigits(fraction, end);
    if (at == fraction) return 0;
  }
  if (at < end && (load<u8>(at) | 0x20) == 0x65) {
    at += 1;
    if (at < end && (load<u8>(at) == 0x2b || load<u8>(at) == MINUS)) at += 1;
    const exponent = at;
    at = skipDigits(exponent, end);
    if (at == exponent) return 0;
  }
  return at;
}

@inline
function startsWith4(at: usize, end: usize, word: u32): bool {
  return at + 4 <= end && load<u32>(at) == word;
}

let sawPythonNumber: bool = false;

/** One past the word or number at `at`, or 0; sets `sawPythonNumber`. */
@inline
function skipScalar(at: usize, end: usize): usize {
  const word = load<u32>(at);
  // true, null, false: without a branch between them, because which one it is cannot be foreseen.
  const isFalse = <usize>(word == 0x736c6166) & <usize>(load<u8>(at, 4) == 0x65);
  if ((<usize>(word == 0x65757274) | <usize>(word == 0x6c6c756e) | isFalse) != 0) {
    at += 4 + isFalse;
    return at <= end ? at : 0;
  }
  const number = skipNumber(at, end);
  return number != 0 ? number : skipPythonNumber(at, end);
}

function skipPythonNumber(at: usize, end: usize): usize {
  if (load<u8>(at) == 0x4e && at + 3 <= end && load<u16>(at, 1) == 0x4e61) {
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
 * a quoted CSV field, else 1. `scratch` is room for what closes the open containers, 1,024 bytes, and behind it for the
 * ends of strings that are found.
 *
 * Nothing walks through a string: `findStringEnds` has found where it ends, and checked what is in it.
 */
export function checkJson(at: usize, end: usize, quoteLength: usize, scratch: usize): u32 {
  at = skipSpaces(at, end);
  if (at >= end) return JSON_INVALID;
  const isObject = load<u8>(at) == OPEN_BRACE;
  const ends = scratch + 1024;
  startStrings(at, end, quoteLength == 2);
  // Where the strings end that were found and not yet passed: [next, last).
  let next = ends;
  let last = ends;
  let depth: u32 = 0;
  // What closes the innermost open container.
  let closer: u8 = 0;
  sawPythonNumber = false;
  while (true) {
    // A value starts at `at`.
    if (at >= end) return JSON_INVALID;
    const byte = load<u8>(at);
    let opened = false;
    if (byte == QUOTE) {
      if (next == last) {
        last = findStringEnds(ends);
        if (last == ends) return JSON_INVALID;
        next = ends;
      }
      at = <usize>load<u32>(next) + quoteLength;
      next += 4;
    } else if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
      if (depth == MAX_DEPTH) return JSON_INVALID;
      store<u8>(scratch + depth, closer);
      depth += 1;
      closer = byte + 2;
      at = skipSpace(at + 1, end);
      if (at >= end) return JSON_INVALID;
      opened = load<u8>(at) != closer;
    } else {
      at = skipScalar(at, end);
      if (at == 0) return JSON_INVALID;
    }
    let hasKey = false;
    if (!opened && closer == CLOSE_BRACE) {
      // Mostly a string follows a string, as Python writes them. No quote behind the end has an entry in the list.
      while (!hasKey && load<u32>(at) == COMMA_SPACE_QUOTES && last - next >= 8) {
        at = <usize>load<u32>(next) + quoteLength;
        hasKey = load<u32>(at) != COLON_SPACE_QUOTES;
        if (!hasKey) at = <usize>load<u32>(next, 4) + quoteLength;
        next += hasKey ? 4 : 8;
      }
    }
    if (!opened && !hasKey) {
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
        if (closing == COMMA) {
          at = skipUsualSpace(at + 1, end);
          break;
        }
        if (closing != closer) return JSON_INVALID;
        depth -= 1;
        closer = load<u8>(scratch + depth);
        at += 1;
      }
    }
    if (closer == CLOSE_BRACE) {
      // A key and its colon come before the next value.
      if (!hasKey) {
        if (at >= end || load<u8>(at) != QUOTE) return JSON_INVALID;
        if (next == last) {
          last = findStringEnds(ends);
          if (last == ends) return JSON_INVALID;
          next = ends;
        }
        at = <usize>load<u32>(next) + quoteLength;
        next += 4;
      }
      at = skipSpace(at, end);
      if (at >= end || load<u8>(at) != COLON) return JSON_INVALID;
      at = skipUsualSpace(at + 1, end);
    }
  }
}
