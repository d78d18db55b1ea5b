// Files that are in order, however odd they look: a repair leaves them byte for byte.
import { inQuotes, minimalQuotes, type Draft } from "./draft.js";
import { get, kindsOf, set, type Kind, type KindOptions, type RowLine } from "./kind.js";
import { COLUMNS, dumps, type ColumnName } from "./session.js";
import type { Random } from "../../../src/demo/random.js";

const { file: anyFile } = kindsOf("valid");

function valid(name: string, apply: Kind["apply"], options: KindOptions = {}): Kind {
  return anyFile(name, apply, { verdict: "valid", mustRoundtrip: true, ...options });
}

/** Values of some or all rows are others, and are true. */
function values(
  name: string,
  column: ColumnName,
  change: (value: string, random: Random, row: number) => string,
  options: KindOptions & { share?: number } = {},
): Kind {
  const { share = 0.4, ...rest } = options;
  return valid(
    name,
    (draft, random) => {
      for (const line of draft.rowLines)
        if (random.chance(share)) replace(draft, line, column, change(get(line, column), random, line.row));
    },
    rest,
  );
}

function replace(draft: Draft, line: RowLine, column: ColumnName, value: string): void {
  set(line, column, () => value);
  const truth = draft.truthOf(line.row);
  draft.truth[line.row] = { ...truth, values: { ...truth.values, [column]: value } };
}

const json = (name: string, write: (value: string, random: Random, row: number) => string, options = {}) =>
  values(name, "metadata", write, options);
const all = { share: 1 } as const;

function indented(text: string, space: number | string, lineBreak = "\n"): string {
  const whole = text.replace(/-?\d{16,}/g, '"big:$&"');
  return JSON.stringify(JSON.parse(whole), null, space)
    .replace(/"big:(-?\d+)"/g, "$1")
    .replaceAll("\n", lineBreak);
}

export const VALID: readonly Kind[] = [
  valid("as-written", () => undefined),
  valid("all-in-quotes", (draft) => (draft.dialect = { ...draft.dialect, field: (text) => inQuotes(text) })),
  valid(
    "all-but-empty-in-quotes",
    (draft) => (draft.dialect = { ...draft.dialect, field: (text) => (text === "" ? "" : inQuotes(text)) }),
  ),
  valid("texts-in-quotes-but-header", (draft) => {
    const header = COLUMNS.join(",");
    draft.dialect = { ...draft.dialect, field: (text) => inQuotes(text) };
    draft.lines[0] = { raw: header, fields: [] };
  }),
  valid("quotes-at-random", (draft, random) => {
    draft.dialect = {
      ...draft.dialect,
      field: (text) => (random.chance(0.4) ? inQuotes(text) : minimalQuotes(",")(text)),
    };
  }),
  valid(
    "header-in-quotes",
    (draft) => (draft.lines[0] = { raw: COLUMNS.map((name) => inQuotes(name)).join(","), fields: [] }),
  ),
  valid("lf", (draft) => (draft.lineEnd = "\n")),
  valid("crlf-and-lf", (draft, random) => {
    for (const line of draft.lines) line.end = random.chance(0.5) ? "\n" : "\r\n";
  }),
  valid("no-final-line-end", (draft) => (draft.hasFinalLineEnd = false)),
  valid("no-final-line-end-and-quotes", (draft) => {
    draft.hasFinalLineEnd = false;
    draft.dialect = { ...draft.dialect, field: (text) => inQuotes(text) };
  }),
  valid("header-only", () => undefined, { base: { rows: [0, 0] } }),
  valid("header-only-without-line-end", (draft) => (draft.hasFinalLineEnd = false), { base: { rows: [0, 0] } }),
  valid("one-row", () => undefined, { base: { rows: [1, 1] } }),
  valid("one-row-without-line-end", (draft) => (draft.hasFinalLineEnd = false), {
    base: { rows: [1, 1], lineEnd: "\n" },
  }),
  valid("many-rows", () => undefined, { base: { rows: [300, 400] } }),
  valid("short-ids", () => undefined, { base: { ids: "short" } }),
  valid("raw-unicode", () => undefined, { base: { rawUnicode: true } }),
  valid("no-microseconds", () => undefined, { base: { micros: "none" } }),
  values("some-short-ids", "session_id", (_, random, row) => random.pick([`a${row}b2`, `${row}`, `S-${row}`]), {
    share: 0.2,
  }),
  values("ids-with-commas", "session_id", (_, random, row) => `team ${row}, ${random.pick(["north", "south"])}`),
  values("ids-with-quotes", "user_id", (_, random) => `telegram_"${random.below(999)}"`),
  values("ids-with-line-breaks", "session_id", (_, random, row) => `line ${row}\n${random.below(999)}`),
  values("ids-with-spaces", "user_id", (_, random) => `Ana ${random.below(999)} Maria`),
  values("ids-with-leading-zeros", "session_id", (_, _random, row) => row.toString().padStart(6, "0"), all),
  values("ids-of-digits", "session_id", (_, random, row) => `${random.below(900)}${row + 1000}`, all),
  values("ids-like-prefixes", "session_id", (_, random, row) =>
    random.pick([`${row}: x`, `> ${row}`, `# ${row}`, `+49${row}`, `- ${row}`]),
  ),
  values("ids-like-numbers-with-colon", "session_id", (_, _random, row) => `${row + 1}:a`, all),
  values("ids-like-plus-numbers", "session_id", (_, random, row) => `+4915${random.below(99_999)}${row}`, all),
  values(
    "ids-like-words",
    "session_id",
    (_, random, row) => `${random.pick(["null", "None", "NULL", "session_id", "true"])}${row}`,
  ),
  values("ids-in-upper-case", "session_id", (id) => id.toUpperCase()),
  values(
    "ids-of-other-scripts",
    "user_id",
    (_, random) => `telegram_${random.pick(["ñandú", "用户", "Жук", "e\u0301", "🚀"])}${random.below(99)}`,
  ),
  values("ids-like-mail", "user_id", (_, random) => `teams_ana+${random.below(99)}@example.com`),
  values("users-without-platform", "user_id", (_, random) => `${random.below(9_999_999)}`),
  values("users-all-one", "user_id", () => "telegram_1", all),
  values("platforms-unknown", "platform", (_, random) =>
    random.pick(["Matrix", "web chat", "sms;eu", "x/y", "IRC|libera"]),
  ),
  values("thread-is-session", "thread_id", (_, random) => `thread-${random.below(9)}`, all),
  values("times-z", "created_at", (time) => `${time}Z`),
  values("times-offset", "last_activity", (time) => `${time}+00:00`),
  values("times-offset-2", "created_at", (time) => `${time}+02:00`, all),
  values("times-with-space", "created_at", (time) => time.replace("T", " "), { verdict: "any", mustRoundtrip: false }),
  values("times-of-milliseconds", "last_activity", (time) => time.replace(/(\.\d{3})\d{3}$/, "$1"), all),
  values("times-of-2099", "last_activity", (time) => time.replace("2025", "2099")),
  values("times-of-1999", "created_at", (time) => time.replace("2025", "1999")),
  valid("empty-metadata", (draft, random) => {
    for (const line of draft.rowLines)
      if (get(line, "metadata") === "{}" || random.chance(0.3)) replace(draft, line, "metadata", "");
  }),
  valid(
    "empty-as-two-quotes",
    (draft) => (draft.dialect = { ...draft.dialect, field: (text) => (text === "" ? '""' : minimalQuotes(",")(text)) }),
  ),
  valid("approval-is-empty-object", (draft, random) => {
    for (const line of draft.rowLines) if (random.chance(0.3)) replace(draft, line, "pending_approval", "{}");
  }),
  json("indented-json", (text) => indented(text, 2)),
  json("indented-json-crlf", (text) => indented(text, 4, "\r\n")),
  json("indented-json-tabs", (text) => indented(text, "\t")),
  json("tight-json", (text) =>
    text.replace(/(?<=[":,\w\]}]) (?=["[{\w])/g, (space, at: number) =>
      /[:,]/.test(text.charAt(at - 1)) && outside(text, at) ? "" : space,
    ),
  ),
  json("json-with-nan", (_, random) =>
    random.pick(['{"score": NaN}', '{"score": Infinity, "n": 1}', '{"score": [-Infinity]}']),
  ),
  json("json-with-escapes", () => String.raw`{"a\u0062c": "\/\b\f\n\r\t\"\\", "d": "\ud83d\ude00"}`),
  json("json-with-trailing-backslash", () => String.raw`{"path": "C:\\dir\\"}`),
  json("json-with-quote-at-end", () => String.raw`{"text": "say \"x\""}`),
  json("json-with-only-quotes", () => String.raw`{"": "\"\"\"", "\"": ""}`),
  json("json-with-braces-in-strings", () => '{"code": "if (a) { b[0] = \\"}\\" } ]]}", "n": [{}]}'),
  json("json-with-rows-in-strings", (_, _random, row) =>
    dumps({ csv: `session_id,user_id\r\n${row},"telegram_1",x,{}\r\n` }),
  ),
  json(
    "json-with-raw-row-lines",
    (_, random) => `{"a": ${random.below(9)},\n"b": "x,y,z,telegram_1,2025-09-30T10:30:00",\n"c": {}}`,
  ),
  json("json-with-markers", () => dumps({ text: "<<<<<<< HEAD\n=======\n>>>>>>> x\n> quoted\n$ cat x" })),
  json("json-with-python-words", () => '{"answer": "None", "True": "False", "it\'s": "\'quoted\'"}'),
  json("json-with-curly-quotes", () => '{"said": "“Hello” — ‘you’"}'),
  json("json-with-entities", () => '{"html": "&quot;a&quot; &amp; b"}'),
  json("json-with-delimiters", () => '{"text": "a;b|c\\td, e", "x": ";;;"}'),
  json("json-with-byte-order-mark", () => '{"text": "\ufeffa\u200bb"}'),
  json("json-with-equal-keys", () => '{"a": 1, "a": 2}'),
  json("json-with-odd-numbers", () => '{"a": -0, "b": 1e400, "c": 1E-7, "d": 12345678901234567890, "e": 0.1000}'),
  json("json-deep", () => `${'{"a": ['.repeat(60)}${"]}".repeat(60)}`),
  json("json-long", (_, random) => dumps({ text: `${'word, "quoted" '.repeat(4000)}${random.below(9)}` }), {
    share: 0.1,
  }),
  json("json-of-70000-bytes", () => `{"text": "${"x".repeat(70_000)}"}`, { share: 0.1 }),
  json("json-with-spaces-around", (text) => `  ${text} `, { verdict: "any", mustRoundtrip: false }),
  json("json-with-lone-surrogate", () => String.raw`{"text": "\ud83d"}`),
  valid("more-columns", (draft) => {
    draft.header.fields.push("locale", "version");
    for (const line of draft.rowLines) line.fields.push("en", "2");
  }),
  valid("more-columns-in-front", (draft) => {
    draft.header.fields.unshift("tenant");
    for (const line of draft.rowLines) line.fields.unshift("acme, inc");
  }),
  valid("more-columns-in-middle", (draft) => {
    draft.header.fields.splice(4, 0, "locale");
    for (const line of draft.rowLines) line.fields.splice(4, 0, "");
  }),
  valid("columns-in-other-order", (draft, random) => {
    const order = COLUMNS.map((_, place) => place);
    random.shuffle(order);
    for (const line of draft.lines) line.fields = order.map((place) => line.fields[place] ?? "");
  }),
];

function outside(text: string, at: number): boolean {
  return (text.slice(0, at).replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 0;
}
