/**
 * Text from the file is hostile: whatever acts on a terminal, hides, or reorders what stands around it is written as an
 * escape (`\x1b`, `\n`, `\u202e`, `\u{e0041}`). Backslashes that stand in the text are not doubled: the result is for
 * reading, not for parsing back.
 */

const PLAIN = /^[ -~]*$/;

/** Marks that one base character keeps; what follows in the same run is a flood. Tibetan and Hebrew stay below it. */
const MARKS_KEPT = 4;

/** Joined emoji after the first one that are left alone: the largest emoji of Unicode (families, kisses) have four. */
const JOINS_KEPT = 3;

/** The scripts whose spelling needs the joiners. Between Latin letters they only hide. */
const JOINING_LETTER = `[${[
  "Arabic",
  "Syriac",
  "Devanagari",
  "Bengali",
  "Gurmukhi",
  "Gujarati",
  "Oriya",
  "Tamil",
  "Telugu",
  "Kannada",
  "Malayalam",
  "Sinhala",
  "Khmer",
]
  .map((script) => `\\p{Script=${script}}`)
  .join("")}]`;

const EMOJI = "\\p{Extended_Pictographic}";
const EMOJI_TAIL = "[\\u{fe0f}\\p{Emoji_Modifier}]?";

const IN_PLACE = [
  `(?<=${EMOJI}${EMOJI_TAIL})(?<!(?:\\u200d${EMOJI}${EMOJI_TAIL}){${JOINS_KEPT}})\\u200d(?=${EMOJI})`,
  `(?<=${EMOJI})[\\ufe0e\\ufe0f]`,
  `(?<=[0-9#*])\\ufe0f(?=\\u20e3)`,
  `(?<=${JOINING_LETTER})[\\u200c\\u200d](?=${JOINING_LETTER})`,
].join("|");

const INVISIBLE = "[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}\\p{Default_Ignorable_Code_Point}\\p{Noncharacter_Code_Point}]";

const BIDI = "\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069";

// Character classes of Unicode take milliseconds to compile, so the expressions are made when one is first needed.
let madeVisible: RegExp | undefined;
let control: RegExp | undefined;

function madeVisibleExpression(): RegExp {
  madeVisible ??= new RegExp(
    [
      `(?!${IN_PLACE})${INVISIBLE}`,
      `(?<=\\p{M}{${MARKS_KEPT}})\\p{M}`,
      // A mark that begins the text would sit on whatever is printed before it.
      `(?<=^\\p{M}{0,${MARKS_KEPT}})\\p{M}`,
    ].join("|"),
    "gu",
  );
  return madeVisible;
}

function controlExpression(): RegExp {
  control ??= new RegExp(`[\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}${BIDI}]`, "gu");
  return control;
}

/**
 * The text as a person may safely see it, in one line. Escaped are controls (C0, DEL, C1, and with them every ANSI
 * escape), bidirectional marks, line and paragraph separators, invisible format characters, tags, lone surrogates,
 * U+FEFF, noncharacters, marks that have no base, and those beyond the fourth on one base. Joiners and variation
 * selectors stay inside emoji, joiners also between letters of scripts that are spelled with them.
 */
export function visibleText(text: string): string {
  return PLAIN.test(text) ? text : text.replace(madeVisibleExpression(), escapeCharacter);
}

/**
 * The text with only those characters escaped that could break a line, drive a terminal or reorder what stands around
 * them: controls, line and paragraph separators, bidirectional marks, lone surrogates. For output that programs read
 * too: all else, zero-width characters included, is passed on as it stands.
 */
export function escapeControls(text: string): string {
  return PLAIN.test(text) ? text : text.replace(controlExpression(), escapeCharacter);
}

/**
 * The same for JSON text, which stays valid and keeps its value: raw tabs and line breaks can stand only between tokens
 * and become one space, the other characters only in strings, where JSON's own `\uXXXX` means the same.
 */
export function escapeJsonControls(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(/[\t\n\r][\t\n\r ]*/g, " ").replace(controlExpression(), escapeForJson);
}

/** The same for JSON text that is laid out over lines by ourselves: its line breaks stay. */
export function escapeControlsInJson(json: string): string {
  return json.split("\n").map(escapeJsonControls).join("\n");
}

function escapeCharacter(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === "\r") return "\\r";
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** Every character of the control expression is one UTF-16 unit. */
function escapeForJson(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
