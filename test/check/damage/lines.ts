// Line ends that are unusual, missing or too many, and lines that were broken.
import { anyOf, hasBoth, hasMetadata, insert, kindsOf, mangle, placesOf, set, type Kind } from "./kind.js";
import { Unsuitable, type Draft } from "./draft.js";
import type { Random } from "../../../src/demo/random.js";

const { file, rows, text } = kindsOf("lines");
const TEXT = { stage: "text" } as const;

/** Other line ends for some lines. */
function someEnds(ends: readonly string[]) {
  return (draft: Draft, random: Random) => {
    for (const line of draft.lines) line.end = ends[random.below(ends.length)] ?? "\n";
  };
}

function between(draft: Draft, random: Random, raw: string, count: number): void {
  for (let i = 0; i < count; i++) draft.lines.splice(1 + random.below(draft.lines.length), 0, { raw, fields: [] });
}

/** Breaks text into lines of this many characters, all of it: physical lines stay where they were. */
function fold(width: number) {
  return (draft: Draft) => {
    const wrap = (from: string) => (from.match(new RegExp(`.{1,${width}}`, "gs")) ?? [""]).join(draft.lineEnd);
    for (const line of draft.lines) mangle(line, wrap);
  };
}

/** Breaks lines behind the last space before this width, and in words that are longer (fold -s). */
function foldAtSpaces(width: number) {
  return (draft: Draft) => {
    const pattern = new RegExp(`.{0,${width - 1}} |.{1,${width}}`, "gs");
    for (const line of draft.lines) mangle(line, (from) => (from.match(pattern) ?? [""]).join(draft.lineEnd));
  };
}

/** A line break at one of the places of a pattern. */
function breakAt(name: string, pattern: RegExp, where?: Parameters<typeof text>[2]): Kind {
  return text(
    `break-${name}`,
    (from, random) => {
      const at = anyOf(random, placesOf(from, pattern));
      return at === undefined ? from : insert(from, at, random.pick(["\r\n", "\n"]));
    },
    { hits: [1, 3], ...where },
  );
}

/** Rows without a line end behind them. */
function join(name: string, between: string, hits: readonly [number, number] = [1, 3]): Kind {
  return rows(
    name,
    (line, draft) => {
      if (line === draft.lines.at(-1)) throw new Unsuitable();
      line.end = between;
    },
    { ...TEXT, hits },
  );
}

/** Whether a line break stood in the text before is not to be known. */
const BREAK_IN_WORD = rows(
  "break-in-json-word",
  (line, draft) => {
    mangle(line, (from) => from.replace(/(?<=""[a-z]+)(?=[a-z]+"")/, "\n"));
    draft.lose(line.row, "ambiguous");
  },
  { ...TEXT, where: hasMetadata },
);

export const LINES: readonly Kind[] = [
  file("cr-only", (draft) => (draft.lineEnd = "\r")),
  file("lf-cr", (draft) => (draft.lineEnd = "\n\r"), { verdict: "any" }),
  file("crcrlf-some", someEnds(["\r\r\n", "\r\n"]), { verdict: "any" }),
  file("cr-some", someEnds(["\r", "\r\n"])),
  file("cr-and-lf", someEnds(["\r", "\n"])),
  file("crlf-then-lf-twice", (draft) => (draft.lineEnd = "\r\n\n"), { verdict: "any" }),
  file("blank-line-after-each", (draft) => (draft.lineEnd = "\r\n\r\n"), { verdict: "any" }),
  file("blank-lines-of-spaces", (draft, random) => between(draft, random, "   \t", 4), { verdict: "any" }),
  file(
    "blank-lines-at-start",
    (draft) => {
      draft.lines.unshift({ raw: "", fields: [] }, { raw: "", fields: [] });
    },
    { verdict: "any" },
  ),
  file("lines-of-commas", (draft, random) => between(draft, random, ",,,,,,,", 3), { verdict: "any" }),
  file("lines-of-quotes", (draft, random) => between(draft, random, '"","","","","","","",""', 2), { verdict: "any" }),
  file("form-feeds", (draft, random) => between(draft, random, "\f", 2), { verdict: "any" }),
  file("control-z-at-end", (draft) => draft.lines.push({ raw: "\x1a", fields: [], end: "" })),
  file("trailing-spaces", (draft) => (draft.suffix = (place) => " ".repeat(place % 4)), { verdict: "any" }),
  file("trailing-tabs", (draft) => (draft.suffix = () => "\t"), { verdict: "any" }),
  file("trailing-semicolons", (draft) => (draft.suffix = () => ";;"), {}),
  file("leading-comma", (draft) => (draft.prefix = () => ","), { verdict: "any" }),
  file(
    "one-trailing-comma-without-header",
    (draft) => (draft.suffix = (_, line) => (line.row === undefined ? "" : ",")),
    { verdict: "any" },
  ),
  file("backslash-at-line-ends", (draft) => (draft.suffix = () => " \\"), { isStretch: true }),
  file("no-line-ends-at-all", (draft) => (draft.lineEnd = "")),
  file("spaces-for-line-ends", (draft) => (draft.lineEnd = " ")),
  file("escaped-line-ends", (draft) => (draft.lineEnd = "\\n"), { isStretch: true }),
  file("u2028-line-ends", (draft) => (draft.lineEnd = "\u2028"), { isStretch: true }),
  join("joined", ""),
  join("joined-by-space", " "),
  join("joined-by-comma", ","),
  join("joined-by-cr", "\r"),
  join("joined-by-tab", "\t"),
  join("joined-three", "", [3, 5]),
  file("header-joined", (draft) => (draft.header.end = "")),
  file("header-joined-by-space", (draft) => (draft.header.end = " ")),
  file("header-broken", (draft, random) =>
    mangle(draft.header, (from) => insert(from, anyOf(random, placesOf(from, /,/g)) ?? 0, draft.lineEnd)),
  ),
  file("fold-80", fold(80), TEXT),
  file("fold-120", fold(120), TEXT),
  file("fold-76-lf", fold(76), { ...TEXT, base: { lineEnd: "\n" } }),
  file("fold-s-100", foldAtSpaces(100), TEXT),
  breakAt("in-session-id", /(?<=^.{1,35})/g),
  breakAt("in-thread-id", /(?<=^[^,]+,[^,]+,[^,]+,.{1,35})/g),
  breakAt("in-user-id", /(?<=^[^,]+,[^,]{2,})\d/g),
  breakAt("in-time", /(?<=T..:..)/g),
  breakAt("in-date", /(?<=,20)25-/g),
  breakAt("before-comma", /,(?! )/g),
  breakAt("behind-comma", /(?<=,)[^ ]/g),
  breakAt("behind-opening-quote", /(?<=,"){/g, { where: hasMetadata, verdict: "any" }),
  breakAt("before-closing-quote", /(?<=})"$/g, { where: hasMetadata, verdict: "any" }),
  BREAK_IN_WORD,
  breakAt("in-json-structure", /(?<=[{:,] ?)""/g, { where: hasMetadata, verdict: "any" }),
  text(
    "break-with-blank-line",
    (from, random) => insert(from, anyOf(random, placesOf(from, /(?<=,)[^ ]/g)) ?? 0, "\r\n\r\n"),
    { hits: [1, 2] },
  ),
  text(
    "break-with-indent",
    (from, random) => insert(from, (anyOf(random, placesOf(from, /,/g).slice(0, 6)) ?? 0) + 1, "\n    "),
    { hits: [1, 2] },
  ),
  text(
    "two-breaks",
    (from) => {
      const [a = 0, b = 0] = placesOf(from, /,/g).slice(1);
      return insert(insert(from, b, "\n"), a + 4, "\n");
    },
    { hits: [1, 2] },
  ),
  text("break-at-each-comma", (from) => from.replace(/,(?! )/g, ",\n"), {
    hits: [1, 2],
    where: (row) => !hasBoth(row),
  }),
  rows(
    "break-in-two-rows-running",
    (line, draft) => {
      const next = draft.lines[draft.lines.indexOf(line) + 1];
      for (const each of [line, next]) if (each !== undefined) mangle(each, (from) => insert(from, 60, "\r\n"));
      if (next?.row !== undefined) draft.touch(next.row);
    },
    { ...TEXT, hits: [1, 1] },
  ),
  file("reversed", (draft) => draft.lines.reverse()),
  file("shuffled", (draft, random) => random.shuffle(draft.lines), { verdict: "any" }),
  file("sorted-without-case", (draft) => {
    draft.lines.sort((a, b) => ((a.fields[0] ?? "") < (b.fields[0] ?? "") ? -1 : 1));
  }),
  rows("real-breaks-in-json", (line) => set(line, "metadata", (json) => json.replace(/, (?=")/g, ",\n  ")), {
    where: hasMetadata,
    verdict: "valid",
  }),
];
