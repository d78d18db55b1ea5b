import { stringify } from "csv-stringify/sync";
import type { FieldValue } from "../session/field-value.js";
import type { RowWriter } from "./row-writer.js";
import { valueText } from "./value-text.js";

/** Digits with whatever a spreadsheet takes for a part of a number, date, time, amount or share of a hundred. */
const NUMBER_OR_DATE = /^[\s\p{Sc}]*[-+(]?[\d.,][\d\s.,:/+\-%()\p{Sc}]*(?:e[-+]?\d+)?\s*(?:[ap]m?)?\s*$/iu;
/** `MAR1`, `1-dec-25`, and ids that look like them: spreadsheets take them for dates. */
const MONTH = /^(?=.*\d)[\d\s./-]*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\d\s.,/-]*$/i;
/** Spreadsheets keep 15 digits of a number. */
const SHORT_NUMBER = /^-?\d{1,15}$/;
/** Without an offset LibreOffice takes it for a number, and rounds it. */
const NAIVE_TIME = /^\d{4}-\d{2}-\d{2}[T ][\d:.,]+$/;
const TRUTH = /^(?:true|false)$/i;
/** What begins a formula (OWASP, CSV Injection), also where space stands before it, and in its full-width forms. */
const FORMULA = /^[\t\r]|^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
/** Whatever may stand before a formula, from its first character on, so that long ones take no time. */
const BEFORE_SIGN = /(?<![\s"';|])([\s"';|]+)([=+\-@\uff1d\uff0b\uff0d\uff20])/g;
/** A cell ends there for a spreadsheet that has another list separator. */
const OTHER_SEPARATOR = /[;\t|]/;
const GUARDED = [FORMULA, NUMBER_OR_DATE, MONTH, NAIVE_TIME, TRUTH];
const LINE_BREAK = /[\r\n]/;

/** What Excel shows of one cell at most. */
const MOST_CHARACTERS = 32_767;

export interface SpreadsheetWriter extends RowWriter {
  /** How many cells are longer than Excel takes, so far. */
  readonly longCells: number;
}

/**
 * CSV or TSV for Excel and LibreOffice: a byte order mark, CRLF, and an apostrophe before each value that would count as a
 * formula, also behind a separator of another locale, or that would lose its digits or its form as a number or date. What is a number by its type stays one.
 */
export function createSpreadsheetWriter(fieldNames: readonly string[], delimiter: "," | "\t"): SpreadsheetWriter {
  let longCells = 0;
  const record = (texts: readonly string[]): string =>
    stringify([texts], {
      delimiter,
      record_delimiter: "windows",
      quoted_empty: texts.length === 1,
      quoted_match: LINE_BREAK,
    });
  const cell = (value: FieldValue | undefined): string => {
    const text = spreadsheetText(value);
    if (text.length > MOST_CHARACTERS) longCells += 1;
    return text;
  };
  return {
    begin: () => `\ufeff${record(fieldNames.map(guarded))}`,
    row: (values) => record(fieldNames.map((_name, index) => cell(values[index]))),
    end: () => "",
    get longCells() {
      return longCells;
    },
  };
}

function spreadsheetText(value: FieldValue | undefined): string {
  const text = valueText(value);
  const isTyped =
    value?.type === "duration" || value?.type === "boolean" || (value?.type === "json" && SHORT_NUMBER.test(text));
  return isTyped ? text : guarded(text);
}

function guarded(text: string): string {
  const start = GUARDED.some((pattern) => pattern.test(text)) ? "'" : "";
  return `${start}${text.replaceAll(BEFORE_SIGN, (whole, before: string, sign: string) =>
    OTHER_SEPARATOR.test(before) ? `${before}'${sign}` : whole,
  )}`;
}
