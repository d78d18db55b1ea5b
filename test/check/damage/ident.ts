// Ids that were changed, rows that stand there twice, fields in each other's place.
import type { Draft, Line } from "./draft.js";
import { get, kindsOf, mangle, set, type Kind, type RowLine } from "./kind.js";
import { COLUMNS, isoformat, type ColumnName, type Row } from "./session.js";
import type { Random } from "../../../src/demo/random.js";
import { drawUuid } from "../../../src/demo/uuid.js";

const { file, rows, value } = kindsOf("ident");
const IDS = ["session_id", "user_id", "platform", "thread_id"] as const;
/** What stands there is odd, and no error for certain. */
const LEGAL = { isStretch: true, keepsText: true, verdict: "any" } as const;
const ANY = { verdict: "any" } as const;

/** What stands around ids, and is none of theirs. */
function padded(name: string, before: string, behind: string, options = {}): Kind {
  return value(`padded-${name}`, IDS, (from) => before + from + behind, options);
}

function lineOf(values: Row): Line {
  return { fields: COLUMNS.map((name) => values[name]) };
}

/** Further copies of some rows, changed, put somewhere. */
function copies(
  name: string,
  change: (values: Row, random: Random) => Row,
  where: "before" | "behind" | "anywhere" | "next",
  isStale: boolean,
  options = {},
): Kind {
  return rows(
    name,
    (line, draft, random) => {
      const copy = change(draft.valuesOf(line.row), random);
      if (isStale) draft.stale.push(copy);
      const at = draft.lines.indexOf(line);
      const last = draft.lines.length;
      const place = { before: 1, behind: last, anywhere: 1 + random.below(last), next: at + 1 }[where];
      draft.lines.splice(place, 0, lineOf(copy));
    },
    { stage: "file", where: isStale ? wasActive : () => true, ...options },
  );
}

const wasActive = (row: Row): boolean => row.last_activity > row.created_at;
const same = (values: Row): Row => values;
const older = (values: Row): Row => ({ ...values, last_activity: values.created_at, metadata: '{"state": "old"}' });
const otherText = (values: Row): Row => ({ ...values, metadata: values.metadata.replace(/(?<=\w"): /g, ":") });

function exchange(line: RowLine, one: ColumnName, other: ColumnName): void {
  const kept = get(line, one);
  const moved = get(line, other);
  set(line, one, () => moved);
  set(line, other, () => kept);
}

/** The file, and behind it its newer self. */
function yesterdayAndToday(draft: Draft, random: Random): void {
  const yesterday = draft.truth
    .filter(() => random.chance(0.7))
    .map(({ values }) => (random.chance(0.5) ? values : older(values)));
  for (const values of yesterday) draft.stale.push(values);
  const lines = yesterday.map(lineOf);
  draft.lines.unshift({ ...draft.header }, ...lines);
}

export const IDENT: readonly Kind[] = [
  padded("with-tabs", "\t", "\t"),
  padded("with-spaces", "  ", " "),
  padded("with-no-break-spaces", "\u00a0", "\u00a0"),
  padded("with-zero-width-spaces", "\u200b", "", LEGAL),
  padded("with-ideographic-spaces", "\u3000", "\u3000"),
  padded("with-direction-marks", "\u200e", "", LEGAL),
  padded("with-byte-order-marks", "\ufeff", ""),
  padded("with-line-ends", "", "\n"),
  padded("with-carriage-returns", "", "\r"),
  value("padded-times", ["created_at", "last_activity"], (from) => ` ${from} `),
  value("padded-times-with-tabs", ["created_at", "last_activity"], (from) => `${from}\t`),
  value(
    "space-in-uuid",
    "session_id",
    (from, random) => {
      const at = 1 + random.below(35);
      return `${from.slice(0, at)} ${from.slice(at)}`;
    },
    LEGAL,
  ),
  value("uuid-without-dashes", "thread_id", (from) => from.replaceAll("-", ""), { unknown: ["thread_id"], ...LEGAL }),
  rows("uuid-in-braces", (line, draft) => keepAs(line, draft, "session_id", (from) => `{${from}}`), ANY),
  rows(
    "uuid-one-digit-lost",
    (line, draft, random) =>
      keepAs(line, draft, "session_id", (from) => {
        const at = random.below(36);
        return from.slice(0, at) + from.slice(at + 1);
      }),
    ANY,
  ),
  rows(
    "control-character-in-user",
    (line, draft) => keepAs(line, draft, "user_id", (from) => from.replace("_", "_\u001b[31m")),
    ANY,
  ),
  rows(
    "control-character-in-platform",
    (line, draft) => keepAs(line, draft, "platform", (from) => `${from}\u0007`),
    ANY,
  ),
  file(
    "scientific-notation",
    (draft) => {
      for (const line of draft.rowLines) {
        set(line, "user_id", () => "1.23457E+15");
        draft.unknown(line.row, ["user_id"]);
      }
    },
    { stage: "values", rewrites: true },
  ),
  value("scientific-notation-in-some", "user_id", () => "4.91524E+12", { unknown: ["user_id"] }),
  value("scientific-notation-with-comma", "session_id", () => "4,91524E+12", { unknown: ["session_id"] }),
  value("session-id-empty", "session_id", () => "", { unknown: ["session_id"] }),
  value("user-id-empty", "user_id", () => "", { unknown: ["user_id"] }),
  value("platform-empty", "platform", () => "", { unknown: ["platform"] }),
  value("thread-id-empty", "thread_id", () => "  ", { unknown: ["thread_id"] }),
  value("session-id-none", "session_id", () => "None", { unknown: ["session_id"], hits: [1, 1], ...LEGAL }),
  value("hash-name-error", "user_id", () => "#NAME?", { unknown: ["user_id"], ...LEGAL }),
  rows("user-and-platform-exchanged", (line) => exchange(line, "user_id", "platform"), ANY),
  file(
    "user-and-platform-exchanged-everywhere",
    (draft) => {
      for (const line of draft.rowLines) exchange(line, "user_id", "platform");
    },
    { stage: "values", verdict: "any" },
  ),
  rows("platform-and-thread-exchanged", (line) => exchange(line, "platform", "thread_id"), LEGAL),
  rows("user-and-session-exchanged", (line) => exchange(line, "session_id", "user_id"), LEGAL),
  rows(
    "times-exchanged",
    (line, draft) => {
      exchange(line, "created_at", "last_activity");
      draft.lose(line.row, "ambiguous");
    },
    ANY,
  ),
  rows(
    "times-before-ids",
    (line) => {
      const [a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = ""] = line.fields;
      line.fields = [a, b, c, e, f, d, g, h];
    },
    { isStretch: true },
  ),
  copies("copy-anywhere", same, "anywhere", false),
  copies("copy-next", same, "next", false),
  copies("copies-at-end", same, "behind", false, { hits: [4, 8] }),
  copies("copy-with-other-spacing", otherText, "behind", false),
  copies("copy-with-z", (values) => ({ ...values, created_at: `${values.created_at}Z` }), "behind", false),
  copies("older-before", older, "before", true),
  copies("older-behind", older, "behind", true),
  copies("older-of-several", older, "anywhere", true, { hits: [4, 8] }),
  copies("older-and-equal-time", (values) => ({ ...values, metadata: '{"state": "old"}' }), "before", true),
  copies(
    "older-with-other-zone",
    (values) => ({ ...values, last_activity: `${values.created_at}+05:00`, metadata: '{"state": "old"}' }),
    "behind",
    true,
  ),
  rows(
    "three-versions",
    (line, draft, random) => {
      const values = draft.valuesOf(line.row);
      const versions = [
        older(values),
        { ...older(values), pending_approval: "", metadata: '{"state": "older still"}' },
      ];
      draft.stale.push(...versions);
      for (const version of versions) draft.lines.splice(1 + random.below(draft.lines.length), 0, lineOf(version));
      // Of two versions of one time the later one in the file stays, which is none of these.
    },
    { stage: "file", hits: [1, 2], where: (row) => row.last_activity > row.created_at },
  ),
  rows(
    "conflict",
    (line, draft, random) => {
      const values = draft.valuesOf(line.row);
      const other = { ...values, user_id: `${values.platform}_77001${random.below(900)}`, thread_id: drawUuid(random) };
      const row = draft.truth.push({ status: "exact", values: other, known: COLUMNS, alt: {} }) - 1;
      draft.lines.push({ row, fields: COLUMNS.map((name) => other[name]) });
    },
    { stage: "file", hits: [1, 2], isAlone: true },
  ),
  rows(
    "newer-version-with-broken-time",
    (line, draft) => {
      const values = draft.valuesOf(line.row);
      draft.lines.push(lineOf({ ...values, last_activity: "2025-13-45T10:00:00" }));
    },
    { stage: "file", hits: [1, 1] },
  ),
  file("yesterday-and-today", yesterdayAndToday),
  file("whole-file-twice", (draft) => draft.lines.push(...draft.lines.map(({ fields }) => ({ fields })))),
  file("whole-file-twice-without-line-end", (draft) => {
    const again = draft.lines.map(({ fields }) => ({ fields }));
    const last = draft.lines.at(-1);
    if (last !== undefined) last.end = "";
    draft.lines.push(...again);
  }),
  file("merge-diff3", (draft, random) => {
    const at = 2 + random.below(draft.lines.length - 3);
    const line = draft.lines[at];
    if (line?.row === undefined) return;
    const old = older(draft.valuesOf(line.row));
    draft.stale.push(old);
    const raw = (text: string): Line => ({ raw: text, fields: [] });
    const base = lineOf({ ...old, pending_approval: "" });
    draft.stale.push({ ...old, pending_approval: "" });
    draft.lines.splice(
      at,
      1,
      raw("<<<<<<< Updated upstream"),
      lineOf(old),
      raw("||||||| merged common ancestors"),
      base,
      raw("======="),
      line,
      raw(">>>>>>> Stashed changes"),
    );
  }),
  file("merge-svn", (draft, random) => {
    const at = 1 + random.below(draft.lines.length - 2);
    draft.lines.splice(at, 0, { raw: "<<<<<<< .mine", fields: [] });
    draft.lines.splice(at + 2, 0, { raw: "=======", fields: [] }, { raw: ">>>>>>> .r1234", fields: [] });
  }),
  file("merge-markers-cut", (draft, random) => {
    draft.lines.splice(1 + random.below(draft.lines.length - 2), 0, { raw: "=======", fields: [] });
    mangle(draft.header, (text) => text);
  }),
  rows(
    "active-later-than-now",
    (line, draft) => {
      const values = { ...draft.valuesOf(line.row), last_activity: isoformat(Date.UTC(2099, 0, 1) / 1000, 7) };
      draft.truth[line.row] = { ...draft.truthOf(line.row), values };
      line.fields = COLUMNS.map((name) => values[name]);
    },
    { verdict: "valid" },
  ),
];

/** A damaged id that nobody can tell from a legal one, or that stays as it is. */
function keepAs(line: RowLine, draft: Draft, column: ColumnName, change: (from: string) => string): void {
  set(line, column, change);
  draft.unknown(line.row, [column], { [column]: [get(line, column)] });
}
