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
 * One bit for each of 16 bytes that may not be copied as it is: controls and, beyond ASCII, the first bytes of the
 * blocks that hold other characters which act on a terminal: C1 controls (0xC2), U+061C (0xD8), and U+2000 to U+2FFF
 * with its bidirectional marks and separators (0xE2).
 */
@inline
function notPlain(block: v128): i32 {
  const bad = v128.or(i8x16.lt_u(block, i8x16.splat(0x20)), i8x16.eq(block, i8x16.splat(0x7f)));
  if (!isUtf8) return i8x16.bitmask(v128.or(bad, block));
  const leads = v128.or(
    v128.or(i8x16.eq(block, i8x16.splat(<i8>0xc2)), i8x16.eq(block, i8x16.splat(<i8>0xd8))),
    i8x16.eq(block, i8x16.splat(<i8>0xe2)),
  );
  return i8x16.bitmask(v128.or(bad, leads));
}

function writePlain(field: u32): bool {
  const entry = startAndFlags(field);
  if ((entry & FIELD_ESCAPED) != 0) return false;
  const start = text + (entry & OFFSET_MASK);
  const length = <u32>(valueEnd(field) - start);
  for (let at: u32 = 0; at < length; at += 16) {
    const block = v128.load(start + at);
    let wrong = notPlain(block);
    if (length - at < 16) wrong &= (1 << (length - at)) - 1;
    if (wrong != 0) return false;
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
    if ((notPlain(block) & valid) != 0) return false;
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
    let wrong = notPlain(block);
    let doubled = hasDoubledQuotes ? i8x16.bitmask(i8x16.eq(block, quotes)) : 0;
    if (left < 16) {
      const valid = (1 << left) - 1;
      wrong &= valid;
      doubled &= valid;
    }
    if (wrong != 0) return false;
    v128.store(out, block);
    if (doubled != 0) {
      const kept = ctz(doubled) + 1;
      out += kept;
      at += kept + 1;
    } else {
      const kept = left < 16 ? left : 16;
      out += kept;
      at += kept;
    }
  }
  return true;
}
