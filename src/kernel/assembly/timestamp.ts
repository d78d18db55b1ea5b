// Timestamps, a column of a batch at once.
import { fieldsEnd, fieldsStart, OFFSET_MASK, startAndFlags, text, valueEnd } from "./layout";
import { isDigitAt, MINUS } from "./json";

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
    (separator != 0x54 && separator != 0x20)
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
  if (at < end && load<u8>(at) == 0x2e) {
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
  } else if (load<u8>(at) != 0x5a) {
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
export function parseTimestamps(recordCount: u32, column: u32, out: usize, naiveOut: usize): void {
  for (let record: u32 = 0; record < recordCount; record += 1) {
    const first = fieldsStart(record);
    let instant: f64 = NaN;
    isNaive = false;
    if (column < fieldsEnd(record) - first) {
      const field = first + column;
      instant = parseTimestamp(text + (startAndFlags(field) & OFFSET_MASK), valueEnd(field));
    }
    store<f64>(out + (<usize>record << 3), instant);
    store<u8>(naiveOut + record, isNaive ? 1 : 0);
  }
}
