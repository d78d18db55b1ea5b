import { milliseconds } from "date-fns/milliseconds";
import { InvalidArgumentError } from "commander";

const UNITS = { s: "seconds", m: "minutes", h: "hours", d: "days", w: "weeks" } as const;
const PART = /(\d+(?:\.\d+)?)([smhdw])/gy;

/** A length of time such as `90s`, `15m`, `2h`, `7d`, `4w` or `1h30m`, in seconds, or undefined. */
export function secondsOf(text: string): number | undefined {
  const duration: Partial<Record<(typeof UNITS)[keyof typeof UNITS], number>> = {};
  let at = 0;
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const unit = UNITS[part[2] as keyof typeof UNITS];
    if (duration[unit] !== undefined) return undefined;
    duration[unit] = Number(part[1]);
    at = PART.lastIndex;
  }
  if (at === 0 || at !== text.length) return undefined;
  const seconds = milliseconds(duration) / 1000;
  return seconds <= LONGEST_SECONDS ? seconds : undefined;
}

/** Ten thousand years: longer than any timestamp of the file reaches. */
const LONGEST_SECONDS = 10_000 * 365.25 * 86_400;

/** For commander: a length of time in seconds. */
export function parseDuration(text: string): number {
  const seconds = secondsOf(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError(`"${text}" is no duration. Write for example 90s, 15m, 2h, 7d or 4w.`);
}

/** For commander: a length of time in seconds that is more than nothing. */
export function parsePositiveDuration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError(`"${text}" is no time at all. Write for example 90s, 15m, 2h, 7d or 4w.`);
}
