import { InvalidArgumentError } from "commander";
import { MICROSECONDS_PER_SECOND, parseTimestamp, type Instant } from "../../session/timestamp.js";
import { secondsOf } from "./duration.js";

/** A time as it was typed, before "now" is known: another option may set the clock. */
export type TimeInput =
  | { readonly type: "instant"; readonly instant: Instant }
  | { readonly type: "ago"; readonly seconds: number }
  /** Midnight UTC, this many days before today. */
  | { readonly type: "day"; readonly daysAgo: number };

const DAY = 86_400 * MICROSECONDS_PER_SECOND;
const DAYS: Readonly<Record<string, number>> = { today: 0, yesterday: 1 };

/** RFC 3339, a date, `now`, `today`, `yesterday`, `2h ago` or just `7d`; without an offset it is UTC. Undefined: none of these. */
export function timeInputOf(text: string): TimeInput | undefined {
  const daysAgo = Object.hasOwn(DAYS, text) ? DAYS[text] : undefined;
  if (daysAgo !== undefined) return { type: "day", daysAgo };
  if (text === "now") return { type: "ago", seconds: 0 };
  const seconds = secondsOf(
    text
      .replaceAll(/(?<=\d)\s*(?:(s)ec(?:ond)?s?|(m)in(?:ute)?s?|(h)ours?|(d)ays?|(w)eeks?)\b/g, "$1$2$3$4$5")
      .replace(/\s*ago$/, "")
      .replaceAll(/(?<=\d)\s+(?=[smhdw])|(?<=[smhdw])\s+(?=\d)/g, ""),
  );
  if (seconds !== undefined) return { type: "ago", seconds };
  const complete = /^\d{4}-\d\d-\d\d$/.test(text)
    ? `${text}T00:00:00`
    : text.replace(/^(\d{4}-\d\d-\d\d[T ]\d\d:\d\d)(?=$|Z|[+-]\d\d:\d\d$)/, "$1:00");
  const instant = parseTimestamp(complete);
  return Number.isNaN(instant) ? undefined : { type: "instant", instant };
}

/** For commander: a time. */
export function parseTime(text: string): TimeInput {
  const input = timeInputOf(text);
  if (input !== undefined) return input;
  throw new InvalidArgumentError(
    `"${text}" is no time. Write for example 2025-09-30, 2025-09-30T10:30:00Z, yesterday, "2h ago" or 7d.`,
  );
}

export function resolveTime(input: TimeInput, now: Instant): Instant {
  switch (input.type) {
    case "instant":
      return input.instant;
    case "ago":
      return now - Math.round(input.seconds * MICROSECONDS_PER_SECOND);
    case "day":
      return (Math.floor(now / DAY) - input.daysAgo) * DAY;
  }
}
