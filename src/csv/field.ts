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

const COMMA = 0x2c;
const QUOTE = 0x22;

/** The value at a place of a well-formed record, which has no line break behind it; empty where it has fewer fields. */
export function fieldAt(record: Uint8Array, place: number): string {
  const [start, end] = fieldSpan(record, place);
  return valueOf(record, start, end);
}

/** Where the field at a place of a well-formed record stands; behind the record where it has fewer fields. */
export function fieldSpan(record: Uint8Array, place: number): readonly [start: number, end: number] {
  let start = 0;
  for (let field = 0; start <= record.length; field += 1) {
    const end = fieldEnd(record, start);
    if (field === place) return [start, end];
    start = end + 1;
  }
  return [record.length, record.length];
}

/** The fields of a well-formed record as they stand, in quotes where they are. */
export function rawFields(record: Uint8Array): string[] {
  const fields: string[] = [];
  for (let start = 0; start <= record.length;) {
    const end = fieldEnd(record, start);
    fields.push(Buffer.from(record.subarray(start, end)).toString("utf8"));
    start = end + 1;
  }
  return fields;
}

/**
 * A well-formed record with other values at some places, which it must have; all else stays byte for byte.
 * @param fields by their places, each as it is to stand in the file
 */
export function replaceFields(record: Uint8Array, fields: ReadonlyMap<number, string>): Buffer {
  const pieces: Uint8Array[] = [];
  let copied = 0;
  let start = 0;
  for (let field = 0; start <= record.length; field += 1) {
    const end = fieldEnd(record, start);
    const replacement = fields.get(field);
    if (replacement !== undefined) {
      pieces.push(record.subarray(copied, start), Buffer.from(replacement));
      copied = end;
    }
    start = end + 1;
  }
  return Buffer.concat([...pieces, record.subarray(copied)]);
}

/** A quote opens a quoted field only where the field starts. */
function fieldEnd(record: Uint8Array, start: number): number {
  const closing = record[start] === QUOTE ? closingQuote(record, start) : start;
  const comma = record.indexOf(COMMA, closing);
  return comma === -1 ? record.length : comma;
}

function closingQuote(record: Uint8Array, opening: number): number {
  let at = record.indexOf(QUOTE, opening + 1);
  while (at !== -1 && record[at + 1] === QUOTE) at = record.indexOf(QUOTE, at + 2);
  return at === -1 ? record.length : at;
}

function valueOf(record: Uint8Array, start: number, end: number): string {
  const text = Buffer.from(record.buffer, record.byteOffset + start, end - start).toString("utf8");
  return text.startsWith('"') ? text.slice(1, -1).replaceAll('""', '"') : text;
}
