import { Kernel } from "../kernel/kernel.js";

/**
 * A point in time: microseconds since 1970-01-01T00:00:00Z. Exact for the years 1685 to 2255 (2^53); outside them, up to
 * the years 0001 and 9999 that the file can hold, within 32 microseconds.
 */
export type Instant = number;

export const MICROSECONDS_PER_SECOND = 1_000_000;
/** What an offset-less timestamp means: seconds to subtract from it to get UTC. `undefined` means UTC. */
export type NaiveOffset = ((localSeconds: number) => number) | undefined;

const SECONDS_PER_DAY = 86_400;
const DATES_KEPT = 4096;

/** Dates by their day since 1970: a file has few different ones, and making one is what formatting costs most. */
const dates = new Map<number, string>();

function dateOf(day: number): string {
  let date = dates.get(day);
  if (date === undefined) {
    if (dates.size === DATES_KEPT) dates.clear();
    // Years beyond 9999, which only an offset can lead to, have a longer form.
    date = new Date(day * SECONDS_PER_DAY * 1000).toISOString().slice(0, -"T00:00:00.000Z".length);
    dates.set(day, date);
  }
  return date;
}

function pad(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}

let kernel: Kernel | undefined;
const LONGEST_TEXT = 256;

/** The instant of a text that the file may hold, see `Kernel.parseTimestamp`; NaN for any other, and for more than 64 characters. Without an offset it is UTC. */
export function parseTimestamp(text: string): Instant {
  if (text.length > LONGEST_TEXT / 4) return NaN;
  kernel ??= new Kernel(LONGEST_TEXT);
  return kernel.parseTimestamp(kernel.text.write(text)).instant;
}

/**
 * The instant as Python's `datetime.utcnow().isoformat()` writes it: UTC without an offset, six digits of microseconds,
 * and no fraction at all when they are zero.
 */
export function formatTimestamp(instant: Instant): string {
  const seconds = Math.floor(instant / MICROSECONDS_PER_SECOND);
  const microseconds = instant - seconds * MICROSECONDS_PER_SECOND;
  const day = Math.floor(seconds / SECONDS_PER_DAY);
  const second = seconds - day * SECONDS_PER_DAY;
  const minute = Math.floor(second / 60);
  const whole = `${dateOf(day)}T${pad(Math.floor(minute / 60))}:${pad(minute % 60)}:${pad(second % 60)}`;
  return microseconds === 0 ? whole : `${whole}.${String(MICROSECONDS_PER_SECOND + microseconds).slice(1)}`;
}

/** The instant in RFC 3339, UTC: `2025-09-30T10:30:00.123456Z`, without a fraction when it is zero. */
export function formatInstant(instant: Instant): string {
  return `${formatTimestamp(instant)}Z`;
}
