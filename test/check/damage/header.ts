// Headers that are missing, changed, moved or too many.
import { Unsuitable, type Line } from "./draft.js";
import { kindsOf, mangle, type Kind } from "./kind.js";
import { COLUMNS } from "./session.js";

const { file, rows } = kindsOf("header");

function renamed(name: string, rename: (column: string, place: number) => string, options = {}): Kind {
  return file(
    `name-${name}`,
    (draft) => (draft.header.fields = COLUMNS.map((column, place) => rename(column, place))),
    options,
  );
}

function oneRenamed(from: string, to: string): Kind {
  return renamed(`${from}-as-${to === "" ? "nothing" : to}`.replaceAll(" ", "_"), (column) =>
    column === from ? to : column,
  );
}

/** Rows in another order of their fields, and a header that says so or does not. */
function reorder(lines: readonly Line[], order: readonly number[]): void {
  for (const line of lines) line.fields = order.map((place) => line.fields[place] ?? "");
}

function raw(text: string): Line {
  return { raw: text, fields: [] };
}

function camel(column: string): string {
  return column.replace(/_./g, (pair) => pair.charAt(1).toUpperCase());
}

function title(column: string): string {
  return column.replaceAll("_", " ").replace(/\b./g, (letter) => letter.toUpperCase());
}

/** The columns without one, in the header and in all rows. */
function without(name: (typeof COLUMNS)[number], options = {}): Kind {
  return file(
    `column-missing-${name}`,
    (draft) => {
      const at = COLUMNS.indexOf(name);
      for (const line of draft.lines) line.fields.splice(at, 1);
      for (const { row } of draft.rowLines) {
        const empty = draft.valuesOf(row)[name] === "" || draft.valuesOf(row)[name] === "{}";
        if (!empty) draft.unknown(row, [name]);
      }
    },
    { rewrites: true, ...options },
  );
}

export const HEADER: readonly Kind[] = [
  renamed("upper", (column) => column.toUpperCase()),
  renamed("title", title),
  renamed("camel", camel),
  renamed("pascal", (column) => title(column).replaceAll(" ", "")),
  renamed("dashes", (column) => column.replaceAll("_", "-")),
  renamed("spaces-for-underscores", (column) => column.replaceAll("_", " ")),
  renamed("spaces-around", (column) => ` ${column} `),
  renamed("single-quotes", (column) => `'${column}'`),
  renamed("brackets", (column) => `[${column}]`),
  renamed("table-prefix", (column) => `sessions.${column}`),
  renamed("numbered", (column, place) => `${place + 1}. ${column}`, { isStretch: true }),
  renamed("with-types", (column) => `${column}:string`, { isStretch: true }),
  renamed(
    "german",
    (_, place) =>
      ["Sitzung", "Benutzer", "Plattform", "Thread", "Erstellt", "Letzte Aktivität", "Offen", "Metadaten"][place] ?? "",
  ),
  renamed("letters", (_, place) => "ABCDEFGH".charAt(place)),
  renamed("all-empty", () => ""),
  oneRenamed("session_id", "id"),
  oneRenamed("session_id", "sesion_id"),
  oneRenamed("user_id", "user"),
  oneRenamed("thread_id", "tread_id"),
  oneRenamed("metadata", "meta data"),
  oneRenamed("pending_approval", "pending"),
  oneRenamed("last_activity", "lastactivity"),
  oneRenamed("platform", ""),
  oneRenamed("created_at", "created"),
  file("name-missing", (draft, random) => draft.header.fields.splice(random.below(8), 1)),
  file("name-twice", (draft) => (draft.header.fields[3] = "user_id")),
  file("names-too-many", (draft) => draft.header.fields.push("locale", "version"), { verdict: "any" }),
  file("cut-at-its-end", (draft) => mangle(draft.header, (text) => text.slice(0, 40))),
  file("cut-at-its-start", (draft) => mangle(draft.header, (text) => text.slice(12))),
  file("trailing-comma", (draft) => mangle(draft.header, (text) => `${text},`), { verdict: "any" }),
  file("at-end", (draft) => draft.lines.push(...draft.lines.splice(0, 1))),
  file("at-both-ends", (draft) => draft.lines.push({ ...draft.header })),
  file("in-middle-only", (draft) =>
    draft.lines.splice(Math.floor(draft.lines.length / 2), 0, ...draft.lines.splice(0, 1)),
  ),
  file("twice-at-top", (draft) => draft.lines.unshift({ ...draft.header })),
  file(
    "after-each-row",
    (draft) =>
      (draft.lines = draft.lines.flatMap((line) => (line.row === undefined ? [line] : [line, { ...draft.header }]))),
  ),
  file("repeated-in-upper-case", (draft) =>
    draft.lines.splice(4, 0, { fields: COLUMNS.map((name) => name.toUpperCase()) }),
  ),
  file("missing-and-short-rows", (draft) => draft.lines.shift(), { base: { rows: [1, 2] } }),
  file("as-comment", (draft) => mangle(draft.header, (text) => `#${text}`)),
  file("as-comment-with-space", (draft) => mangle(draft.header, (text) => `# ${text}`)),
  file("with-bars", (draft) => mangle(draft.header, (text) => text.replaceAll(",", "|"))),
  file("with-semicolons", (draft) => mangle(draft.header, (text) => text.replaceAll(",", ";"))),
  file("with-tabs", (draft) => mangle(draft.header, (text) => text.replaceAll(",", "\t"))),
  file("in-one-pair-of-quotes", (draft) => mangle(draft.header, (text) => `"${text}"`)),
  file("unclosed-quote", (draft) => mangle(draft.header, (text) => `"${text}`)),
  file("sep-line", (draft) => draft.lines.unshift(raw("sep=,"))),
  file("dashes-below", (draft) =>
    draft.lines.splice(1, 0, raw(COLUMNS.map((name) => "-".repeat(name.length)).join(","))),
  ),
  file("title-above", (draft) => draft.lines.unshift(raw("Sessions export 2025-09-30"), raw(""))),
  file(
    "reordered-second-part",
    (draft) => {
      const at = Math.ceil(draft.lines.length / 2);
      const header: Line = { fields: [...COLUMNS] };
      reorder([header, ...draft.lines.slice(at)], [3, 0, 2, 1, 5, 4, 7, 6]);
      draft.lines.splice(at, 0, header);
    },
    { rewrites: true },
  ),
  file(
    "reordered-but-header",
    (draft) => {
      reorder(draft.lines.slice(1), [0, 3, 2, 1, 4, 5, 6, 7]);
      for (const { row, fields } of draft.rowLines) draft.accept(row, fields);
    },
    { rewrites: true, isStretch: true, verdict: "any" },
  ),
  file(
    "extra-columns-in-some-rows",
    (draft, random) => {
      draft.header.fields.push("locale", "version");
      for (const line of draft.rowLines) if (random.chance(0.6)) line.fields.push("en", "2");
    },
    { verdict: "any" },
  ),
  rows(
    "extra-values-without-names",
    (line, draft) => {
      line.fields.push("en", "2");
      draft.truth[line.row] = { ...draft.truthOf(line.row), status: "partial" };
    },
    { stage: "text" },
  ),
  without("pending_approval", { base: { approvals: false } }),
  without("metadata"),
  without("platform"),
  without("thread_id"),
  file(
    "missing-with-short-ids",
    (draft) => {
      if (draft.lines.shift() === undefined) throw new Unsuitable();
    },
    { base: { ids: "short" } },
  ),
];
