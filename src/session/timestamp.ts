/**
 * A point in time: microseconds since 1970-01-01T00:00:00Z. Exact for the years 1685 to 2255 (2^53); outside them, up to
 * the years 0001 and 9999 that the file can hold, within 32 microseconds.
 */
export type Instant = number;

export const MICROSECONDS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

const ZERO = 0x30;
const DAYS_IN_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** What an offset-less timestamp means: seconds to subtract from it to get UTC. `undefined` means UTC. */
export type NaiveOffset = ((localSeconds: number) => number) | undefined;

/**
 * Parses the timestamps that the file may hold, straight from bytes: `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, an
 * optional fraction of any length (cut to microseconds, as Python's `datetime.fromisoformat` does), an optional `Z` or
 * `±HH:MM`. Without an offset it is UTC unless `naiveOffset` says otherwise.
 *
 * @param bytes where the text stands
 * @param start its first byte
 * @param end one past its last byte
 * @returns the instant, or NaN where the bytes are no such timestamp or name a date or time that does not exist
 */
export function parseTimestamp(bytes: Uint8Array, start: number, end: number, naiveOffset?: NaiveOffset): Instant {
  if (end - start < 19) return NaN;
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2);
  const month = twoDigits(bytes, start + 5);
  const day = twoDigits(bytes, start + 8);
  const hour = twoDigits(bytes, start + 11);
  const minute = twoDigits(bytes, start + 14);
  const second = twoDigits(bytes, start + 17);
  const separator = bytes[start + 10];
  if (
    bytes[start + 4] !== 0x2d ||
    bytes[start + 7] !== 0x2d ||
    (separator !== 0x54 && separator !== 0x20 && separator !== 0x74) ||
    bytes[start + 13] !== 0x3a ||
    bytes[start + 16] !== 0x3a
  ) {
    return NaN;
  }
  // A digit that is none makes its number NaN, and every comparison with NaN is false.
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month))) return NaN;
  if (!(hour <= 23 && minute <= 59 && second <= 59)) return NaN;

  let at = start + 19;
  let microseconds = 0;
  if (at < end && (bytes[at] === 0x2e || bytes[at] === 0x2c)) {
    at += 1;
    const firstDigit = at;
    let scale = 100_000;
    while (at < end && isDigit(bytes[at])) {
      microseconds += ((bytes[at] ?? 0) - ZERO) * scale;
      scale = scale >= 10 ? scale / 10 : 0;
      at += 1;
    }
    if (at === firstDigit) return NaN;
  }
  const localSeconds = daysFromEpoch(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second;
  if (at === end) {
    const utcSeconds = naiveOffset === undefined ? localSeconds : localSeconds - naiveOffset(localSeconds);
    return utcSeconds * MICROSECONDS_PER_SECOND + microseconds;
  }
  const offsetSeconds = parseOffset(bytes, at, end);
  return (localSeconds - offsetSeconds) * MICROSECONDS_PER_SECOND + microseconds;
}

/** The same for a string; anything beyond ASCII makes it NaN. */
export function parseTimestampText(text: string, naiveOffset?: NaiveOffset): Instant {
  const bytes = Buffer.from(text, "utf8");
  return parseTimestamp(bytes, 0, bytes.length, naiveOffset);
}

/**
 * The instant as Python's `datetime.utcnow().isoformat()` writes it: UTC without an offset, six digits of microseconds,
 * and no fraction at all when they are zero.
 */
export function formatTimestamp(instant: Instant): string {
  const seconds = Math.floor(instant / MICROSECONDS_PER_SECOND);
  const microseconds = instant - seconds * MICROSECONDS_PER_SECOND;
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return microseconds === 0 ? whole : `${whole}.${String(microseconds).padStart(6, "0")}`;
}

/** The instant in RFC 3339, UTC: `2025-09-30T10:30:00.123456Z`, without a fraction when it is zero. */
export function formatInstant(instant: Instant): string {
  return `${formatTimestamp(instant)}Z`;
}

function parseOffset(bytes: Uint8Array, at: number, end: number): number {
  const sign = bytes[at];
  if ((sign === 0x5a || sign === 0x7a) && at + 1 === end) return 0;
  if ((sign !== 0x2b && sign !== 0x2d) || end - at !== 6 || bytes[at + 3] !== 0x3a) return NaN;
  const hours = twoDigits(bytes, at + 1);
  const minutes = twoDigits(bytes, at + 4);
  if (!(hours <= 23 && minutes <= 59)) return NaN;
  return (hours * 60 + minutes) * (sign === 0x2d ? -60 : 60);
}

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at] ?? 0;
  const ones = bytes[at + 1] ?? 0;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + (ones - ZERO) : NaN;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)) return 29;
  return DAYS_IN_MONTH[month - 1] ?? 0;
}

/** Days from 1970-01-01 in the proleptic Gregorian calendar (the era arithmetic of `std::chrono::days_from_civil`). */
function daysFromEpoch(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
