// The same table as other programs write it.
import { inQuotes, minimalQuotes, type Dialect, type Draft, type Line } from "./draft.js";
import { kindsOf, type Kind, type KindOptions } from "./kind.js";
import { COLUMNS, type Row } from "./session.js";

const { file } = kindsOf("dialect");
const plain = (text: string) => text;

function dialect(name: string, change: Partial<Dialect>, options: KindOptions = {}): Kind {
  return file(name, (draft) => (draft.dialect = { ...draft.dialect, ...change }), { rewrites: true, ...options });
}

function separated(name: string, delimiter: string, options: KindOptions = {}): Kind {
  return dialect(name, { delimiter, field: minimalQuotes(delimiter) }, options);
}

function raw(text: string): Line {
  return { raw: text, fields: [] };
}

interface Borders {
  readonly start: string;
  readonly between: string;
  readonly end: string;
  /** Lines above, between the header and the rows, and below, for columns of these widths. */
  readonly top?: (widths: readonly number[]) => string;
  readonly middle?: (widths: readonly number[]) => string;
  readonly bottom?: (widths: readonly number[]) => string;
  readonly escape?: (text: string) => string;
  readonly empty?: string;
  /** Between rows. */
  readonly each?: (widths: readonly number[]) => string;
}

/** Columns of equal width, and lines between them. */
function table(borders: Borders) {
  const { escape = plain, empty = "" } = borders;
  return (draft: Draft) => {
    for (const line of draft.lines) line.fields = line.fields.map((text) => escape(text === "" ? empty : text));
    const widths = COLUMNS.map((_, place) => Math.max(...draft.lines.map(({ fields }) => fields[place]?.length ?? 0)));
    for (const line of draft.lines) line.fields = line.fields.map((text, place) => text.padEnd(widths[place] ?? 0));
    draft.dialect = { start: borders.start, delimiter: borders.between, end: borders.end, field: plain };
    const { top, middle, bottom, each } = borders;
    if (each !== undefined)
      draft.lines = draft.lines.flatMap((line, place) => (place < 2 ? [line] : [raw(each(widths)), line]));
    if (middle !== undefined) draft.lines.splice(1, 0, raw(middle(widths)));
    if (top !== undefined) draft.lines.unshift(raw(top(widths)));
    if (bottom !== undefined) draft.lines.push(raw(bottom(widths)));
    draft.lineEnd = "\n";
  };
}

const rule =
  (start: string, dash: string, cross: string, end: string, more = 2) =>
  (widths: readonly number[]) =>
    start + widths.map((width) => dash.repeat(width + more)).join(cross) + end;

/** As `mysql --batch` writes it: no quotes, backslashes before what would be misread. */
function mysqlBatch(draft: Draft): void {
  const field = (text: string) => text.replaceAll("\\", "\\\\").replaceAll("\t", "\\t").replaceAll("\n", "\\n");
  draft.dialect = { ...draft.dialect, delimiter: "\t", field };
  for (const line of draft.rowLines) line.fields = line.fields.map((text) => (text === "" ? "NULL" : text));
  draft.lineEnd = "\n";
}

/** Some rows in one pair of quotes: those in which the spreadsheet found a quote. */
function rowsInQuotes(needed: RegExp, behind = "") {
  return (draft: Draft) => {
    for (const line of draft.lines)
      (line.mangles ??= []).push((text) => (needed.test(text) ? inQuotes(text) : text) + behind);
  };
}

const sqlText = (text: string) => (text === "" ? "NULL" : `'${text.replaceAll("'", "''")}'`);

function sql(draft: Draft): void {
  draft.dialect = { start: "INSERT INTO sessions VALUES (", delimiter: ",", end: ");", field: sqlText };
  draft.lines.shift();
  draft.lines.unshift(
    raw("BEGIN TRANSACTION;"),
    raw(`CREATE TABLE sessions (${COLUMNS.map((name) => `${name} TEXT`).join(", ")});`),
  );
  draft.lines.push(raw("COMMIT;"));
}

const longOf = (row: Row) => COLUMNS.map((name) => `${name.padStart(16)} = ${row[name]}`).join("\n");

export const DIALECT: readonly Kind[] = [
  separated("tabs", "\t"),
  dialect("tabs-without-quotes", { delimiter: "\t", field: plain }),
  dialect("tabs-all-in-quotes", { delimiter: "\t", field: (text) => inQuotes(text) }),
  separated("bars", "|"),
  dialect("bars-without-quotes", { delimiter: "|", field: plain }),
  separated("bars-and-spaces", " | "),
  separated("semicolons", ";"),
  dialect("semicolons-all-in-quotes", { delimiter: ";", field: (text) => inQuotes(text) }),
  dialect("semicolons-without-quotes", { delimiter: ";", field: plain }),
  separated("semicolons-and-spaces", "; "),
  separated("commas-and-spaces", ", "),
  separated("carets", "^", { isStretch: true }),
  separated("colons-doubled", "::", { isStretch: true }),
  dialect("unit-separators", { delimiter: "\x1f", field: plain }, { isStretch: true }),
  dialect("control-a", { delimiter: "\x01", field: plain }, { isStretch: true }),
  separated("arabic-commas", "،", { isStretch: true }),
  separated("full-width-commas", "，", { isStretch: true }),
  separated("short-ids-and-semicolons", ";", { base: { ids: "short" } }),
  separated("short-ids-and-tabs", "\t", { base: { ids: "short" } }),
  file(
    "sep-line-and-semicolons",
    (draft) => {
      draft.dialect = { ...draft.dialect, delimiter: ";", field: minimalQuotes(";") };
      draft.lines.unshift(raw("sep=;"));
    },
    { rewrites: true },
  ),
  file(
    "semicolons-in-rows-only",
    (draft) => {
      draft.lines[0] = raw(COLUMNS.join(","));
      draft.dialect = { ...draft.dialect, delimiter: ";", field: minimalQuotes(";") };
    },
    { rewrites: true },
  ),
  file(
    "some-rows-with-semicolons",
    (draft, random) => {
      const field = minimalQuotes(";");
      for (const line of draft.take(random, 4)) line.raw = line.fields.map(field).join(";");
    },
    { rewrites: true, stage: "text" },
  ),
  file(
    "some-rows-with-tabs",
    (draft, random) => {
      for (const line of draft.take(random, 4)) line.raw = line.fields.map(minimalQuotes("\t")).join("\t");
    },
    { rewrites: true, stage: "text" },
  ),
  file("mysql-batch", mysqlBatch, { rewrites: true }),
  file(
    "psql",
    table({ start: " ", between: " | ", end: "", middle: rule("", "-", "+", ""), bottom: () => "(12 rows)" }),
    { rewrites: true },
  ),
  file(
    "psql-borders",
    table({
      start: "| ",
      between: " | ",
      end: " |",
      top: rule("+", "-", "+", "+"),
      middle: rule("+", "-", "+", "+"),
      bottom: rule("+", "-", "+", "+"),
    }),
    { rewrites: true },
  ),
  file(
    "mysql-box",
    table({
      start: "| ",
      between: " | ",
      end: " |",
      empty: "NULL",
      top: rule("+", "-", "+", "+"),
      middle: rule("+", "-", "+", "+"),
      bottom: rule("+", "-", "+", "+"),
    }),
    { rewrites: true },
  ),
  file("psql-without-footer", table({ start: " ", between: " | ", end: "", middle: rule("", "-", "+", "") }), {
    rewrites: true,
  }),
  file(
    "psql-unaligned",
    (draft) => {
      draft.dialect = { ...draft.dialect, delimiter: "|", field: plain };
      draft.lines.push(raw("(12 rows)"));
    },
    { rewrites: true },
  ),
  file(
    "markdown",
    table({
      start: "| ",
      between: " | ",
      end: " |",
      middle: rule("|", "-", "|", "|"),
      escape: (text) => text.replaceAll("|", "\\|"),
    }),
    { rewrites: true },
  ),
  file(
    "markdown-aligned",
    table({
      start: "| ",
      between: " | ",
      end: " |",
      middle: (widths) => `|${widths.map((width) => `:${"-".repeat(width)}:`).join("|")}|`,
    }),
    { rewrites: true },
  ),
  file(
    "markdown-tight",
    (draft) => {
      draft.dialect = { start: "|", delimiter: "|", end: "|", field: (text) => text.replaceAll("|", "\\|") };
      draft.lines.splice(1, 0, raw(`|${"---|".repeat(8)}`));
    },
    { rewrites: true },
  ),
  file("org-mode", table({ start: "| ", between: " | ", end: " |", middle: rule("|", "-", "+", "|") }), {
    rewrites: true,
  }),
  file(
    "box-drawing",
    table({
      start: "│ ",
      between: " │ ",
      end: " │",
      top: rule("┌", "─", "┬", "┐"),
      middle: rule("├", "─", "┼", "┤"),
      bottom: rule("└", "─", "┴", "┘"),
    }),
    { rewrites: true },
  ),
  file(
    "grid-between-rows",
    table({
      start: "| ",
      between: " | ",
      end: " |",
      top: rule("+", "-", "+", "+"),
      middle: rule("+", "=", "+", "+"),
      each: rule("+", "-", "+", "+"),
      bottom: rule("+", "-", "+", "+"),
    }),
    { rewrites: true },
  ),
  file("sqlite-quote", (draft) => (draft.dialect = { ...draft.dialect, field: sqlText }), { rewrites: true }),
  file("sql-inserts", sql, { rewrites: true, isStretch: true }),
  file(
    "python-lists",
    (draft) => {
      const field = (text: string) =>
        text.includes("'") ? `"${text.replaceAll('"', '\\"')}"` : `'${text.replaceAll("\\", "\\\\")}'`;
      draft.dialect = { start: "[", delimiter: ", ", end: "]", field };
    },
    { rewrites: true, isStretch: true },
  ),
  file(
    "json-lists",
    (draft) => (draft.dialect = { start: "[", delimiter: ", ", end: "]", field: (text) => JSON.stringify(text) }),
    { rewrites: true, isStretch: true },
  ),
  file(
    "long-form",
    (draft) =>
      (draft.lines = draft.rowLines.map(({ row }) => ({ row, raw: `${longOf(draft.valuesOf(row))}\n`, fields: [] }))),
    { rewrites: true, isStretch: true },
  ),
  file("columns-of-spaces", table({ start: "", between: "  ", end: "", middle: rule("", "-", "  ", "", 0) }), {
    rewrites: true,
    isStretch: true,
  }),
  file(
    "index-column",
    (draft) => {
      draft.lines.forEach((line, place) => line.fields.unshift(place === 0 ? "" : `${place - 1}`));
    },
    { rewrites: true, verdict: "any" },
  ),
  file(
    "index-column-without-header",
    (draft) => {
      draft.rowLines.forEach((line, place) => line.fields.unshift(`${place}`));
    },
    { rewrites: true, isStretch: true },
  ),
  file("rows-in-quotes-where-needed", rowsInQuotes(/"/), { rewrites: true }),
  file("rows-in-quotes-and-commas", rowsInQuotes(/^/, ",,,"), { rewrites: true }),
  file("rows-in-quotes-and-semicolons", rowsInQuotes(/"/, ";;;"), { rewrites: true }),
  file(
    "rows-in-quotes-but-header",
    (draft) => {
      for (const line of draft.rowLines) (line.mangles ??= []).push((text) => inQuotes(text));
    },
    { rewrites: true },
  ),
  file(
    "rows-in-single-quotes",
    (draft) => {
      for (const line of draft.lines) (line.mangles ??= []).push((text) => `'${text}'`);
    },
    { rewrites: true, isStretch: true },
  ),
  file(
    "rows-in-quotes-twice",
    (draft) => {
      for (const line of draft.lines) (line.mangles ??= []).push((text) => inQuotes(inQuotes(text)));
    },
    { rewrites: true, isStretch: true },
  ),
  file(
    "spreadsheet-milliseconds",
    (draft) => {
      for (const line of draft.rowLines) {
        const [created = "", active = ""] = [4, 5].map((at) => line.fields[at]?.replace(/(\.\d{3})\d{3}$/, "$1"));
        line.fields.splice(4, 2, created, active);
        draft.unknown(line.row, ["created_at", "last_activity"], { created_at: [created], last_activity: [active] });
      }
      draft.lineEnd = "\n";
    },
    { rewrites: true, verdict: "any", base: { micros: "all" } },
  ),
];
