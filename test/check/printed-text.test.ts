import { expect, test } from "vitest";
import { isColoured, withoutColours } from "../../src/check/colours.js";
import { isShellQuoted, withoutShellQuotes } from "../../src/check/shell-quotes.js";
import { withBreaks, writtenBreak } from "../../src/check/written-breaks.js";
import { HEADER, planOf } from "./planning.js";

const ID = "01234567-89ab-cdef-0123-456789abcdef";
const RECORD = `${ID},u,telegram,t,2024-01-01T00:00:00,2024-01-01T00:00:00,,"{""a"": ""x\\n\\r\\ny""}"`;
const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

test("colours are taken out of lines that start or end with them", () => {
  const coloured = `\u001b[1m${HEADER}\u001b[m\r\n\u001b[32m${RECORD}\u001b[0m\r\n a\u001b[01;31m\u001b[Kb\n`;
  expect(isColoured(coloured)).toBe(true);
  expect(withoutColours(Buffer.from(coloured)).toString()).toBe(`${HEADER}\r\n${RECORD}\r\n ab\n`);
});

test.each([
  ["nothing", ""],
  ["records", `${HEADER}\n${RECORD}\n`],
  ["values that hold colours behind a header", `${HEADER},note\n${`${RECORD},\u001b[1ma\u001b[m\n`.repeat(5)}`],
  ["one line alone", `${RECORD}\n\u001b[1m${RECORD}\n`],
])("no colours are in %s", (_name, text) => {
  expect(isColoured(text)).toBe(false);
});

test.each(["\\n", "\\r\\n", "\u2028", "\u2029", "\u0085"])("%j between records is a line break", (written) => {
  const text = [HEADER, RECORD, RECORD].map((line) => line + written).join("");
  expect(writtenBreak(latin1(text))).toBe(latin1(written));
  const lineBreak = written === "\\r\\n" ? "\r\n" : "\n";
  const expected = [HEADER, RECORD, RECORD].map((line) => line + lineBreak).join("");
  expect(withBreaks(Buffer.from(text), latin1(written)).toString()).toBe(expected);
});

test("text stands for a line break also before a quote that is too much", () => {
  const text = `${HEADER}\\n'${RECORD}\\n"${RECORD}\\n`;
  expect(writtenBreak(text)).toBe("\\n");
  expect(withBreaks(Buffer.from(text), "\\n").toString()).toBe(`${HEADER}\n'${RECORD}\n"${RECORD}\n`);
});

test.each([
  ["nothing", ""],
  ["records", `${HEADER}\n${RECORD}\n`],
  ["a header that ends with a backslash and a letter", `${HEADER},a\\n\n${RECORD}\n`],
  ["a header to which a record is joined", `${HEADER}${RECORD}`],
  ["text", "a\\nb\\n"],
])("no text stands for a line break in %s", (_name, text) => {
  expect(writtenBreak(text)).toBeUndefined();
});

test.each([
  [String.raw`$'session_id,a\r\n\'\\\"\303\xa9'`, "session_id,a\r\n'\\\"\u00e9"],
  [String.raw`'''session_id,a'$'\r\n''b "c" '\''d'`, 'session_id,a\r\nb "c" \'d'],
  ["'session_id,a'\n", "session_id,a"],
])("%s is taken out of the quotes of a shell", (quoted, text) => {
  expect(isShellQuoted(quoted)).toBe(true);
  expect(withoutShellQuotes(Buffer.from(quoted))?.toString()).toBe(text);
});

test.each(["'session_id,a", "'session_id' b", "$'session_id\\", "'session_id'$(a)"])(
  "%s is no word of a shell",
  (text) => {
    expect(withoutShellQuotes(Buffer.from(text))).toBeUndefined();
  },
);

test("text is not in the quotes of a shell where it starts otherwise", () => {
  expect(isShellQuoted(HEADER)).toBe(false);
  expect(isShellQuoted(`"${HEADER}"`)).toBe(false);
  expect(isShellQuoted("'a session_id'")).toBe(false);
});

test("separators of Unicode within valid values stay", () => {
  expect(planOf(`${HEADER}\n${RECORD.replace("x", `\u2028${ID}`)}\n`).isIdentity).toBe(true);
});
