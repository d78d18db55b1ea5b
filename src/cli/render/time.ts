import { tzOffset } from "@date-fns/tz/tzOffset";
import { MICROSECONDS_PER_SECOND, type Instant } from "../../session/timestamp.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const YEAR = 365 * DAY;

/** Below this many seconds, clocks being what they are, both past and future are now. */
const JUST_NOW = 5;

const DURATION_UNITS = [
  [DAY, "d"],
  [HOUR, "h"],
  [MINUTE, "m"],
  [1, "s"],
] as const;

/**
 * How long ago in one unit, rounded down: `just now`, `42s ago`, `5m ago`, `3h ago`, `13d ago`, `5w ago`, `2y ago`;
 * for the future `in 3m`. Days go on to two weeks, weeks to a year.
 */
export function relativeTime(instant: Instant, now: Instant): string {
  const seconds = Math.abs(now - instant) / MICROSECONDS_PER_SECOND;
  if (seconds < JUST_NOW) return "just now";
  const distance = inOneUnit(seconds);
  return instant < now ? `${distance} ago` : `in ${distance}`;
}

/**
 * Date and time of day in a zone, to the second: `2025-09-30 10:30:00 UTC`, elsewhere with the offset that holds then,
 * which unlike an abbreviation means one thing only: `2025-09-30 12:30:00 +02:00`.
 *
 * @param timeZone a name that passes `isTimeZone`
 */
export function absoluteTime(instant: Instant, timeZone: string): string {
  const milliseconds = Math.floor(instant / MICROSECONDS_PER_SECOND) * 1000;
  if (/^(?:etc\/)?utc$/i.test(timeZone)) return `${dateAndTime(milliseconds)} UTC`;
  // Offsets of before about 1900 have seconds. Rounded in both places, time and offset still name the same instant.
  const offsetMinutes = Math.round(tzOffset(timeZone, new Date(milliseconds)));
  const sign = offsetMinutes < 0 ? "-" : "+";
  const hours = String(Math.floor(Math.abs(offsetMinutes) / 60)).padStart(2, "0");
  const minutes = String(Math.abs(offsetMinutes) % 60).padStart(2, "0");
  return `${dateAndTime(milliseconds + offsetMinutes * MINUTE * 1000)} ${sign}${hours}:${minutes}`;
}

/** A length of time in its two largest neighbouring units, rounded down: `42s`, `1h 5m`, `3d 4h`, `-2m 30s`. */
export function humanDuration(seconds: number): string {
  let rest = Math.floor(Math.abs(seconds));
  const parts: string[] = [];
  for (const [size, unit] of DURATION_UNITS) {
    const amount = Math.floor(rest / size);
    rest %= size;
    if (parts.length === 1) {
      if (amount > 0) parts.push(`${amount}${unit}`);
      break;
    }
    if (amount > 0) parts.push(`${amount}${unit}`);
  }
  if (parts.length === 0) return "0s";
  return (seconds < 0 ? "-" : "") + parts.join(" ");
}

/** Whether the name is one of a time zone that this Node knows (IANA, in any case): `Europe/Berlin`, `UTC`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

function inOneUnit(seconds: number): string {
  if (seconds < MINUTE) return `${Math.floor(seconds)}s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)}m`;
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)}h`;
  if (seconds < 2 * WEEK) return `${Math.floor(seconds / DAY)}d`;
  if (seconds < YEAR) return `${Math.floor(seconds / WEEK)}w`;
  return `${Math.floor(seconds / YEAR)}y`;
}

function dateAndTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace("T", " ").replace(".000Z", "");
}
