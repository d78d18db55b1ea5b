import fc from "fast-check";

const two = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((number) => String(number).padStart(2, "0"));

const year = fc
  .oneof(fc.integer({ min: 1, max: 9999 }), fc.constantFrom(1, 4, 100, 400, 1900, 1970, 2000, 2024, 2025, 2100, 9999))
  .map((number) => String(number).padStart(4, "0"));

/**
 * Texts in the grammar of timestamps, some of them with a date that does not exist; a whole number of seconds, or a
 * fraction of any length; no offset, `Z` or one in hours and minutes.
 */
export const timestampText = fc
  .tuple(
    fc.tuple(year, two(1, 12), two(1, 31)).map((parts) => parts.join("-")),
    fc.constantFrom("T", " "),
    fc.tuple(two(0, 23), two(0, 59), two(0, 59)).map((parts) => parts.join(":")),
    fc.oneof(
      fc.constant(""),
      fc
        .string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: 1, maxLength: 12 })
        .map((digits) => `.${digits}`),
    ),
    fc.oneof(
      fc.constantFrom("", "Z"),
      fc
        .tuple(fc.constantFrom("+", "-"), two(0, 23), two(0, 59))
        .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
    ),
  )
  .map((parts) => parts.join(""));
