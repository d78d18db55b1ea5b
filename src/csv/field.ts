import { textOfBytes } from "./latin1.js";

/**
 * A quoted field that text follows, as Python's csv module reads it: quotes are removed once, the rest is text.
 * @param raw all after the opening quote
 */
export function brokenFieldText(raw: string): string {
  let text = "";
  let at = 0;
  while (at < raw.length) {
    const quote = raw.indexOf('"', at);
    if (quote === -1) return text + raw.slice(at);
    text += raw.slice(at, quote);
    if (raw[quote + 1] !== '"') return text + raw.slice(quote + 1);
    text += '"';
    at = quote + 2;
  }
  return text;
}

// Records from here on are their bytes as Latin-1.

/** The value at a place of a well-formed record, which has no line break behind it, as text; empty where it has fewer fields. */
export function fieldAt(record: string, place: number): string {
  const [start, end] = fieldSpan(record, place);
  const bytes = record.slice(start, end);
  return textOfBytes(bytes.startsWith('"') ? bytes.slice(1, -1).replaceAll('""', '"') : bytes);
}

/** Where the field at a place of a well-formed record stands; behind the record where it has fewer fields. */
export function fieldSpan(record: string, place: number): readonly [start: number, end: number] {
  let start = 0;
  for (let field = 0; start <= record.length; field += 1) {
    const end = fieldEnd(record, start);
    if (field === place) return [start, end];
    start = end + 1;
  }
  return [record.length, record.length];
}

/** The fields of a well-formed record as they stand, in quotes where they are. */
export function rawFields(record: string): string[] {
  const fields: string[] = [];
  for (let start = 0; start <= record.length;) {
    const end = fieldEnd(record, start);
    fields.push(record.slice(start, end));
    start = end + 1;
  }
  return fields;
}

/**
 * A well-formed record with other values at some places, which it must have; all else stays byte for byte.
 * @param fields by their places, each as it is to stand in the file, as Latin-1 too
 */
export function replaceFields(record: string, fields: ReadonlyMap<number, string>): string {
  let replaced = "";
  let copied = 0;
  let start = 0;
  for (let field = 0; start <= record.length; field += 1) {
    const end = fieldEnd(record, start);
    const replacement = fields.get(field);
    if (replacement !== undefined) {
      replaced += record.slice(copied, start) + replacement;
      copied = end;
    }
    start = end + 1;
  }
  return replaced + record.slice(copied);
}

/** A quote opens a quoted field only where the field starts. */
function fieldEnd(record: string, start: number): number {
  const closing = record[start] === '"' ? closingQuote(record, start) : start;
  const comma = record.indexOf(",", closing);
  return comma === -1 ? record.length : comma;
}

function closingQuote(record: string, opening: number): number {
  let at = record.indexOf('"', opening + 1);
  while (at !== -1 && record[at + 1] === '"') at = record.indexOf('"', at + 2);
  return at === -1 ? record.length : at;
}
