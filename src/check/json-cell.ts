import type { DiagnosticCode } from "./diagnostic.js";
import { readJsonObject, type JsonText } from "./json-text.js";

/** A JSON object read off a row whose quoting cannot be trusted. */
export interface JsonCell {
  /** Offset of one past the cell in the row. */
  readonly end: number;
  /** Strict JSON. */
  readonly json: string;
  readonly codes: readonly DiagnosticCode[];
}

/** A way in which a writer may have escaped the quotes inside of JSON: what stands for which character. */
interface Style {
  readonly code: DiagnosticCode | undefined;
  /** Tried only where the cell starts like this, quotes around it included. */
  readonly starts?: RegExp;
  /** Quotes stand in it as in plain JSON. */
  readonly isUndoubled?: boolean;
  readonly token: RegExp;
  readonly meaning: (token: string) => string;
}

/** A quote that ends the field; JSON has no such character. */
const END = "\u0000";
// “ ” „ ‟ as the bytes of their UTF-8.
const CURLY = "\u00e2\u0080[\u009c\u009d\u009e\u009f]";
const STARTS_CURLY = new RegExp(`^(?:${CURLY})|^\\{\\s*(?:${CURLY})`);

const ENTITY = /&(?:quot|#34|#x22);|&(?:#39|apos|#x27);|&amp;|&lt;|&gt;/g;
const ENTITIES: Readonly<Record<string, string>> = {
  "&#39;": "'",
  "&apos;": "'",
  "&#x27;": "'",
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
};

/** A text with its HTML entities resolved. */
export function withoutEntities(text: string): string {
  return text.replaceAll(ENTITY, (entity) => ENTITIES[entity] ?? '"');
}

const STYLES: readonly Style[] = [
  { code: "stray-quote", starts: /^'\{/, token: /''|'/g, meaning: (token) => (token === "'" ? END : "'") },
  { code: undefined, token: /""|"/g, meaning: (token) => (token === '"' ? END : '"') },
  { code: "undoubled-quotes", isUndoubled: true, token: /(?!)/g, meaning: (token) => token },
  // Every backslash is doubled too; a single one shows that it is not this way.
  {
    code: "backslash-quotes",
    token: /\\\\|\\"|"|\\/g,
    meaning: (token) => (token.length === 1 ? END : token.slice(1)),
  },
  { code: "backslash-quotes", token: /\\"|"/g, meaning: (token) => (token === '"' ? END : '"') },
  { code: "undoubled-quotes", token: /""""|""|"/g, meaning: (token) => (token.length === 4 ? '""' : '"') },
  {
    code: "smart-quotes",
    starts: STARTS_CURLY,
    token: new RegExp(`(?:${CURLY}){2}|${CURLY}`, "g"),
    meaning: (token) => (token.length === 3 ? END : '"'),
  },
  { code: "smart-quotes", starts: /^"*\{|^(?:\u00e2\u0080)/, token: new RegExp(CURLY, "g"), meaning: () => '"' },
  {
    code: "undoubled-quotes",
    starts: /^"*\{\s*&(?:quot|#34|#x22);/,
    token: ENTITY,
    meaning: (token) => ENTITIES[token] ?? '"',
  },
];

const OPENING = new RegExp(`(?:[ \\t\0]|\u00c2\u00a0|\u00e2\u0080\u008b)*("{0,3}|'|(?:${CURLY})?)(?=\\{)`, "y");
const CLOSING = new RegExp(`"{1,3}|'|${CURLY}`, "y");

/**
 * All ways to read the JSON object that starts at `at`, the likeliest first: its braces, not the quotes around it, tell
 * where it ends. Each is tried only when it is asked for.
 *
 * @param text bytes as Latin-1
 */
export function* jsonCells(text: string, at: number): Generator<JsonCell> {
  OPENING.lastIndex = at;
  const opening = OPENING.exec(text);
  if (opening === null) return;
  const quote = opening[1] ?? "";
  const start = at + opening[0].length;
  const beginning = text.slice(start - quote.length, start + 16);
  for (const style of STYLES) {
    if (style.starts?.test(beginning) === false) continue;
    const logical = new LogicalText(text, start, style);
    const found = readJsonObject(logical.text, 0);
    if (found === undefined) continue;
    const end = logical.sourceOffset(found.end);
    CLOSING.lastIndex = end;
    const closing = CLOSING.exec(text)?.[0] ?? "";
    const takesClosing = quote !== "" || closing.startsWith('"');
    const codes = codesOf(style, found, quote, closing);
    yield { end: takesClosing ? end + closing.length : end, json: found.json, codes };
  }
}

function codesOf(style: Style, found: JsonText, quote: string, closing: string): DiagnosticCode[] {
  const codes: DiagnosticCode[] = [];
  const [opened, closed] = [quote !== "", closing !== ""];
  const hasQuotes = found.json.includes('"');
  if (style.code !== undefined && hasQuotes) {
    codes.push(style.isUndoubled === true && !opened && !closed ? "unquoted-json" : style.code);
  } else if (quote.length > 1 || closing.length > 1) codes.push("stray-quote");
  else if (opened && !closed) codes.push("unclosed-quote");
  else if (!opened && closed) codes.push("stray-quote");
  else if (opened && (quote !== '"' || closing !== '"')) codes.push("stray-quote");
  else if (!opened && (hasQuotes || found.json.includes(","))) codes.push("unquoted-json");
  if (found.isPython) codes.push("json-python");
  if (found.isSloppy) codes.push("json-invalid");
  return codes;
}

/** A part of a text with its escapes resolved, and the way back to offsets in the source. */
class LogicalText {
  readonly text: string;
  readonly #sourceStart: number;
  /** Pairs: an offset in the logical text from which on the source is so many characters ahead. */
  readonly #shifts: number[] = [];

  constructor(source: string, start: number, { token, meaning }: Style) {
    const pieces: string[] = [];
    let length = 0;
    let copied = start;
    token.lastIndex = start;
    for (let match = token.exec(source); match !== null; match = token.exec(source)) {
      const resolved = meaning(match[0]);
      pieces.push(source.slice(copied, match.index), resolved);
      length += match.index - copied + resolved.length;
      copied = match.index + match[0].length;
      this.#shifts.push(length, copied - start - length);
      // Behind a quote that ends the field there is nothing for this style.
      if (resolved === END) break;
    }
    if (pieces.at(-1) !== END) pieces.push(source.slice(copied));
    this.text = pieces.join("");
    this.#sourceStart = start;
  }

  /** @param offset in the logical text, at the end of a character */
  sourceOffset(offset: number): number {
    let low = 0;
    let high = this.#shifts.length / 2;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#shifts[middle * 2] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const shift = low === 0 ? 0 : (this.#shifts[low * 2 - 1] ?? 0);
    return this.#sourceStart + offset + shift;
  }
}
