import fc from "fast-check";

/** Pieces that break naive rendering, mixed with plain text. */
const PIECES = [
  "a",
  "session",
  " ",
  "   ",
  "#",
  "|",
  "\\",
  '"',
  ",",
  "\t",
  "\n",
  "\r\n",
  "\0",
  "\x1b[31m",
  "\x1b]8;;http://example.org\x07",
  "\x7f",
  "\x9b2J",
  "\u00ad",
  "\u0301",
  "\u0301".repeat(7),
  "\u061c",
  "\u200b",
  "\u200c",
  "\u200d",
  "\u200e",
  "\u202e",
  "\u2028",
  "\u2069",
  "\ufe0f",
  "\ufeff",
  "\uffff",
  "\ud800",
  "\udc00",
  "\u{e0041}",
  "é",
  "漢字",
  "ﾞ",
  "\u1100",
  "\u1161",
  "\u0d4e",
  "\u0903",
  "क्ष",
  "می‌خواهم",
  "👨‍👩‍👧‍👦",
  "👍🏽",
  "🇩🇪",
  "🇩",
  "1️⃣",
  "…",
];

export const hostileText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 12 }).map((pieces) => pieces.join("")),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
);

/** Code points that no human output may hold. */
export const CONTROL_OR_BIDI =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\u{e0000}-\u{e0fff}]/u;
