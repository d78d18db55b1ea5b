import { expect, test } from "vitest";
import { createTextReport, type TextReportOptions } from "../../../src/cli/render/diagnostics-text.js";
import { PLAIN_STYLE, type Style } from "../../../src/cli/render/style.js";
import { BLANK, findingAt, LITERAL, MONTH, printed, PYTHON } from "./findings.js";

const OPTIONS: TextReportOptions = {
  isStrict: false,
  isTerminal: true,
  width: 80,
  style: PLAIN_STYLE,
  limits: { ofFile: 50, ofKind: 5 },
  wordFor: (path) => path,
};

function text(files: Parameters<typeof printed>[1], options: Partial<TextReportOptions> = {}): string {
  return printed((print) => createTextReport(print, { ...OPTIONS, ...options }), files);
}

test("on a terminal each finding has its line and what becomes of it, then come counts and what to type", () => {
  expect(text({ "sessions.csv": [LITERAL, BLANK, MONTH, PYTHON] })).toBe(
    [
      "sessions.csv:2:67  error[json-literal]\n  None stands where the field should be empty",
      "  2 | s1,telegram_1,telegram,t1,2025-09-30T08:00:00,2025-09-30T09:00:00,None,{}",
      "    |                                                                   ^^^^",
      "  = help: it should be empty",
      "  = repair: sets this right",
      "",
      "sessions.csv:3:1  warning[blank-line] a blank line",
      "  3 | \\r\\n",
      "    | ^^^^",
      "  = repair: leaves this out, no value is lost",
      "",
      "sessions.csv:4:30  error[timestamp-invalid] there is no month 13",
      "  4 | …e,discord_2,discord,t2,2025-13-30T08:00:00,2025-09-30T09:00:00,,\"{'a': 1…",
      "    |                         ^^^^^^^^^^^^^^^^^^^",
      "  = repair: sets this aside",
      "",
      "sessions.csv:4:72  error[json-python] str() of a dictionary stands here",
      "  4 | …,discord_2,discord,t2,2025-13-30T08:00:00,2025-09-30T09:00:00,,\"{'a': 1}\"",
      "    |                                                                  ^^^^^^^^",
      '  = help: it should be {"a": 1}',
      "  = repair: sets this right",
      "",
      "sessions.csv: 1,204 records, 3 errors, 1 warning",
      "",
      "COUNT  CODE               SEVERITY  WHAT IS WRONG",
      "    1  json-literal       error     a word stands for an absent value",
      "    1  blank-line         warning   a blank line",
      "    1  timestamp-invalid  error     a time does not exist",
      "    1  json-python        error     Python's form stands in the place of JSON",
      "",
      "What a repair would do: sessions repair sessions.csv --dry-run",
      "What a code means:      sessions explain json-literal",
      "",
    ].join("\n"),
  );
});

test("in a pipe the first line of a finding is one that editors know", () => {
  expect(text({ "a.csv": [PYTHON] }, { isTerminal: false, width: 100 })).toMatch(
    /^a\.csv:4:72: error json-python str\(\) of a dictionary stands here\n {2}4 \| größe,/,
  );
});

test("a clean file is one line", () => {
  expect(text({ "a.csv": [] })).toBe("a.csv: 1,204 records, no findings\n");
});

test("several files are summed up", () => {
  const shown = text({ "a.csv": [], "b.csv": [BLANK], "c.csv": [MONTH] });
  expect(shown).toMatch(/^a\.csv: 1,204 records, no findings\n\nb\.csv:3:1 {2}warning/);
  expect(shown).toMatch(/\n\n3 files: 2 passed, 1 failed\n$/);
  expect(text({ "a.csv": [], "b.csv": [BLANK] }, { isStrict: true })).toMatch(/\n2 files: 1 passed, 1 failed\n$/);
});

test("a frequent finding does not bury the others, and what is not shown is said", () => {
  const literals = Array.from({ length: 800 }, (_, index) => ({ ...LITERAL, line: index + 2 }));
  const shown = text({ "a.csv": [...literals, MONTH] });
  expect(shown.match(/error\[json-literal\]/g)).toHaveLength(5);
  expect(shown).toContain("\n… 795 more of this kind, on lines 7-801\n\na.csv:4:30  error[timestamp-invalid]");
  expect(shown).toContain("\nShowing 6 of 801 findings (--all shows all)\n");
  expect(shown).toContain("\n  800  json-literal ");
});

test("all are shown as they come where that is asked for", () => {
  const literals = Array.from({ length: 60 }, () => LITERAL);
  const shown = text({ "a.csv": literals }, { limits: "all" });
  expect(shown.match(/error\[json-literal\]/g)).toHaveLength(60);
  expect(shown).not.toMatch(/more of this kind|Showing/);
});

test("a limit of nothing leaves the counts", () => {
  expect(text({ "a.csv": [MONTH] }, { limits: { ofFile: 0, ofKind: 0 } })).toMatch(
    /^a\.csv: 1,204 records, 1 error\n\n.*\n {4}1 {2}timestamp-invalid .*\n\nShowing 0 of 1 finding \(--all shows all\)\n\n/,
  );
});

test("no repair is proposed where it would leave everything as it is", () => {
  expect(text({ "a.csv": [{ ...MONTH, outcome: "kept" }] })).toMatch(
    /\n {2}= repair: leaves this as it is\n[^]*\n\nWhat a code means: {6}sessions explain timestamp-invalid\n$/,
  );
});

test("a file that cannot be named again is a gap in the command", () => {
  expect(text({ "standard input": [MONTH] }, { wordFor: () => undefined })).toContain(
    "sessions repair <file> --dry-run\n",
  );
});

test("what a lossy fix does is said", () => {
  const fix = { kind: "lossy", edits: [] } as const;
  expect(text({ "a.csv": [{ ...MONTH, fix }] })).toContain(
    "= repair: sets this aside, unless --lossy allows it to guess\n",
  );
  expect(text({ "a.csv": [{ ...MONTH, fix, outcome: "healed" }] })).toContain(
    "= repair: sets this right, and loses or guesses something\n",
  );
});

test("where offsets count in decoded content that is not yet at hand, the finding's text stands alone", () => {
  const compressed = findingAt("session_id", "compressed", { text: "\x1f\x8b" });
  const shown = text({ "a.csv": [compressed, MONTH] }, { limits: "all" });
  expect(shown).toContain("  = text: 2025-13-30T08:00:00\n");
  expect(shown).not.toContain(" | ");
  expect(text({ "a.csv": [compressed, MONTH] })).toContain("discord,t2,2025-13-30T08:00:00,");
});

test("hostile text is made visible", () => {
  const hostile = { ...MONTH, message: "a\u001b[2Jb", expected: "c\u202ed" };
  const shown = text({ "e\nvil.csv": [hostile] });
  expect(shown).toContain("e\\nvil.csv:4:30  error[timestamp-invalid] a\\x1b[2Jb\n");
  expect(shown).toContain("  = help: it should be c\\u202ed\n");
});

test("colours tell errors from warnings", () => {
  const names = Object.keys(PLAIN_STYLE) as (keyof Style)[];
  const style = Object.fromEntries(
    names.map((name) => [name, (painted: string) => `<${name}>${painted}</${name}>`]),
  ) as unknown as Style;
  const [error = "", , marks = ""] = text({ "a.csv": [MONTH] }, { style }).split("\n");
  expect(error).toBe("<bold>a.csv:4:30</bold>  <bold><red>error[timestamp-invalid]</red></bold> there is no month 13");
  expect(marks).toMatch(/^<blue> {4}\|<\/blue> +<bold><red>\^{19}<\/red><\/bold>$/);
  expect(text({ "a.csv": [BLANK] }, { style })).toContain("<bold><yellow>warning[blank-line]</yellow></bold>");
});
