import fc from "fast-check";
import { expect, test } from "vitest";
import { codeFrame, type Place } from "../../../src/cli/render/code-frame.js";
import { PLAIN_STYLE } from "../../../src/cli/render/style.js";
import { displayWidth } from "../../../src/cli/render/width.js";
import { memorySource } from "../../../src/store/csv-source.js";
import { CONTROL_OR_BIDI } from "./hostile.js";

/** The frame of what stands between two bars, as lines. */
function frame(text: string | Buffer, place: Partial<Place> = {}, width = 40): string[] {
  const source = memorySource(Buffer.from(text));
  const whole = { line: 1, column: 1, byteOffset: 0, byteLength: 0, ...place };
  return codeFrame(source, whole, { width, style: PLAIN_STYLE, paint: (marks) => marks }).split("\n");
}

test("the line with the marks below what is meant", () => {
  const place = { line: 120, column: 5, byteOffset: 9, byteLength: 3 };
  expect(frame("a,b\r\none two three\r\n", place)).toEqual(["  120 | one two three", "      |     ^^^", ""]);
});

test("one mark where something is missing, at the end too", () => {
  expect(frame("ab,", { column: 4, byteOffset: 3 })).toEqual(["  1 | ab,", "    |    ^", ""]);
});

test("an empty line", () => {
  expect(frame("\na", {})).toEqual(["  1 |", "    | ^", ""]);
});

test("an empty file has no line", () => {
  expect(frame("")).toEqual([""]);
});

test("of a span over several lines the first one", () => {
  expect(frame('a,"b\nc"\nd', { column: 3, byteOffset: 2, byteLength: 5 })).toEqual(['  1 | a,"b', "    |   ^^", ""]);
});

test("line ends that are meant are shown", () => {
  expect(frame("ab\r\r\nc", { column: 3, byteOffset: 2, byteLength: 3 })).toEqual([
    "  1 | ab\\r\\r\\n",
    "    |   ^^^^^^",
    "",
  ]);
});

test("wide and combined characters are marked by their width", () => {
  const before = "会é";
  const place = { column: 1 + Buffer.byteLength(before), byteOffset: Buffer.byteLength(before), byteLength: 6 };
  expect(frame(`${before}記録x`, place)).toEqual(["  1 | 会é記録x", "    |    ^^^^", ""]);
});

test("controls, escapes and bytes that are no UTF-8 are visible", () => {
  const bytes = Buffer.from("a\u001b[31m,Jos\xe9,\0\u00ff", "latin1");
  expect(frame(bytes, { column: 8, byteOffset: 7, byteLength: 4 })).toEqual([
    "  1 | a\\x1b[31m,Jos\\xe9,\\x00\\xff",
    "    |           ^^^^^^^",
    "",
  ]);
});

test("a long line is cut around what is meant", () => {
  const text = `${"a".repeat(50)}MEANT${"b".repeat(50)}`;
  expect(frame(text, { column: 51, byteOffset: 50, byteLength: 5 })).toEqual([
    "  1 | …aaaaaaaaaaMEANTbbbbbbbbbbbbbbbbb…",
    "    |            ^^^^^",
    "",
  ]);
  expect(frame(text, { column: 1, byteLength: 105 })[1]).toBe(`    | ${"^".repeat(34)}`);
});

test("a line of gigabytes costs two reads of a few kilobytes", () => {
  let read = 0;
  const source = {
    byteLength: 3_000_000_000,
    readAt: (target: Uint8Array) => {
      read += target.length;
      return target.fill(0x61).length;
    },
  };
  const place = { line: 1, column: 2_000_000_001, byteOffset: 2_000_000_000, byteLength: 1_000_000 };
  const look = { width: 40, style: PLAIN_STYLE, paint: (marks: string) => marks };
  expect(codeFrame(source, place, look)).toMatch(/^ {2}1 \| …a{10}a{22}…\n {4}\| {12}\^{23}\n$/);
  expect(read).toBeLessThanOrEqual(8192);
});

test("a window that begins inside a character does not show its rest", () => {
  const text = "é".repeat(4000);
  expect(frame(text, { column: 8000, byteOffset: 7999, byteLength: 1 }, 10_000)[0]).not.toContain("\\xa9é");
});

test("whatever the file holds, no line is too wide or holds a control", () => {
  const places = fc.record({ bytes: fc.uint8Array({ maxLength: 200 }), at: fc.nat(200), length: fc.nat(200) });
  fc.assert(
    fc.property(places, fc.integer({ min: 20, max: 100 }), ({ bytes, at, length }, width) => {
      const byteOffset = Math.min(at, bytes.length);
      const lineStart = Math.max(bytes.lastIndexOf(0x0a, byteOffset - 1), -1) + 1;
      const column = byteOffset === 0 ? 1 : byteOffset - lineStart + 1;
      for (const line of frame(Buffer.from(bytes), { column, byteOffset, byteLength: length }, width)) {
        expect(displayWidth(line)).toBeLessThanOrEqual(width);
        expect(line).not.toMatch(CONTROL_OR_BIDI);
      }
    }),
  );
});
