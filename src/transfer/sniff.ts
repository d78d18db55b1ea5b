import { cellsOf } from "../check/cells.js";
import { columnNamed } from "../check/header.js";
import { COLUMN_NAMES } from "../session/columns.js";
import { parseTimestamp } from "../session/timestamp.js";
import { refused, startOf, type ImportInput } from "./import-input.js";

export type InputFormat = "csv" | "tsv" | "json" | "jsonl";

/** How an input is written. */
export type InputForm =
  | { readonly format: "json" | "jsonl" }
  | {
      readonly format: "csv" | "tsv";
      readonly delimiter: string;
      /** Undefined where fields have no quotes. */
      readonly quote: '"' | "'" | undefined;
      readonly hasHeader: boolean;
      /** Lines end with CR alone. */
      readonly hasOnlyCarriageReturns: boolean;
    };

const SAMPLE_BYTES = 256 * 1024;
/** May stand in the name of a column. */
const NAME_CHARACTER = /[\w\s"'.()/-]/;

/**
 * Tells from the first 256 KiB how an input is written.
 * @param names of columns that it is likely to have, besides ours
 * @param asked the format, where the caller knows it
 * @throws SessionsError INPUT_REFUSED where no columns can be recognized
 */
export function sniff(input: ImportInput, names: readonly string[], asked: InputFormat | undefined): InputForm {
  const text = startOf(input, SAMPLE_BYTES)
    .toString("latin1")
    .replace(/^\u00ef\u00bb\u00bf/, "");
  if (asked === "json" || asked === "jsonl") return { format: asked };
  const first = text.trimStart().charAt(0);
  if (asked === undefined && first === "[") return { format: "json" };
  if (asked === undefined && first === "{")
    return { format: isWholeJson(firstLine(text.trimStart())) ? "jsonl" : "json" };
  const hasOnlyCarriageReturns = text.includes("\r") && !text.includes("\n");
  const line = firstLine(text);
  if (line.trim() === "")
    throw refused(
      input.name,
      "it is empty: it has no header",
      "add --format jsonl if no sessions are what it is to hold",
    );
  const delimiters = asked === "tsv" ? ["\t"] : delimitersIn(line);
  const known = new Set(names);
  const isKnown = (cell: string): boolean => known.has(cell) || columnNamed(cell) !== undefined;
  const scored = delimiters.map((delimiter) => {
    const cells = line.split(delimiter).map((cell) => cell.replace(/^(["'])(.*)\1$/, "$2"));
    return { delimiter, score: cells.filter(isKnown).length };
  });
  const best = scored.reduce((left, right) => (right.score > left.score ? right : left), { delimiter: ",", score: 0 });
  const headless = best.score > 0 ? undefined : delimiters.find((delimiter) => isRecord(line, delimiter));
  if (best.score === 0 && headless === undefined) {
    throw refused(
      input.name,
      "its first line names none of the columns",
      "see what it is with: sessions validate <file>",
    );
  }
  const delimiter = headless ?? best.delimiter;
  return {
    format: delimiter === "\t" ? "tsv" : "csv",
    delimiter,
    quote: delimiter === "\t" ? tabQuoteOf(text) : quoteOf(text, delimiter),
    hasHeader: headless === undefined,
    hasOnlyCarriageReturns,
  };
}

function firstLine(text: string): string {
  return /^[\r\n]*([^\r\n]*)/.exec(text)?.[1] ?? "";
}

function isWholeJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The usual ones, and what else is in the line that is no part of a name. */
function delimitersIn(line: string): string[] {
  const odd = Array.from(line.slice(0, 4096)).filter((character) => !NAME_CHARACTER.test(character));
  return [...new Set([",", ";", "\t", "|", ...odd])];
}

/** A record in the usual order of columns. */
function isRecord(line: string, delimiter: string): boolean {
  const cells = cellsOf(line, delimiter);
  if (cells?.length !== COLUMN_NAMES.length) return false;
  return [cells[4], cells[5]].every((cell = "") => !Number.isNaN(parseTimestamp(cell)));
}

/**
 * The character that stands around tab-separated fields: none where quotes are text, as in what `export` writes. Who quotes
 * them doubles the quotes within, has tabs and line breaks within, or JSON.
 */
function tabQuoteOf(text: string): '"' | "'" | undefined {
  const header = firstLine(text);
  if (/(?:^|\t)["']/.test(header)) return quoteOf(text, "\t");
  const width = header.split("\t").length;
  const isCut = text.length >= SAMPLE_BYTES - 3;
  const whole = isCut ? text.slice(0, text.lastIndexOf("\n") + 1) : text;
  const rows = whole
    .split(/\r\n|\n|\r/)
    .filter((line) => line !== "")
    .map((line) => line.split("\t"));
  const isUneven = rows.some(({ length }) => length !== width);
  if (isUneven && isEvenInQuotes(whole, width, isCut)) return '"';
  const cells = rows.filter(({ length }) => length === width).flat();
  const quotes = cells.filter((cell) => cell.includes('"'));
  if (quotes.some((cell) => !/^"(?:[^"]|"")*"$/.test(cell))) return undefined;
  if (isUneven) return quoteOf(text, "\t") === undefined ? undefined : '"';
  const isSurelyQuoted = quotes.some((cell) => /^"\s*[{[]/.test(cell));
  // What is left can be read both ways: Python's csv and spreadsheets end lines with CRLF, `export` does not.
  return quotes.length > 0 && (isSurelyQuoted || /^[^\n]*\r\n/.test(text)) ? '"' : undefined;
}

const TAB_FIELD = /(?:"[^"]*(?:""[^"]*)*"|[^"\t\r\n][^\t\r\n]*)?(\t|\r\n|\n|\r|$)/gy;
const UNCLOSED = /^"[^"]*(?:""[^"]*)*$/;

/** Every record has as many fields as there are columns where tabs and line breaks in quotes are a part of the value. */
function isEvenInQuotes(text: string, width: number, isCut: boolean): boolean {
  let fields = 0;
  let end = 0;
  for (const { 0: field, 1: separator = "", index } of text.matchAll(TAB_FIELD)) {
    end = index + field.length;
    fields += 1;
    if (separator === "\t") continue;
    const isBlank = fields === 1 && field === separator;
    if (fields !== width && !isBlank) return false;
    fields = 0;
  }
  return end === text.length || (isCut && UNCLOSED.test(text.slice(end)));
}

/** The character that stands around fields. */
function quoteOf(text: string, delimiter: string): '"' | "'" | undefined {
  const escaped = delimiter.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const count = (quote: string): number => {
    const opening = text.match(new RegExp(`(?:^|[\\r\\n]|${escaped})${quote}`, "g"))?.length ?? 0;
    const closing = text.match(new RegExp(`${quote}(?:$|[\\r\\n]|${escaped})`, "g"))?.length ?? 0;
    return Math.min(opening, closing);
  };
  const [double, single] = [count('"'), count("'")];
  if (single > double) return "'";
  return double > 0 || delimiter !== "\t" ? '"' : undefined;
}
