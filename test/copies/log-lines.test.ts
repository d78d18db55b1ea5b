// What stands in the folder of the logs may come from anywhere.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { linesOf } from "../../src/copies/log-lines.js";
import { temporaryFolder } from "../storage/folder.js";

function logOf(text: string): string {
  const file = path.join(temporaryFolder(), "log.jsonl");
  writeFileSync(file, text);
  return file;
}

test.each([
  ["", []],
  ["a\n", ["a"]],
  ["a\n\nb", ["a", "", "b"]],
  ["\n", [""]],
])("the lines of %j", (text, lines) => {
  expect([...linesOf(logOf(text))]).toEqual(lines);
});

test("lines are whole wherever they lie in the file", () => {
  const lines = Array.from({ length: 60 }, (_, index) => String.fromCharCode(65 + index).repeat(index * 700));
  expect([...linesOf(logOf(lines.join("\n")))]).toEqual(lines);
});

test.each(["1234\n", "1234", "12\n1234\n"])("a line that is too long for a string is an error (%j)", (text) => {
  expect([...linesOf(logOf(text), 4)].at(-1)).toBe("1234");
  expect(() => [...linesOf(logOf(text), 3)]).toThrow(SessionsError);
});
