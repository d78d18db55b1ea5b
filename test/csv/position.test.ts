import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linesAt } from "../../src/csv/position.js";
import { reading } from "./scanning.js";

function linesOf(text: string | Buffer, byteOffsets: readonly number[], readSizes?: readonly number[]): number[] {
  return linesAt(reading(Buffer.from(text), readSizes), byteOffsets);
}

describe("the physical line of an offset", () => {
  test("in an empty input is 1", () => {
    expect(linesOf("", [0])).toEqual([1]);
  });

  test("behind the end is that of the end", () => {
    expect(linesOf("a\nb", [3, 10, 20])).toEqual([2, 2, 2]);
  });

  test("of no offset is none", () => {
    expect(linesOf("a\nb", [])).toEqual([]);
  });

  test("is the line that the byte stands on, its line feed included", () => {
    expect(linesOf("a\nb\n\nc", [0, 1, 2, 3, 4, 5])).toEqual([1, 1, 2, 2, 3, 4]);
  });

  test("does not count a carriage return", () => {
    expect(linesOf("a\rb\r\nc", [2, 5])).toEqual([1, 2]);
  });

  test("counts line feeds inside quotes too", () => {
    expect(linesOf('"a\nb"\nc', [6])).toEqual([3]);
  });

  test("may be asked for twice", () => {
    expect(linesOf("a\nb", [2, 2])).toEqual([2, 2]);
  });

  test("lies far into the input", () => {
    const text = "line\n".repeat(200_000);
    expect(linesOf(text, [500_000, 999_999, 1_000_000])).toEqual([100_001, 200_000, 200_001]);
  });

  test("is the number of line feeds before it and one, in whatever pieces the input comes", () => {
    const text = fc.string({ unit: fc.constantFrom("\n", "\n", "\r", "a", "b"), maxLength: 60 });
    const offsets = fc.array(fc.nat({ max: 60 })).map((numbers) => numbers.sort((left, right) => left - right));
    const readSizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(text, offsets, readSizes, (input, byteOffsets, sizes) => {
        const expected = byteOffsets.map((byteOffset) => input.slice(0, byteOffset).split("\n").length);
        expect(linesOf(input, byteOffsets, sizes)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });
});
