// Law 2: an edit changes its own span only.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyEdits, applyEditsInPlace, removal, type Edit } from "../../src/csv/edit.js";

function piecesOf(source: string, edits: readonly Edit[]): string[] {
  return Array.from(applyEdits(Buffer.from(source), edits), (piece) => Buffer.from(piece).toString());
}

function edit(byteOffset: number, byteLength: number, text: string): Edit {
  return { byteOffset, byteLength, bytes: Buffer.from(text) };
}

describe("edits are refused", () => {
  test.each([
    ["that overlap", [edit(0, 3, "x"), edit(2, 1, "y")]],
    ["out of order", [edit(3, 1, "x"), edit(0, 1, "y")]],
    ["that end behind the text", [edit(4, 3, "x")]],
    ["that start before the text", [edit(-1, 1, "x")]],
    ["of a negative length", [edit(2, -1, "x")]],
  ])("%s", (_, edits) => {
    expect(() => piecesOf("abcdef", edits)).toThrow(RangeError);
  });
});

describe("the text after the edits", () => {
  test("is the text where there is none", () => {
    expect(piecesOf("abc", [])).toEqual(["abc"]);
  });

  test("of nothing is nothing", () => {
    expect(piecesOf("", [])).toEqual([]);
  });

  test("lacks what was removed", () => {
    expect(piecesOf("abcdef", [removal(1, 2)])).toEqual(["a", "def"]);
  });

  test("is nothing where all was removed", () => {
    expect(piecesOf("abc", [removal(0, 3)])).toEqual([]);
  });

  test("may lose its neighbours one after the other", () => {
    expect(piecesOf("abcdef", [removal(0, 2), removal(2, 2)])).toEqual(["ef"]);
  });

  test("has new bytes in the place of old ones", () => {
    expect(piecesOf("abcdef", [edit(2, 2, "XYZ")])).toEqual(["ab", "XYZ", "ef"]);
  });

  test("has new bytes before the first and behind the last one", () => {
    expect(piecesOf("abc", [edit(0, 0, "<"), edit(3, 0, ">")])).toEqual(["<", "abc", ">"]);
  });

  test("is a view of the text where nothing changes, and no copy", () => {
    const source = Buffer.from("abc");
    const [piece] = applyEdits(source, []);
    expect(piece?.buffer === source.buffer && piece.byteOffset === source.byteOffset).toBe(true);
  });

  test("law 2: is the text outside the spans, and the edits' bytes inside them", () => {
    const parts = fc.array(fc.record({ keep: fc.string(), cut: fc.string(), put: fc.string() }), { maxLength: 8 });
    fc.assert(
      fc.property(parts, fc.string(), (list, tail) => {
        let source = "";
        let expected = "";
        const edits: Edit[] = [];
        for (const { keep, cut, put } of list) {
          source += keep;
          edits.push(edit(Buffer.byteLength(source), Buffer.byteLength(cut), put));
          source += cut;
          expected += keep + put;
        }
        expect(piecesOf(source + tail, edits).join("")).toBe(expected + tail);
      }),
    );
  });
});

describe("edits in place", () => {
  function inPlace(source: string, edits: readonly Edit[], room = 100): string {
    const target = Buffer.alloc(source.length + room, "#");
    target.write(source);
    const byteLength = edits.reduce(
      (length, { byteLength, bytes }) => length + bytes.length - byteLength,
      source.length,
    );
    applyEditsInPlace(target, source.length, edits);
    return target.toString("utf8", 0, byteLength);
  }

  test("go to the right and to the left at once", () => {
    const edits = [edit(1, 1, "XXXX"), edit(3, 0, "Y"), removal(5, 3), edit(9, 1, "Z"), edit(10, 0, "!")];
    expect(inPlace("0123456789", edits)).toBe("0XXXX2Y348Z!");
  });

  test("make the text that the edits make elsewhere", () => {
    const cuts = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.string({ maxLength: 7 })), { maxLength: 12 });
    fc.assert(
      fc.property(cuts, fc.nat(9), (steps, rest) => {
        let at = 0;
        const edits = steps.map(([gap, length, text]) => {
          const made = edit(at + gap, length, text);
          at += gap + length;
          return made;
        });
        const source = Array.from({ length: at + rest }, (_, place) => String.fromCharCode(97 + (place % 26))).join("");
        expect(inPlace(source, edits)).toBe(piecesOf(source, edits).join(""));
      }),
      { numRuns: 2000 },
    );
  });

  test.each<[string, Edit[], number]>([
    ["that overlap", [edit(0, 3, "x"), edit(2, 1, "y")], 9],
    ["that end behind the text", [edit(4, 3, "x")], 9],
    ["for which there is no room", [edit(1, 0, "abc")], 2],
  ])("are refused %s", (_, edits, room) => {
    expect(() => inPlace("abcdef", edits, room)).toThrow(RangeError);
  });
});
