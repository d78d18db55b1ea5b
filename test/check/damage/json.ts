// JSON in other notations, escaped once too often, or with slips.
import { curlyPairs, hasApproval, hasMetadata, JSON_COLUMNS, kindsOf, type Kind } from "./kind.js";
import { dumps, type Row } from "./session.js";
import { inQuotes, Unsuitable } from "./draft.js";

const { file, rows, text, value } = kindsOf("json");

const hasString = (row: Row): boolean => /: "[^"\\]/.test(row.metadata);

/** Some rows' metadata in another form that says the same. */
function metadata(name: string, change: (json: string) => string, options: Parameters<typeof value>[3] = {}): Kind {
  return value(name, "metadata", change, {
    where: (row) => hasMetadata(row) && change(row.metadata) !== row.metadata,
    ...options,
  });
}

/** Some rows' metadata, which can no longer be known. */
function lost(name: string, change: (json: string) => string, where = hasMetadata): Kind {
  return value(name, "metadata", change, {
    where: (row) => where(row) && change(row.metadata) !== row.metadata,
    unknown: ["metadata"],
  });
}

/** A word for an approval that is not there. */
function absent(word: string): Kind {
  return value(`approval-is-${word.replace(/\W/g, "_")}`, "pending_approval", () => word, {
    where: (row) => !hasApproval(row),
  });
}

/** The text of Python's `repr()` of the value. */
function pythonRepr(json: string, prefix = ""): string {
  return write(parsed(json.replace(/-?\d{16,}/g, '"big:$&"')));
  function write(item: unknown): string {
    if (item === null) return "None";
    if (typeof item === "boolean") return item ? "True" : "False";
    if (typeof item === "string") return item.startsWith("big:") ? item.slice(4) : prefix + quote(item);
    if (Array.isArray(item)) return `[${item.map(write).join(", ")}]`;
    if (typeof item !== "object") return JSON.stringify(item);
    return `{${Object.entries(item)
      .map(([key, each]) => `${prefix}${quote(key)}: ${write(each)}`)
      .join(", ")}}`;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw new Unsuitable();
  }
}

function quote(from: string): string {
  const mark = from.includes("'") && !from.includes('"') ? '"' : "'";
  const escaped = from.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(mark, `\\${mark}`);
  return mark + escaped + mark;
}

/** Changes only what stands outside of strings. */
function outside(change: (text: string) => string) {
  return (json: string) =>
    json.replace(/"(?:[^"\\]|\\.)*"|[^"]+/g, (part) => (part.startsWith('"') ? part : change(part)));
}

export const JSON_KINDS: readonly Kind[] = [
  value("python-repr", JSON_COLUMNS, (json) => (json === "" ? "None" : pythonRepr(json))),
  value("python2-repr", JSON_COLUMNS, (json) => (json === "" ? "" : pythonRepr(json, "u")), { where: hasMetadata }),
  file(
    "python-repr-everywhere",
    (draft) => {
      for (const { fields } of draft.rowLines)
        for (const at of [6, 7]) fields[at] = fields[at] === "" ? "None" : pythonRepr(fields[at] ?? "");
    },
    { stage: "values", rewrites: true },
  ),
  metadata("single-quotes", (json) => json.replace(/(?<!\\)"/g, "'"), {
    where: (row) => hasString(row) && !/'|\\"/.test(row.metadata),
  }),
  metadata("bytes-literal", (json) => `b'${json}'`, {
    where: (row) => hasMetadata(row) && !/['\\]/.test(row.metadata),
  }),
  metadata("double-encoded", (json) => dumps(json)),
  file(
    "double-encoded-everywhere",
    (draft) => {
      for (const { fields } of draft.rowLines)
        for (const at of [6, 7]) fields[at] = fields[at] === "" ? "" : dumps(fields[at] ?? "");
    },
    { stage: "values", rewrites: true },
  ),
  metadata("trailing-comma", (json) => json.replace(/\}$/, ",}")),
  metadata("trailing-comma-and-space", (json) => json.replace(/\}$/, ", }")),
  metadata("comma-behind-object", (json) => `${json},`),
  metadata("semicolon-behind-object", (json) => `${json};`),
  metadata("doubled-comma", (json) => json.replace(', "', ',, "')),
  metadata("missing-comma", (json) => json.replace(', "', ' "'), {
    where: (row) => /[\w"\]}], "\w+":/.test(row.metadata),
    isStretch: true,
  }),
  metadata("line-comment", (json) => json.replace("{", "{ // set by admin\n")),
  metadata("block-comment", (json) => json.replace("{", "{/* set by admin */ ")),
  metadata("bare-keys", (json) => json.replace(/"(\w+)":/g, "$1:"), { isStretch: true }),
  metadata("one-more-closing-brace", (json) => `${json}}`),
  metadata(
    "True-False-None",
    outside((part) => part.replace("true", "True").replace("false", "False").replace("null", "None")),
  ),
  metadata(
    "upper-case-words",
    outside((part) => part.replace("true", "TRUE").replace("false", "FALSE").replace("null", "NULL")),
  ),
  metadata(
    "nil-and-arrows",
    outside((part) => part.replaceAll(": ", " => ").replace("null", "nil")),
    { isStretch: true },
  ),
  metadata(
    "equals-signs",
    outside((part) => part.replaceAll(":", "=")),
    { isStretch: true },
  ),
  metadata("raw-line-break-in-string", (json) => json.replace("\\n", "\n")),
  metadata("raw-crlf-in-string", (json) => json.replace("\\n", "\r\n"), { isStretch: true }),
  rows("raw-tab-in-string", (line, draft) => control(line, draft, "\t"), {}),
  rows("raw-control-in-string", (line, draft) => control(line, draft, "\u0001"), { isStretch: true }),
  metadata("byte-order-mark-before", (json) => `\ufeff${json}`),
  metadata("no-break-space-before", (json) => `\u00a0${json}`),
  metadata(
    "no-break-spaces-between",
    outside((part) => part.replaceAll(" ", "\u00a0")),
  ),
  metadata("html-entities", (json) => json.replaceAll("&", "&amp;").replaceAll('"', "&quot;"), {
    where: (row) => hasMetadata(row) && !/\\"/.test(row.metadata),
  }),
  metadata("html-entities-with-apostrophes", (json) => json.replaceAll('"', "&quot;").replaceAll("'", "&#39;"), {
    where: (row) => /'/.test(row.metadata) && !/\\"/.test(row.metadata),
  }),
  metadata("html-numeric-entities", (json) => json.replaceAll('"', "&#34;"), {
    where: (row) => hasMetadata(row) && !/\\"/.test(row.metadata),
  }),
  metadata("escaped-quotes", (json) => json.replaceAll('"', '\\"'), {
    where: (row) => hasMetadata(row) && !/\\/.test(row.metadata),
  }),
  metadata("escaped-apostrophe", (json) => json.replace("'", "\\'")),
  metadata("curly-quotes", (json) => json.replace(/(?<!\\)"/g, "”")),
  metadata("curly-quotes-in-pairs", (json) => curlyPairs(json, /(?<!\\)"/g)),
  metadata(
    "space-before-colon-and-tabs",
    outside((part) => part.replaceAll(": ", "\t:\t")),
    { verdict: "valid" },
  ),
  metadata("in-markdown-code", (json) => `\`${json}\``, { isStretch: true }),
  ...["None", "null", "NULL", "nan", "NaN", "\\N"].map(absent),
  ...["undefined", "N/A", "-", "<null>"].map((word): Kind => ({ ...absent(word), isStretch: true })),
  value("approval-in-quotes-empty", "pending_approval", () => '""', { where: (row) => !hasApproval(row) }),
  value("approval-is-empty-string-json", "pending_approval", () => "''", {
    where: (row) => !hasApproval(row),
    isStretch: true,
  }),
  text("no-comma-for-empty-approval", (from) => from.replace(",,", ","), {
    where: (row) => !hasApproval(row) && hasMetadata(row),
    unknown: JSON_COLUMNS,
  }),
  text("one-more-comma-for-empty-approval", (from) => from.replace(",,", ",,,"), {
    where: (row) => !hasApproval(row) && hasMetadata(row),
    isStretch: true,
  }),
  ...["None", "null", "NULL", "nan"].map((word) =>
    value(`empty-metadata-is-${word}`, "metadata", () => word, { where: (row) => row.metadata === "{}" }),
  ),
  rows("list", (line, draft) => other(line, draft, "[]"), {}),
  rows("number", (line, draft) => other(line, draft, "42"), {}),
  rows("words", (line, draft) => other(line, draft, '"see ticket"'), {}),
  rows("plain-text", (line, draft) => other(line, draft, "see ticket 12"), {}),
  rows("true", (line, draft) => other(line, draft, "true"), {}),
  rows("object-shown-by-javascript", (line, draft) => other(line, draft, "[object Object]"), {}),
  lost("last-brace-lost", (json) => json.slice(0, -1)),
  lost("cut-in-middle", (json) => json.slice(0, Math.floor(json.length / 2))),
  lost("cut-with-dots", (json) => `${json.slice(0, Math.floor(json.length * 0.7))}...`),
  lost("first-brace-lost", (json) => json.slice(1)),
  lost("a-quote-lost", (json) => json.replace('"', "")),
  lost("a-colon-lost", (json) => json.replace(":", "")),
  lost("unknown-escape", (json) => json.replace(/: "/, ': "\\q')),
  lost("cut-unicode-escape", (json) => json.replace(/\\u(..)../, "\\u$1")),
  lost(
    "leading-zeros",
    (json) => json.replace(/: (\d)/, ": 00$1"),
    (row) => /: [1-9]/.test(row.metadata),
  ),
  lost(
    "undefined-inside",
    outside((part) => part.replace("null", "undefined")),
  ),
  lost("function-call-inside", (json) => json.replace(/\}$/, ', "at": datetime.datetime(2025, 9, 30, 10, 30)}')),
  lost("replaced-by-base64", (json) => Buffer.from(json).toString("base64")),
  value("approval-cut", "pending_approval", (json) => json.slice(0, -7), {
    where: hasApproval,
    unknown: ["pending_approval"],
  }),
  text("text-behind-metadata", (from) => `${from} edited by hand`, { unknown: ["metadata"], where: hasMetadata }),
  text("doubled-metadata", (from, _random, { metadata: json }) => `${from},${inQuotes(json)}`, {
    where: hasMetadata,
    unknown: [],
    isStretch: true,
  }),
  text("json-ended-by-paren", (from) => from.replace(/\}"$/, ')"'), { where: hasMetadata, unknown: ["metadata"] }),
];

function other(
  line: { row: number; fields: string[] },
  draft: Parameters<Kind["apply"]>[0],
  metadataText: string,
): void {
  line.fields[7] = metadataText;
  draft.unknown(line.row, ["metadata"], { metadata: ["{}", ""] });
}

function control(
  line: { row: number; fields: string[] },
  draft: Parameters<Kind["apply"]>[0],
  character: string,
): void {
  const truth = draft.truthOf(line.row);
  const json = dumps({ note: `a${character}b`, n: 1 });
  draft.truth[line.row] = { ...truth, values: { ...truth.values, metadata: json } };
  line.fields[7] = `{"note": "a${character}b", "n": 1}`;
}
