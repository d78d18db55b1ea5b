import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ByteSource } from "../../src/check/byte-source.js";
import { LineReader, type Line } from "../../src/check/lines.js";
import { memorySource } from "../../src/store/csv-source.js";
import { inPieces } from "./pieces.js";

function linesOf(source: ByteSource, windowBytes?: number): Line[] {
  const reader = new LineReader(source, windowBytes);
  const lines: Line[] = [];
  for (let line = reader.at(0); line !== undefined; line = reader.at(line.next)) lines.push(line);
  return lines;
}

const told = (text: string, windowBytes?: number): (readonly [string, string])[] =>
  linesOf(memorySource(Buffer.from(text, "latin1")), windowBytes).map(({ text: line, ending }) => [line, ending]);

describe("a line ends with", () => {
  test.each([
    [
      "a line feed",
      "a\nb",
      [
        ["a", "\n"],
        ["b", "end"],
      ],
    ],
    [
      "a carriage return and a line feed",
      "a\r\nb",
      [
        ["a", "\r\n"],
        ["b", "end"],
      ],
    ],
    [
      "two carriage returns and a line feed",
      "a\r\r\nb",
      [
        ["a", "\r\r\n"],
        ["b", "end"],
      ],
    ],
    [
      "a carriage return",
      "a\rb",
      [
        ["a", "\r"],
        ["b", "end"],
      ],
    ],
    [
      "four NUL bytes",
      "a\0\0\0\0b",
      [
        ["a", "nul"],
        ["", "nul"],
        ["b", "end"],
      ],
    ],
    ["the input", "a", [["a", "end"]]],
  ])("%s", (_name, text, lines) => {
    expect(told(text)).toEqual(lines);
  });

  test("no fewer than four NUL bytes", () => {
    expect(told("a\0\0\0b")).toEqual([["a\0\0\0b", "end"]]);
  });
});

test("an empty input has no line", () => {
  expect(told("")).toEqual([]);
});

/** The lines as a loop over all bytes finds them, as [start, end, next]. */
function naive(text: string): number[][] {
  const spans: number[][] = [];
  for (let at = 0; at < text.length;) {
    const rest = text.slice(at);
    const run = /^\0{4,}/.exec(rest)?.[0].length;
    const length = /[\r\n]|\0{4}/.exec(rest)?.index ?? rest.length;
    const wide = (rest[1] === "\0" && /^\n\0/.test(rest.slice(length)) ? /^\n\0/ : undefined)?.exec(
      rest.slice(length),
    )?.[0];
    const ending = wide ?? /^(?:\n|\r\n|\r\r\n|\r)?/.exec(rest.slice(length))?.[0] ?? "";
    const next = run === undefined ? at + length + ending.length : at + run;
    spans.push([at, run === undefined ? at + length : next, next]);
    at = next;
  }
  return spans;
}

test("lines are those of a naive reading, in whatever windows and pieces the input comes", () => {
  const unit = fc.constantFrom("\n", "\r", "\r\n", "\0\0\0\0", "a", "b", ",", "ab,cd");
  fc.assert(
    fc.property(
      fc.array(unit, { maxLength: 40 }),
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 1, max: 7 }),
      (units, window, size) => {
        const text = units.join("");
        const source = inPieces(Buffer.from(text, "latin1"), size);
        const lines = linesOf(source, window);
        expect(lines.map(({ start, end, next }) => [start, end, next])).toEqual(naive(text));
        for (const { start, end, text: line, isNulRun } of lines)
          expect(line).toBe(isNulRun ? "" : text.slice(start, end));
      },
    ),
    { numRuns: 1000 },
  );
});

test("a break on the border of two windows is one break", () => {
  for (let length = 256 * 1024 - 4; length <= 256 * 1024 + 1; length += 1) {
    expect(told(`${"a".repeat(length)}\r\nb`).map(([line, ending]) => [line.length, ending])).toEqual([
      [length, "\r\n"],
      [1, "end"],
    ]);
  }
});

test("inside of a long line the rest of it is a line", () => {
  const reader = new LineReader(memorySource(Buffer.from(`${"a".repeat(70_000)}bcd\nx`)));
  reader.at(0);
  expect(reader.at(70_001)).toEqual({
    start: 70_001,
    end: 70_003,
    next: 70_004,
    text: "cd",
    ending: "\n",
    isNulRun: false,
  });
});

test("text is given for any span, also one before what was read last", () => {
  const reader = new LineReader(inPieces(Buffer.from("one\ntwo\nthree"), 2), 4);
  reader.at(8);
  expect([reader.text(0, 3), reader.text(4, 13), reader.text(8, 99)]).toEqual(["one", "two\nthree", "three"]);
});

test("a NUL byte between a carriage return and a line feed is no part of the break, but in UTF-16", () => {
  const endings = (text: string): string[] => {
    const lines = new LineReader(memorySource(Buffer.from(text, "latin1")));
    const found: string[] = [];
    for (let line = lines.at(0); line !== undefined; line = lines.at(line.next)) found.push(line.ending);
    return found;
  };
  expect(endings("a,b\r\0\nc")).toEqual(["\r", "\n", "end"]);
  expect(endings("a\0,\0b\0\r\0\n\0c\0")).toEqual(["\r\n", "end"]);
});
