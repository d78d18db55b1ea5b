import type { FieldValue } from "../session/field-value.js";
import { formatInstant } from "../session/timestamp.js";

/**
 * A time in RFC 3339 UTC; as it stands where it is not known, or lies so far from 1970 that an instant is not exact to the
 * microsecond.
 */
export function timeText({ text, instant }: Extract<FieldValue, { type: "time" }>): string {
  return instant !== undefined && Number.isSafeInteger(instant) ? formatInstant(instant) : text;
}

/**
 * The value as exact text for formats without types: times in RFC 3339 UTC where they are known, else as they stand,
 * durations as plain seconds, JSON as it stands in the file, the empty string for none. Nothing is escaped.
 */
export function valueText(value: FieldValue | undefined): string {
  switch (value?.type) {
    case undefined:
    case "none":
      return "";
    case "text":
    case "json":
      return value.text;
    case "time":
      return timeText(value);
    case "duration":
      return String(value.seconds);
    case "boolean":
      return String(value.value);
  }
}
