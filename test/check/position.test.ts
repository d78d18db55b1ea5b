import fc from "fast-check";
import { expect, test } from "vitest";
import { Positions } from "../../src/check/position.js";
import { memorySource } from "../../src/store/csv-source.js";
import { inPieces } from "./pieces.js";

function naive(text: string, byteOffset: number, lineBreak = "\n"): { line: number; column: number } {
  const lines = text.slice(0, byteOffset).split(lineBreak);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

test("line and column count from 1, in bytes", () => {
  const positions = new Positions(memorySource(Buffer.from("é\nb")));
  expect([0, 2, 3, 4].map((offset) => positions.at(offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
  ]);
});

test("in a file without line feeds carriage returns end lines", () => {
  const positions = new Positions(memorySource(Buffer.from("a\rb")));
  positions.lineBreak = 0x0d;
  expect(positions.at(2)).toEqual({ line: 2, column: 1 });
});

test("offsets may be asked for in any order, and bytes come in any pieces", () => {
  const text = fc.string({ unit: fc.constantFrom("\n", "\n", "\r", "a", "b"), maxLength: 60 });
  const offsets = fc.array(fc.nat({ max: 60 }), { maxLength: 10 });
  fc.assert(
    fc.property(text, offsets, fc.integer({ min: 1, max: 7 }), (input, byteOffsets, size) => {
      const positions = new Positions(inPieces(Buffer.from(input), size));
      const inside = byteOffsets.filter((offset) => offset <= input.length);
      expect(inside.map((offset) => positions.at(offset))).toEqual(inside.map((offset) => naive(input, offset)));
    }),
    { numRuns: 1000 },
  );
});

test("positions beside the borders of windows are those of a naive reading, forwards and back", () => {
  const border = 64 * 1024;
  const text = `${"a".repeat(border - 2)}\n\n\n${"b\n".repeat(border)}end`;
  const offsets = [
    border * 2 + 7,
    border - 3,
    border - 2,
    border - 1,
    border,
    border + 1,
    border * 2,
    border * 3,
    0,
    border * 3 + 1,
  ];
  const positions = new Positions(memorySource(Buffer.from(text)));
  expect(offsets.map((offset) => positions.at(offset))).toEqual(offsets.map((offset) => naive(text, offset)));
});
