import type { Random } from "../../../src/demo/random.js";
import type { Draft, Line } from "./draft.js";
import { COLUMNS, type BaseOptions, type ColumnName, type Row } from "./session.js";

export type RowLine = Line & { row: number };

export type Family =
  | "torn"
  | "nul_bits"
  | "encoding"
  | "lines"
  | "header"
  | "quotes"
  | "json"
  | "time"
  | "ident"
  | "paste"
  | "dialect"
  | "container"
  | "valid"
  | "compound";

/** One way in which files come to harm, or a valid form that looks as if it had. */
export interface Kind {
  readonly family: Family;
  readonly name: string;
  /** Kinds of one compound are applied in this order: to values, to the text of rows, to all lines, to bytes. */
  readonly stage: "values" | "text" | "file" | "bytes";
  /** A file kind that writes the fields in a form of its own, so that the text of rows cannot be damaged before. */
  readonly rewrites?: boolean;
  /** Never one of a compound: what is true of its files can be said of sound ones only. */
  readonly isAlone?: boolean;
  readonly base?: BaseOptions;
  readonly verdict?: "valid" | "invalid" | "any";
  readonly mustRoundtrip?: boolean;
  /** Beyond what a repair has to know: it must invent nothing, and may set all of it aside. */
  readonly isStretch?: boolean;
  readonly apply: (draft: Draft, random: Random) => void;
}

export type KindOptions = Partial<Omit<Kind, "name" | "family" | "apply">>;

interface RowOptions extends KindOptions {
  /** Fewest and most rows that are hit. */
  readonly hits?: readonly [number, number];
  readonly where?: (row: Row) => boolean;
  /** Columns whose values can no longer be known. */
  readonly unknown?: readonly ColumnName[];
  /** What stands there now is a legal text, and to keep it invents nothing. */
  readonly keepsText?: boolean;
}

/** Makes kinds of one family. */
export function kindsOf(family: Family) {
  /** Something happens to all of the file. */
  function file(name: string, apply: Kind["apply"], options: KindOptions = {}): Kind {
    return { family, name, stage: "file", apply, ...options };
  }
  /** Something happens to some rows, one by one. */
  function rows(name: string, hit: (line: RowLine, draft: Draft, random: Random) => void, options: RowOptions): Kind {
    const { hits = [1, 4], where, unknown, keepsText, ...rest } = options;
    const apply = (draft: Draft, random: Random) => {
      const most = hits[0] + random.below(hits[1] - hits[0] + 1);
      for (const line of draft.take(random, most, where)) {
        hit(line, draft, random);
        if (unknown !== undefined) draft.unknown(line.row, unknown);
        if (keepsText === true) draft.accept(line.row, line.fields);
      }
    };
    return { family, name, stage: "values", apply, ...rest };
  }
  /** The text of some rows is changed. */
  function text(
    name: string,
    change: (text: string, random: Random, values: Row) => string,
    options: RowOptions = {},
  ): Kind {
    const hit = (line: RowLine, draft: Draft, random: Random) => {
      mangle(line, (from) => change(from, random, draft.valuesOf(line.row)));
    };
    return rows(name, hit, { stage: "text", ...options });
  }
  /** One value of some rows is written otherwise. */
  function value(
    name: string,
    column: ColumnName | readonly ColumnName[],
    change: (value: string, random: Random) => string,
    options: RowOptions = {},
  ): Kind {
    const columns = typeof column === "string" ? [column] : column;
    const hit = (line: RowLine, _draft: Draft, random: Random) => {
      for (const each of columns) set(line, each, (from) => change(from, random));
    };
    return rows(name, hit, options);
  }
  return { file, rows, text, value };
}

export function mangle(line: Line, change: (text: string) => string): void {
  (line.mangles ??= []).push(change);
}

export function set(line: Line, column: ColumnName, change: (value: string) => string): void {
  const place = COLUMNS.indexOf(column);
  line.fields[place] = change(line.fields[place] ?? "");
}

export function get(line: Line, column: ColumnName): string {
  return line.fields[COLUMNS.indexOf(column)] ?? "";
}

/** All columns but these. */
export function except(...columns: readonly ColumnName[]): ColumnName[] {
  return COLUMNS.filter((name) => !columns.includes(name));
}

export const JSON_COLUMNS = ["pending_approval", "metadata"] as const;
export const TIME_COLUMNS = ["created_at", "last_activity"] as const;

export const hasMetadata = (row: Row): boolean => row.metadata.length > 2;
export const hasApproval = (row: Row): boolean => row.pending_approval !== "";
export const hasBoth = (row: Row): boolean => hasMetadata(row) && hasApproval(row);

/** Text with something put in at a place. */
export function insert(text: string, at: number, what: string): string {
  return text.slice(0, at) + what + text.slice(at);
}

/** The places at which a pattern starts. */
export function placesOf(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(({ index }) => index);
}

export function anyOf<T>(random: Random, items: readonly T[]): T | undefined {
  return items[random.below(items.length)];
}

/** Opening and closing curly quotes by turns for what is found. */
export function curlyPairs(text: string, pattern: RegExp): string {
  let count = 0;
  return text.replace(pattern, () => {
    count += 1;
    return count % 2 === 1 ? "“" : "”";
  });
}
