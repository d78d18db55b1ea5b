// Timestamps, a column of a batch at once.
import { fieldsEnd, OFFSET_MASK, startAndFlags, text, valueEnd } from "./layout";
import { isDigitAt, MINUS } from "./json";

@inline
function twoDigits(at: usize): i32 {
  const tens = <i32>load<u8>(at) - 0x30;
  const ones = <i32>load<u8>(at, 1) - 0x30;
  return <u32>tens <= 9 && <u32>ones <= 9 ? tens * 10 + ones : -1;
}

function daysInMonth(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar, whose years are taken to begin in March; from year 1 on. */
@inline
function daysFromEpoch(year: u32, month: u32, day: u32): i32 {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const shiftedMonth = month <= 2 ? month + 9 : month - 3;
  const leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400;
  return <i32>(shiftedYear * 365 + leapDays + (153 * shiftedMonth + 2) / 5 + day) - 719469;
}

/** Six digits at `at` as a number, or -1. Reads two bytes before them. */
@inline
function sixDigits(at: usize): i32 {
  let digits = (load<u64>(at - 2) & ~0xffff) | 0x3030;
  if ((((digits & 0xf0f0f0f0f0f0f0f0) ^ 0x3030303030303030) | ((digits + 0x0606060606060606) & 0x4040404040404040)) != 0) return -1;
  digits = ((digits & 0x0f0f0f0f0f0f0f0f) * 2561) >> 8;
  digits = ((digits & 0x00ff00ff00ff00ff) * 6553601) >> 16;
  return <i32>(((digits & 0x0000ffff0000ffff) * 42949672960001) >> 32);
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
  const front = v128.load(at);
  const back = v128.load(at, 3);
  const dashes = i8x16(0, 0, 0, 0, 0x2d, 0, 0, 0x2d, 0, 0, 0, 0, 0, 0x3a, 0, 0);
  const separator = load<u8>(at, 10);
  if (
    (i8x16.bitmask(i8x16.eq(front, dashes)) & 0x2090) != 0x2090 || load<u8>(at, 16) != 0x3a ||
    (separator != 0x54 && separator != 0x20)
  ) return NaN;
  // Century, year, month, day, hour, minute, second; and the century again.
  const digits = i8x16.sub(
    i8x16.shuffle(front, back, 0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 30, 31, 0, 1), i8x16.splat(0x30),
  );
  const pairs = i16x8.add(
    i16x8.mul(v128.and(digits, i16x8.splat(0xff)), i16x8.splat(10)), i16x8.shr_u(digits, 8),
  );
  const areDigits = i8x16.le_u(digits, i8x16.splat(9));
  const areInRange = i16x8.le_u(
    i16x8.sub(pairs, i16x8(0, 0, 1, 1, 0, 0, 0, 0)), i16x8(99, 99, 11, 30, 23, 59, 59, 99),
  );
  if (!i8x16.all_true(v128.and(areDigits, areInRange))) return NaN;
  const sums = i32x4.dot_i16x8_s(pairs, i16x8(100, 1, 32, 1, 60, 1, 1, 0));
  const year = <u32>i32x4.extract_lane(sums, 0);
  const monthAndDay = <u32>i32x4.extract_lane(sums, 1);
  const month = monthAndDay >> 5;
  const day = monthAndDay & 31;
  if (year == 0 || (day > 28 && day > daysInMonth(year, month))) return NaN;

  at += 19;
  let microseconds = 0;
  if (at < end && load<u8>(at) == 0x2e) {
    at += 1;
    microseconds = at + 6 <= end ? sixDigits(at) : -1;
    if (microseconds >= 0) {
      at += 6;
      while (isDigitAt(at, end)) at += 1;
    } else {
      if (!isDigitAt(at, end)) return NaN;
      microseconds = 0;
      let scale = 100000;
      while (isDigitAt(at, end)) {
        microseconds += (<i32>load<u8>(at) - 0x30) * scale;
        scale /= 10;
        at += 1;
      }
    }
  }
  const minutes = <i64>daysFromEpoch(year, month, day) * 1440 + i32x4.extract_lane(sums, 2);
  let seconds = minutes * 60 + i32x4.extract_lane(sums, 3);
  if (at == end) {
    isNaive = true;
  } else if (load<u8>(at) != 0x5a) {
    const sign = load<u8>(at);
    if ((sign != 0x2b && sign != MINUS) || end - at != 6 || load<u8>(at, 3) != 0x3a) return NaN;
    const offsetHours = twoDigits(at + 1);
    const offsetMinutes = twoDigits(at + 4);
    if (<u32>offsetHours > 23 || <u32>offsetMinutes > 59) return NaN;
    seconds -= (offsetHours * 60 + offsetMinutes) * (sign == MINUS ? -60 : 60);
  } else if (at + 1 != end) {
    return NaN;
  }
  return <f64>(seconds * 1000000 + microseconds);
}

/**
 * Parses one column of every record of the last `scan`: timestamps as f64 to `out`, NaN where a record has no such
 * column or no such text in it. Where it names no offset, `naiveOut` gets a 1, else a 0, one byte a record.
 */
export function parseTimestamps(recordCount: u32, column: u32, out: usize, naiveOut: usize): void {
  let first: u32 = 0;
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const next = fieldsEnd(record);
    let instant: f64 = NaN;
    isNaive = false;
    if (column < next - first) {
      const field = first + column;
      instant = parseTimestamp(text + (startAndFlags(field) & OFFSET_MASK), valueEnd(field));
    }
    store<f64>(out + (<usize>record << 3), instant);
    store<u8>(naiveOut + record, isNaive ? 1 : 0);
    first = next;
  }
}
