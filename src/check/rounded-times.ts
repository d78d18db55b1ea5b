/** A time that fills its field, and the digits of its fraction. */
const TIME_FIELD = /(?:^|[,;\t|])\s*"?[^,;\t|"{}]{0,30}:\d\d\.(\d+)(?="?\s*(?:[,;\t|]|$))/g;

/** Where in a field the last part of a rounded time starts. */
export const ROUNDED_TIME = /:\d\d\.\d{3}(?="?\s*(?:[,;\t|]|$))/m;

/**
 * A spreadsheet has rounded times to milliseconds: fractions have three digits in more records than not. Times within JSON
 * stay as they are, and a record that was written since has six digits again.
 *
 * @param texts records
 */
export function hasRoundedTimes(texts: readonly string[]): boolean {
  const fractions = texts
    .map((text) => Array.from(text.matchAll(TIME_FIELD), ([, digits = ""]) => digits))
    .filter((digits) => digits.length > 0);
  const rounded = fractions.filter((digits) => digits.some(({ length }) => length === 3));
  return rounded.length * 2 > fractions.length;
}
