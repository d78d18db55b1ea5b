import { readInto, type ByteSource } from "./byte-source.js";
import { formatTimestamp, parseTimestamp, type Instant } from "../session/timestamp.js";

/** Which of two numbers in `03/04/2025` is the day; undefined where the file does not tell. */
export type DateOrder = "day first" | "month first" | undefined;

/** A time as it stands in a file, understood. */
export interface TimeReading {
  /** ISO 8601 as the backend writes it; the text itself where it is such already. */
  readonly text: string;
  readonly isForeign: boolean;
  /** Something was lost before: the seconds, or which number is the day. */
  readonly isLossy: boolean;
}

const MICROSECONDS = 1_000_000;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** Times outside the years 2000 to 2100 are taken for none. */
const EARLIEST_SECONDS = 946_684_800;
const LATEST_SECONDS = 4_102_444_800;
/** May 2033. A number from here on may be what is left of a date, `2025378798`. */
const YEAR_LIKE_SECONDS = 2_000_000_000;

/** Of `09:58.31` nobody knows whether it lacks the seconds or the hour. */
const CLOCK = String.raw`(?!\d+:\d+\.|\d+\.\d+:)(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,:](\d{1,9}))?)?`;
/** Hour, minute, second, fraction, AM or PM. */
const TIME_OF_DAY = String.raw`(?:(?:[Tt_ ,]+|:)${CLOCK}\s*([AaPp]\.?[Mm]\.?)?)?`;
/** Offsets that places have. */
const ZONE = String.raw`\s*(?:UTC|GMT)?(Z|z|UTC|GMT|[+-](?:0\d|1[0-4])(?::?(?:00|15|30|45))?)?(?:\s*[[(](?:UTC|GMT|Coordinated Universal Time)[\])])?`;
const DAY_NAME = String.raw`(?:[A-Za-z]{3,9},? +)?`;
const DATE_FORMS: readonly [form: RegExp, parts: "ymd" | "basic" | "numbers" | "dMy" | "Mdy" | "MdTy"][] = [
  [
    new RegExp(String.raw`^(\d{4})(-)(\d{2})\2(\d{2})(?=[Tt_ ,:]+\d{2}[:.]|.*[AaPp]\.?[Mm])${TIME_OF_DAY}${ZONE}$`),
    "ymd",
  ],
  [new RegExp(String.raw`^(\d{4})([/.])(\d{1,2})\2(\d{1,2})${TIME_OF_DAY}${ZONE}$`), "ymd"],
  [new RegExp(String.raw`^(\d{4})(\d{2})(\d{2})T?(\d{2})(\d{2})(\d{2})(?:\.(\d{1,9}))?${ZONE}$`), "basic"],
  [new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${TIME_OF_DAY}${ZONE}$`), "numbers"],
  [new RegExp(String.raw`^${DAY_NAME}(\d{1,2})[-/ ]([A-Za-z]{3,9})\.?[-/, ]+(\d{4})${TIME_OF_DAY}${ZONE}$`), "dMy"],
  [new RegExp(String.raw`^${DAY_NAME}([A-Za-z]{3,9})\.? +(\d{1,2}),? +(\d{4})${TIME_OF_DAY}${ZONE}$`), "Mdy"],
  [new RegExp(String.raw`^${DAY_NAME}([A-Za-z]{3,9}) +(\d{1,2}) +${CLOCK}(?: (?:UTC|GMT))? (\d{4})$`), "MdTy"],
];
const EPOCH = /^(?:\/Date\()?(\d{10})(?:(\d{9})|(\d{6})|(\d{3}))?(?:\.(\d{1,6}))?(?:\)\/)?$/;
const SERIAL = /^(\d{5})[.,](\d{1,12})$/;
const DAYS_FROM_1899_TO_1970 = 25_569;

/** What a text means as a time, undefined where it is none or one that does not exist. */
export function readTime(text: string, order: DateOrder): TimeReading | undefined {
  if (!Number.isNaN(parseTimestamp(text))) return { text, isForeign: false, isLossy: false };
  if (text.length < 8 || text.length > 80) return undefined;
  // A narrow no-break space, and the apostrophe that keeps a spreadsheet from reading a value.
  const plain = text.replaceAll("\u00e2\u0080\u00af", " ").replace(/^'/, "");
  return readNumber(plain) ?? readDate(plain, order);
}

function readNumber(text: string): TimeReading | undefined {
  const epoch = EPOCH.exec(text);
  if (epoch !== null) {
    const [, seconds = "", nanoseconds = "", microseconds = "", milliseconds = "", fraction = ""] = epoch;
    const inside = Number(seconds) >= EARLIEST_SECONDS && Number(seconds) < YEAR_LIKE_SECONDS;
    const digits = `${nanoseconds}${microseconds}${milliseconds}${fraction}`;
    if (!inside) return undefined;
    const isCut = /[1-9]/.test(digits.slice(6));
    return foreign(Number(seconds) * MICROSECONDS + Number(digits.slice(0, 6).padEnd(6, "0")), isCut);
  }
  const serial = SERIAL.exec(text);
  if (serial === null) return undefined;
  const days = Number(`${serial[1]}.${serial[2]}`) - DAYS_FROM_1899_TO_1970;
  const seconds = Math.round(days * 86_400);
  return seconds < EARLIEST_SECONDS || seconds >= LATEST_SECONDS ? undefined : foreign(seconds * MICROSECONDS, true);
}

function foreign(instant: Instant, isLossy: boolean): TimeReading {
  return { text: formatTimestamp(instant), isForeign: true, isLossy };
}

interface DateParts {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  /** Hour, minute, second, fraction, AM or PM, zone. */
  readonly rest: readonly (string | undefined)[];
  readonly isGuess?: boolean;
}

function readDate(text: string, order: DateOrder): TimeReading | undefined {
  const parts = dateParts(text, order);
  if (parts === undefined) return undefined;
  const [hour, minute, second, fraction, half, zone] = parts.rest;
  const hours = hour === undefined ? undefined : hourOfDay(Number(hour), half);
  if (hours === undefined) return undefined;
  const pad = (part: string | number): string => String(part).padStart(2, "0");
  const date = `${parts.year}-${pad(parts.month)}-${pad(parts.day)}`;
  const offset = zone === undefined || /^(?:UTC|GMT|z)$/i.test(zone) ? "Z" : offsetOf(zone);
  const iso = `${date}T${pad(hours)}:${minute ?? ""}:${second ?? "00"}${fraction === undefined ? "" : `.${fraction.slice(0, 6)}`}`;
  const instant = parseTimestamp(`${iso}${offset}`);
  if (Number.isNaN(instant)) return undefined;
  const cutsFraction = /[1-9]/.test(fraction?.slice(6) ?? "");
  return foreign(instant, second === undefined || cutsFraction || parts.isGuess === true);
}

function offsetOf(zone: string): string {
  return zone.length === 3 ? `${zone}:00` : zone.replace(/^(...)(\d\d)$/, "$1:$2");
}

function dateParts(text: string, order: DateOrder): DateParts | undefined {
  for (const [form, kind] of DATE_FORMS) {
    const [, ...parts] = form.exec(text) ?? [];
    if (parts.length === 0) continue;
    const [first = "", second = "", third = "", fourth = ""] = parts;
    switch (kind) {
      case "ymd":
        return { year: first, month: third, day: fourth, rest: parts.slice(4) };
      case "basic":
        return { year: first, month: second, day: third, rest: [...parts.slice(3, 7), undefined, parts[7]] };
      case "numbers":
        return ofNumbers(first, third, fourth, parts.slice(4), order);
      case "dMy":
        return withMonthName(third, second, first, parts.slice(3));
      case "Mdy":
        return withMonthName(third, first, second, parts.slice(3));
      case "MdTy":
        return withMonthName(parts[6], first, second, parts.slice(2, 6));
    }
  }
  return undefined;
}

/** A date of numbers that ends with the year. */
function ofNumbers(
  first: string,
  second: string,
  year: string,
  rest: readonly (string | undefined)[],
  order: DateOrder,
): DateParts {
  const dayFirst = order === "day first" || (order === undefined && Number(first) > 12);
  const isGuess = order === undefined && Number(first) <= 12 && Number(second) <= 12 && first !== second;
  return dayFirst
    ? { year, month: second, day: first, rest, isGuess }
    : { year, month: first, day: second, rest, isGuess };
}

function withMonthName(year = "", name = "", day = "", rest: readonly (string | undefined)[]): DateParts | undefined {
  const month = MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
  return month === 0 ? undefined : { year, month: String(month), day, rest };
}

function hourOfDay(hour: number, half: string | undefined): number | undefined {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return undefined;
  return (hour % 12) + (/^p/i.test(half) ? 12 : 0);
}

const DATE_WITH_YEAR_LAST = /(?:^|[,;\t|])[ ]*["']?(\d{1,2})([-/.])(\d{1,2})\2\d{4}(?=[T ,;\t|"'])/g;
const WINDOW_BYTES = 1024 * 1024;
/** A date on the border of two windows is seen in one of them. */
const OVERLAP_BYTES = 64;

/**
 * Finds out whether days or months come first in the dates of a file that end with the year: numbers above 12 are days.
 * A file that holds both kinds tells nothing.
 */
export function findDateOrder(source: ByteSource): DateOrder {
  let dayFirst = false;
  let monthFirst = false;
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (let at = 0; at < source.byteLength; at += WINDOW_BYTES - OVERLAP_BYTES) {
    const bytes = readInto(source, window, at);
    if (bytes.length === 0) break;
    for (const [, first, , second] of bytes.toString("latin1").matchAll(DATE_WITH_YEAR_LAST)) {
      if (Number(first) > 12) dayFirst = true;
      if (Number(second) > 12) monthFirst = true;
    }
  }
  if (dayFirst === monthFirst) return undefined;
  return dayFirst ? "day first" : "month first";
}
