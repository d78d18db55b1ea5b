// Quotes that are missing, too many, of another form or escaped in another way.
import { inQuotes, minimalQuotes } from "./draft.js";
import { curlyPairs, hasApproval, hasBoth, hasMetadata, kindsOf, mangle, type Kind } from "./kind.js";
import type { Row } from "./session.js";

const { file, text, value } = kindsOf("quotes");
const IDS = ["session_id", "user_id"] as const;
const LEGAL = { isStretch: true, keepsText: true, verdict: "any" } as const;
const withMetadata = { where: hasMetadata };
const withApproval = { where: hasApproval };

/** Text in which the metadata is written in a way of its own. */
function metadata(
  name: string,
  write: (json: string) => string,
  options: Parameters<typeof text>[2] = withMetadata,
): Kind {
  return text(
    name,
    (from, _random, values: Row) => from.replace(inQuotes(values.metadata), () => write(values.metadata)),
    options,
  );
}

function approval(
  name: string,
  write: (json: string) => string,
  options: Parameters<typeof text>[2] = withApproval,
): Kind {
  return text(
    name,
    (from, _random, values: Row) =>
      from.replace(inQuotes(values.pending_approval), () => write(values.pending_approval)),
    options,
  );
}

/** All fields in quotes of this sort. */
function around(name: string, open: string, close = open, options = {}): Kind {
  return file(
    name,
    (draft) =>
      (draft.dialect = { ...draft.dialect, field: (from) => open + from.replaceAll(close, close + close) + close }),
    {
      rewrites: true,
      ...options,
    },
  );
}

/** Fields in quotes only where it has to be, the quotes not doubled but after a backslash. */
const backslashed = (from: string): string =>
  /[,"]/.test(from) ? `"${from.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"` : from;

export const QUOTES: readonly Kind[] = [
  around("single-quotes", "'"),
  around("curly-quotes", "“", "”"),
  around("german-quotes", "„", "“", { isStretch: true }),
  around("guillemets", "«", "»", { isStretch: true }),
  around("backticks", "`", "`", { isStretch: true }),
  file(
    "twice-in-quotes",
    (draft) => (draft.dialect = { ...draft.dialect, field: (from) => inQuotes(inQuotes(from)) }),
    { rewrites: true },
  ),
  file("undoubled-everywhere", (draft) => (draft.dialect = { ...draft.dialect, field: (from) => `"${from}"` }), {
    rewrites: true,
  }),
  file(
    "undoubled-where-needed",
    (draft) => (draft.dialect = { ...draft.dialect, field: (from) => (/[",]/.test(from) ? `"${from}"` : from) }),
    { rewrites: true },
  ),
  file("backslashes", (draft) => (draft.dialect = { ...draft.dialect, field: backslashed }), { rewrites: true }),
  file(
    "backslashes-and-all-in-quotes",
    (draft) =>
      (draft.dialect = {
        ...draft.dialect,
        field: (from) => `"${from.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`,
      }),
    { rewrites: true },
  ),
  file(
    "backslashes-only-before-quotes",
    (draft) =>
      (draft.dialect = {
        ...draft.dialect,
        field: (from) => (/[,"]/.test(from) ? `"${from.replaceAll('"', '\\"')}"` : from),
      }),
    { rewrites: true },
  ),
  file("no-quotes-at-all", (draft) => (draft.dialect = { ...draft.dialect, field: (from) => from }), {
    rewrites: true,
  }),
  file(
    "doubled-but-no-outer-quotes",
    (draft) => (draft.dialect = { ...draft.dialect, field: (from) => from.replaceAll('"', '""') }),
    { rewrites: true },
  ),
  file(
    "commas-escaped",
    (draft) => (draft.dialect = { ...draft.dialect, field: (from) => from.replaceAll(",", "\\,") }),
    { rewrites: true, isStretch: true },
  ),
  file(
    "formulas",
    (draft) =>
      (draft.dialect = { ...draft.dialect, field: (from) => (from.startsWith("{") ? inQuotes(from) : `="${from}"`) }),
    { rewrites: true, isStretch: true },
  ),
  file(
    "curly-json-quotes-everywhere",
    (draft) => {
      draft.dialect = { ...draft.dialect, field: (from) => minimalQuotes(",")(from).replace(/""/g, "”") };
    },
    { rewrites: true, isStretch: true },
  ),
  text("curly-in-pairs", (from) => curlyPairs(from, /"/g), withMetadata),
  text("curly-right-only", (from) => from.replaceAll('"', "”"), withMetadata),
  metadata("curly-json-without-outer-quotes", (json) => json.replace(/(?<!\\)"/g, "”")),
  metadata("curly-json-in-outer-quotes", (json) => `"${json.replace(/(?<!\\)"/g, "”").replaceAll('"', '""')}"`),
  metadata("no-opening-quote", (json) => inQuotes(json).slice(1)),
  metadata("no-closing-quote", (json) => inQuotes(json).slice(0, -1)),
  metadata("no-outer-quotes-but-doubled", (json) => inQuotes(json).slice(1, -1)),
  metadata("no-outer-quotes", (json) => json),
  metadata("undoubled", (json) => `"${json}"`),
  metadata("doubled-twice", (json) => `"${json.replaceAll('"', '""""')}"`),
  metadata("three-outer-quotes", (json) => `"${inQuotes(json)}"`),
  metadata("one-more-closing-quote", (json) => `${inQuotes(json)}"`),
  metadata("one-more-opening-quote", (json) => `"${inQuotes(json)}`),
  metadata("single-outer-quotes", (json) => `'${json}'`, {
    where: (row) => hasMetadata(row) && !row.metadata.includes("'"),
  }),
  metadata("backslashes-in-metadata", backslashed, {
    where: (row) => hasMetadata(row) && !row.metadata.includes("\\"),
  }),
  metadata("space-behind-closing-quote", (json) => `${inQuotes(json)}  `),
  metadata("spaces-inside-quotes", (json) => `" ${inQuotes(json).slice(1, -1)} "`, { ...withMetadata, verdict: "any" }),
  metadata("tab-before-quote", (json) => `\t${inQuotes(json)}`),
  metadata("one-inner-quote-undoubled", (json) => inQuotes(json).replace('{""', '{"')),
  metadata("first-key-undoubled", (json) => inQuotes(json).replace(/\{""(\w+)""/, '{"$1"')),
  metadata("opening-quote-curly", (json) => `“${inQuotes(json).slice(1)}`),
  approval("no-opening-quote-of-approval", (json) => inQuotes(json).slice(1)),
  approval("no-closing-quote-of-approval", (json) => inQuotes(json).slice(0, -1)),
  approval("no-outer-quotes-of-approval", (json) => json),
  approval("undoubled-approval", (json) => `"${json}"`),
  approval("doubled-twice-approval", (json) => `"${json.replaceAll('"', '""""')}"`),
  approval("one-more-closing-quote-of-approval", (json) => `${inQuotes(json)}"`),
  text("no-comma-between-json", (from) => from.replace('}","{', '}""{'), { where: hasBoth }),
  text("no-closing-quotes-of-both", (from) => from.replace('}","{', '},"{').replace(/"$/, ""), { where: hasBoth }),
  text("no-opening-quotes-of-both", (from) => from.replace('}","{', '}",{').replace(',"{', ",{"), { where: hasBoth }),
  text("stray-quote-before-user", (from) => from.replace(",", ',"')),
  text("stray-quote-behind-user", (from) => from.replace(/^([^,]*,[^,]*)/, '$1"')),
  text("stray-quote-before-id", (from) => `"${from}`),
  text("stray-quote-behind-id", (from) => from.replace(",", '",')),
  text("stray-quote-before-thread", (from) => from.replace(/^([^,]*,[^,]*,[^,]*,)/, '$1"')),
  text("stray-quote-behind-platform", (from) => from.replace(/^([^,]*,[^,]*,[^,]*)/, '$1"')),
  text("stray-quote-before-time", (from) => from.replace(/,(?=20\d\d-)/, ',"')),
  text("stray-quote-behind-time", (from) => from.replace(/(?<=,20\d\d-[^,]*),/, '",')),
  text("stray-quote-at-end", (from) => `${from}"`),
  text("stray-quote-for-empty-approval", (from) => from.replace(",,", ',",'), { where: (row) => !hasApproval(row) }),
  text("three-quotes-for-empty-approval", (from) => from.replace(",,", ',""",'), { where: (row) => !hasApproval(row) }),
  text("two-stray-quotes", (from) => from.replace(",", ',"').replace(/(?<=,20\d\d-[^,]*),/, '",')),
  text("closing-quote-missing-twice-running", (from) => from.replace(/"$/, ""), { where: hasMetadata, hits: [2, 4] }),
  file(
    "closing-quote-missing-in-last-row",
    (draft) => {
      const line = draft.rowLines.at(-1);
      if (line === undefined) return;
      draft.touch(line.row);
      mangle(line, (from) => from.replace(/"$/, ""));
    },
    { stage: "text", verdict: "any" },
  ),
  value("ids-in-quotes-of-their-own", IDS, (from) => `"${from}"`, LEGAL),
  value("ids-in-single-quotes", IDS, (from) => `'${from}'`, LEGAL),
  value("ids-in-curly-quotes", IDS, (from) => `“${from}”`, LEGAL),
  value("apostrophe-before-id", "session_id", (from) => `'${from}`, LEGAL),
];
