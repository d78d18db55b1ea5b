import type { Random } from "../../../src/demo/random.js";
import { COLUMNS, drawRows, type BaseOptions, type ColumnName, type Row } from "./session.js";

/** What can still be read off the damaged bytes of one row. */
export interface RowTruth {
  /** `exact`: all eight values. `partial`: those of `known`. `destroyed`: nothing. `ambiguous`: not scored. */
  status: "exact" | "partial" | "destroyed" | "ambiguous";
  values: Row;
  known: readonly ColumnName[];
  /** Values that stand in the damaged file in the place of true ones, so that writing them invents nothing. */
  alt: Partial<Record<ColumnName, readonly string[]>>;
}

export interface Truth {
  readonly rows: readonly RowTruth[];
  /** Older versions of rows; to write one is no invention. */
  readonly stale: readonly Row[];
  readonly verdict: "valid" | "invalid" | "any";
  /** The file is valid, and a repair leaves it byte for byte. */
  readonly mustRoundtrip: boolean;
}

/** One line of a file in the making. */
export interface Line {
  /** Place of its row in the truth; undefined: the header, or text that is no row. */
  readonly row?: number;
  /** What stands there instead of fields. */
  raw?: string;
  fields: string[];
  /** Changes to the text that the dialect made of the fields. */
  mangles?: ((text: string) => string)[];
  /** Its own line end. */
  end?: string;
  encode?: (text: string) => Buffer;
}

export interface Dialect {
  readonly start: string;
  readonly delimiter: string;
  readonly end: string;
  readonly field: (text: string) => string;
}

/** Where a row stands in the bytes. */
export interface Span {
  readonly row: number;
  readonly start: number;
  /** Before its line end. */
  readonly end: number;
  readonly next: number;
  /** Start and end of each field; undefined where the row's text is no longer that of its fields. */
  readonly fields: readonly (readonly [number, number])[] | undefined;
}

export interface Rendered {
  readonly bytes: Buffer;
  readonly spans: readonly Span[];
}

/** The way of Python's csv.writer. */
export function minimalQuotes(delimiter: string, quote = '"'): Dialect["field"] {
  return (text) =>
    text.includes(delimiter) || text.includes(quote) || /[\r\n]/.test(text) ? inQuotes(text, quote) : text;
}

export function inQuotes(text: string, quote = '"'): string {
  return quote + text.replaceAll(quote, quote + quote) + quote;
}

/** Whether a row of which only these values are left can be told from others. */
function isFindable(known: readonly ColumnName[]): boolean {
  const has = (name: ColumnName) => known.includes(name);
  return has("session_id") || has("thread_id") || (has("user_id") && has("created_at")) || has("last_activity");
}

/** A kind of damage cannot be done to this file; another one is drawn. */
export class Unsuitable extends Error {}

/** A file in the making, and the truth about it. */
export class Draft {
  readonly truth: RowTruth[];
  readonly stale: Row[] = [];
  readonly header: Line = { fields: [...COLUMNS] };
  /** The header first. */
  lines: Line[];
  dialect: Dialect = { start: "", delimiter: ",", end: "", field: minimalQuotes(",") };
  lineEnd: string;
  hasFinalLineEnd = true;
  verdict: Truth["verdict"] = "invalid";
  /** What stands before and behind each physical line, by its place from 1. */
  prefix?: (place: number, line: Line) => string;
  suffix?: (place: number, line: Line) => string;
  readonly #touched = new Set<number>();
  #rendered: Rendered | undefined;

  constructor(random: Random, options: BaseOptions) {
    const rows = drawRows(random, options);
    this.truth = rows.map((values) => ({ status: "exact", values, known: COLUMNS, alt: {} }));
    this.lines = [this.header, ...rows.map((values, row) => ({ row, fields: COLUMNS.map((name) => values[name]) }))];
    this.lineEnd = options.lineEnd ?? "\r\n";
  }

  get rowLines(): (Line & { row: number })[] {
    return this.lines.filter((line): line is Line & { row: number } => line.row !== undefined);
  }

  valuesOf(row: number): Row {
    return this.truthOf(row).values;
  }

  truthOf(row: number): RowTruth {
    const truth = this.truth[row];
    if (truth === undefined) throw new RangeError(`no row ${row}`);
    return truth;
  }

  isTouched(row: number): boolean {
    return this.#touched.has(row);
  }

  touch(row: number): void {
    this.#touched.add(row);
  }

  /** Up to `most` rows that nothing has been done to, at random but at least one. */
  take(random: Random, most: number, fits: (row: Row) => boolean = () => true): (Line & { row: number })[] {
    const free = this.rowLines.filter(({ row }) => !this.#touched.has(row) && fits(this.valuesOf(row)));
    if (free.length === 0) throw new Unsuitable();
    random.shuffle(free);
    const taken = free.slice(0, most);
    for (const { row } of taken) this.#touched.add(row);
    return taken;
  }

  /** The values of these columns can no longer be known. */
  unknown(row: number, columns: readonly ColumnName[], alt: RowTruth["alt"] = {}): void {
    const truth = this.truthOf(row);
    const known = truth.known.filter((name) => !columns.includes(name));
    this.truth[row] = { ...truth, status: isFindable(known) ? "partial" : "destroyed", known, alt };
  }

  /** The texts of a row's fields as they stand may stay. */
  accept(row: number, fields: readonly string[]): void {
    const alt = Object.fromEntries(COLUMNS.map((name, place) => [name, [fields[place] ?? ""]]));
    this.truth[row] = { ...this.truthOf(row), alt };
  }

  lose(row: number, status: "destroyed" | "ambiguous" = "destroyed"): void {
    this.truth[row] = { ...this.truthOf(row), status, known: [] };
  }

  /** The file as it is now; from here on it is bytes. */
  get rendered(): Rendered {
    this.#rendered ??= this.#render();
    return this.#rendered;
  }

  set bytes(bytes: Buffer) {
    this.#rendered = { bytes, spans: [] };
  }

  #render(): Rendered {
    const pieces: Buffer[] = [];
    const spans: Span[] = [];
    let at = 0;
    let place = 1;
    let isAtStart = true;
    this.lines.forEach((line, index) => {
      const isLast = index === this.lines.length - 1;
      const plain = line.raw ?? this.#write(line.fields);
      const mangled = (line.mangles ?? []).reduce((text, mangle) => mangle(text), plain);
      const end = isLast && !this.hasFinalLineEnd ? "" : (line.end ?? this.lineEnd);
      const isEnded = isLast || /[\r\n]/.test(end);
      const [text, added] = this.#around(mangled, line, place, isAtStart, isEnded);
      place += isEnded ? added : added - 1;
      isAtStart = isEnded;
      const encode = line.encode ?? ((from: string) => Buffer.from(from));
      const [body, tail] = [encode(text), encode(end)];
      pieces.push(body, tail);
      if (line.row !== undefined) {
        const isPlain = text === plain && line.raw === undefined && line.encode === undefined;
        const fields = isPlain ? this.#fieldSpans(line.fields, at) : undefined;
        spans.push({ row: line.row, start: at, end: at + body.length, next: at + body.length + tail.length, fields });
      }
      at += body.length + tail.length;
    });
    return { bytes: Buffer.concat(pieces), spans };
  }

  #write(fields: readonly string[]): string {
    const { start, delimiter, end, field } = this.dialect;
    return start + fields.map((text) => field(text)).join(delimiter) + end;
  }

  #fieldSpans(fields: readonly string[], start: number): (readonly [number, number])[] {
    let at = start + Buffer.byteLength(this.dialect.start);
    return fields.map((text) => {
      const from = at;
      const to = from + Buffer.byteLength(this.dialect.field(text));
      at = to + Buffer.byteLength(this.dialect.delimiter);
      return [from, to] as const;
    });
  }

  /** The text with what stands around its physical lines, and their number. Joined lines are one. */
  #around(text: string, line: Line, place: number, isAtStart: boolean, isEnded: boolean): [string, number] {
    const { prefix, suffix } = this;
    const physical = text.split(/(\r\n|\n|\r)/);
    if (prefix === undefined && suffix === undefined) return [text, (physical.length + 1) / 2];
    const parts = physical.map((part, index) => {
      if (index % 2 === 1) return part;
      const at = place + index / 2;
      const before = isAtStart || index > 0 ? prefix?.(at, line) : undefined;
      const behind = isEnded || index < physical.length - 1 ? suffix?.(at, line) : undefined;
      return (before ?? "") + part + (behind ?? "");
    });
    return [parts.join(""), (physical.length + 1) / 2];
  }
}
