import { isUuid } from "./uuid.js";

/** What an id, a user or a platform may be as a regular expression: no control characters, no half of a character, not empty. */
export const ID_PATTERN = "^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff\\u2028\\u2029]+$";

/** What it must be, as people read it. */
export const ID_PATTERN_TEXT = "must be text without control characters, line breaks and halves of characters";

/** White space or a byte order mark around a value is damage to `sessions validate`, and its repair would make it another one. */
export function isPadded(text: string): boolean {
  return text.trim() !== text;
}

/** What stands in the file and is read as an id, but was never one: 1.23457E+15, what a spreadsheet makes of a long number. */
export function isRoundedNumber(text: string): boolean {
  return /^\d(?:[.,]\d+)?[eE]\+\d{1,3}$/.test(text);
}

/** In bytes of UTF-8. */
const LONGEST_ID = 1024;
/** A JSON object or a time, with a quote before it or without. */
const OF_OTHER_COLUMN = /^\s*["']?(?:\{|\d{4}-\d\d-\d\d[T ]\d\d:\d\d)/;

/**
 * What no id looks like shows `sessions validate` that fields are out of place.
 * @param text bytes of UTF-8 as Latin-1
 */
export function isIdLike(text: string): boolean {
  if (text.length > LONGEST_ID || (text.includes("\n") && /\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(text))) return false;
  return !OF_OTHER_COLUMN.test(text);
}

const ID = new RegExp(ID_PATTERN, "u");
const CURLY_EDGE = /^[\u2018-\u201f]|[\u2018-\u201f]$/;

/** Marks that `sessions validate` takes for none of the id: its repair would make another one of it. */
function hasQuotes(text: string): boolean {
  return CURLY_EDGE.test(text) || (text.includes('"') && isUuid(text.replaceAll(/["\s]/g, "")));
}

/** Why a text cannot be an id, a user or a platform in the file, after its name in a sentence; undefined where it can. */
export function idFault(value: unknown): string | undefined {
  if (typeof value !== "string") return `is no text but ${value === null ? "null" : `of the type ${typeof value}`}`;
  if (value === "") return "is empty";
  if (!ID.test(value)) return ID_PATTERN_TEXT;
  if (isPadded(value)) return "begins or ends with white space or a byte order mark";
  if (isRoundedNumber(value)) return "looks like a number that a spreadsheet has rounded";
  if (Buffer.byteLength(value) > LONGEST_ID) return `is longer than ${LONGEST_ID} bytes`;
  if (OF_OTHER_COLUMN.test(value)) return "begins like a JSON object or a time, which no id does";
  if (hasQuotes(value)) return "has quotes around it";
  return undefined;
}
