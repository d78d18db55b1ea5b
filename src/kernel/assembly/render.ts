// Rows of text made straight from records, for records whose values are plain; all others are left to the caller.
import { FIELD_ESCAPED, FIELD_QUOTED, fieldsStart, OFFSET_MASK, QUOTE, startAndFlags, text, valueEnd } from "./layout";
import { checkJson, JSON_OBJECT, JSON_OTHER } from "./json";

const BACKSLASH: u8 = 0x5c;

// Steps of a row's program, each three u32: the step and two arguments.
/** Text: address, length. */
const LITERAL: u32 = 0;
/** A column's value, plain characters only. */
const PLAIN: u32 = 1;
/** The same with quotes and backslashes escaped, so that it may stand between the quotes of a JSON string. */
const PLAIN_JSON: u32 = 2;
/** A timestamp in our own form, `Z` added: column, slot. */
const TIME: u32 = 3;
/** Valid JSON of plain characters: column, number of the literal that stands for an empty value. */
const JSON: u32 = 4;
/** The state by the first slot of timestamps. */
const STATE: u32 = 5;

/** Bytes that the last `renderRows` has written. */
export let renderedLength: u32 = 0;

let out: usize = 0;

/**
 * Renders the records whose indexes stand at `picks`, from the place `from` on, by the program of `stepCount` steps.
 * Literals that steps name by number stand at `literals`, each as address and length: active, expired, then others.
 * Returns the place of the first record that is not rendered: it is not plain, or there is no room for one more row; `pickCount` when all are.
 */
export function renderRows(
  picks: usize, from: u32, pickCount: u32, steps: usize, stepCount: u32, literals: usize, literalBytes: u32,
  separator: usize, separatorLength: u32, instants: usize, naive: usize, slotRecords: u32, cutoff: f64,
  scratch: usize, output: usize, outputCapacity: u32, recordTable: usize, textIsUtf8: bool,
): u32 {
  out = output;
  isUtf8 = textIsUtf8;
  let place = from;
  while (place < pickCount) {
    const record = load<u32>(picks + (<usize>place << 2));
    const rowStart = out;
    const recordBytes = recordLength(recordTable, record);
    // Each step may write the whole record once, every byte of it escaped.
    const most = <u64>recordBytes * 2 * <u64>stepCount + <u64>literalBytes + 64;
    if (<u64>(out - output) + most > <u64>outputCapacity) break;
    writeBytes(separator, separatorLength);
    let isRendered = true;
    const first = fieldsStart(record);
    for (let step: u32 = 0; step < stepCount && isRendered; step += 1) {
      const at = steps + <usize>step * 12;
      const argument = load<u32>(at, 4);
      switch (load<u32>(at)) {
        case LITERAL: {
          writeBytes(<usize>argument, load<u32>(at, 8));
          break;
        }
        case PLAIN: {
          isRendered = writePlain(first + argument);
          break;
        }
        case PLAIN_JSON: {
          isRendered = writeEscaped(first + argument);
          break;
        }
        case TIME: {
          const slot = load<u32>(at, 8) * slotRecords + record;
          isRendered =
            load<u8>(naive + slot) == 1 && writeTime(first + argument, load<f64>(instants + (<usize>slot << 3)));
          break;
        }
        case JSON: {
          isRendered = writeJson(first + argument, literals + (<usize>load<u32>(at, 8) << 3), scratch);
          break;
        }
        default: {
          const instant = load<f64>(instants + (<usize>record << 3));
          if (instant != instant) isRendered = false;
          else writeLiteral(literals + (instant <= cutoff ? 8 : 0));
        }
      }
    }
    if (!isRendered) {
      out = rowStart;
      break;
    }
    place += 1;
  }
  renderedLength = <u32>(out - output);
  return place;
}

@inline
function recordLength(recordTable: usize, record: u32): u32 {
  const end = load<u32>(recordTable + (<usize>record << 3), 4) & OFFSET_MASK;
  return record == 0 ? end : end - (load<u32>(recordTable + ((<usize>record - 1) << 3), 4) & OFFSET_MASK);
}

/** Copies in steps of 16 bytes; what it writes beyond the length is written over by what comes next. */
@inline
function writeBytes(from: usize, length: u32): void {
  for (let at: u32 = 0; at < length; at += 16) v128.store(out + at, v128.load(from + at));
  out += length;
}

@inline
function writeLiteral(entry: usize): void {
  writeBytes(load<u32>(entry), load<u32>(entry, 4));
}

/** The text is valid UTF-8, so that most of what is beyond ASCII may be copied. */
let isUtf8 = false;

/**
 * One bit for each of the 16 bytes of a block at `at` that may not be copied as it is, of the first `count`: controls and,
 * beyond ASCII, the first bytes of other characters that act on a terminal.
 */
@inline
function notPlain(block: v128, at: usize, count: u32): i32 {
  const suspects = suspectsOf(block) & (count < 16 ? (1 << count) - 1 : 0xffff);
  return suspects == 0 ? 0 : isUtf8 ? withoutHarmless(suspects, at) : suspects;
}

/**
 * One bit for each byte that may have to be escaped: controls and, beyond ASCII, the first bytes of the blocks that hold
 * such characters: C1 controls (0xC2), U+061C (0xD8), and U+2000 to U+2FFF (0xE2).
 */
@inline
function suspectsOf(block: v128): i32 {
  const bad = v128.or(i8x16.lt_u(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x7f)));
  if (!isUtf8) return i8x16.bitmask(v128.or(bad, block));
  const leads = v128.or(
    v128.or(i8x16.eq(block, i8x16.splat(<i8>0xc2)), i8x16.eq(block, i8x16.splat(<i8>0xd8))),
    i8x16.eq(block, i8x16.splat(<i8>0xe2)),
  );
  return i8x16.bitmask(v128.or(bad, leads));
}

/** The suspects among the bytes from `at` on without those that begin another character of their block. */
function withoutHarmless(suspects: i32, at: usize): i32 {
  let harmful = 0;
  for (let left = suspects; left != 0; left &= left - 1) {
    if (isHarmful(at + ctz(left))) harmful |= left & -left;
  }
  return harmful;
}

/** Of UTF-8 text: a control, or a character that parts lines or changes the direction of what stands around it. */
function isHarmful(at: usize): bool {
  const second = load<u8>(at, 1);
  const third = load<u8>(at, 2);
  switch (load<u8>(at)) {
    case 0xc2:
      return second < 0xa0;
    case 0xd8:
      return second == 0x9c;
    case 0xe2:
      // U+200E, U+200F, U+2028 to U+202E; U+2066 to U+2069.
      if (second == 0x80) return third == 0x8e || third == 0x8f || (third >= 0xa8 && third <= 0xae);
      return second == 0x81 && third >= 0xa6 && third <= 0xa9;
    default:
      return true;
  }
}

function writePlain(field: u32): bool {
  const entry = startAndFlags(field);
  if ((entry & FIELD_ESCAPED) != 0) return false;
  const start = text + (entry & OFFSET_MASK);
  const length = <u32>(valueEnd(field) - start);
  for (let at: u32 = 0; at < length; at += 16) {
    const block = v128.load(start + at);
    if (notPlain(block, start + at, length - at) != 0) return false;
    v128.store(out + at, block);
  }
  out += length;
  return true;
}

function writeEscaped(field: u32): bool {
  const entry = startAndFlags(field);
  let at = text + (entry & OFFSET_MASK);
  const end = valueEnd(field);
  // How far a quote of the value goes in the text.
  const quoteBytes: usize = (entry & FIELD_ESCAPED) != 0 ? 2 : 1;
  while (at < end) {
    const block = v128.load(at);
    const left = <u32>(end - at);
    const valid: i32 = left < 16 ? (1 << left) - 1 : 0xffff;
    if (notPlain(block, at, left) != 0) return false;
    const special =
      valid &
      i8x16.bitmask(v128.or(i8x16.eq(block, i8x16.splat(<i8>QUOTE)), i8x16.eq(block, i8x16.splat(<i8>BACKSLASH))));
    v128.store(out, block);
    if (special == 0) {
      const kept = left < 16 ? left : 16;
      out += kept;
      at += kept;
      continue;
    }
    const kept = ctz(special);
    const character = load<u8>(at + kept);
    out += kept;
    at += kept + (character == QUOTE ? quoteBytes : 1);
    store<u8>(out, BACKSLASH);
    store<u8>(out, character, 1);
    out += 2;
  }
  return true;
}

/** `2025-09-30T10:30:00`, or with six digits that are not all zero: the form that we print ourselves. */
function writeTime(field: u32, instant: f64): bool {
  // Also false for NaN. Beyond 2^53 an instant is not exact, and the caller prints the text as it stands.
  if (!(Math.abs(instant) <= 9007199254740991)) return false;
  const start = text + (startAndFlags(field) & OFFSET_MASK);
  const length = <u32>(valueEnd(field) - start);
  if (load<u8>(start, 10) != 0x54) return false;
  if (length != 19 && (length != 26 || load<u8>(start, 19) != 0x2e || isWholeSecond(start + 20))) return false;
  writeBytes(start, length);
  store<u8>(out, 0x5a);
  out += 1;
  return true;
}

function isWholeSecond(at: usize): bool {
  return load<u32>(at) == 0x30303030 && load<u16>(at, 4) == 0x3030;
}

function writeJson(field: u32, emptyLiteral: usize, scratch: usize): bool {
  const entry = startAndFlags(field);
  let at = text + (entry & OFFSET_MASK);
  const end = valueEnd(field);
  if (at == end) {
    writeLiteral(emptyLiteral);
    return true;
  }
  // White space, and the null that some write for nothing, are for the caller.
  const opening = load<u8>(at);
  if (opening != 0x7b && opening != 0x5b) return false;
  const verdict = checkJson(at, end, (entry & FIELD_QUOTED) != 0 ? 2 : 1, scratch);
  if (verdict != JSON_OBJECT && verdict != JSON_OTHER) return false;
  const hasDoubledQuotes = (entry & FIELD_ESCAPED) != 0;
  const quotes = i8x16.splat(<i8>QUOTE);
  while (at < end) {
    const block = v128.load(at);
    const left = <u32>(end - at);
    const count = left < 16 ? left : 16;
    const wrong = notPlain(block, at, left);
    let doubled = hasDoubledQuotes ? i8x16.bitmask(i8x16.eq(block, quotes)) : 0;
    if (left < 16) doubled &= (1 << left) - 1;
    v128.store(out, block);
    // The first byte that is not copied as it is.
    const special = wrong | doubled;
    if (special == 0) {
      out += count;
      at += count;
      continue;
    }
    const kept = ctz(special);
    if (((doubled >> kept) & 1) != 0) {
      out += kept + 1;
      at += kept + 2;
      continue;
    }
    at += kept;
    if (!isLineSpace(load<u8>(at))) return false;
    // Tabs and line breaks stand only between the tokens of valid JSON. With the spaces behind them they become one space.
    store<u8>(out + kept, 0x20);
    out += kept + 1;
    while (at < end && (isLineSpace(load<u8>(at)) || load<u8>(at) == 0x20)) at += 1;
  }
  return true;
}

@inline
function isLineSpace(character: u8): bool {
  return character == 0x09 || character == 0x0a || character == 0x0d;
}
