import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { createChalkStyle } from "../../../src/cli/render/chalk-style.js";
import { PLAIN_STYLE } from "../../../src/cli/render/style.js";
import { renderTable, type TableCell, type TableColumn } from "../../../src/cli/render/table.js";
import { displayWidth } from "../../../src/cli/render/width.js";
import { CONTROL_OR_BIDI, hostileText } from "./hostile.js";

const plain = PLAIN_STYLE;
const left: TableColumn = { header: "ID", minWidth: 4, flexible: true };
const right: TableColumn = { header: "AGE", minWidth: 3, align: "right" };
const droppable: TableColumn = { header: "THREAD", minWidth: 4, dropOrder: 1 };

function render(columns: readonly TableColumn[], rows: readonly (readonly string[])[], width = 80): string {
  return renderTable({ columns, rows: rows.map((row) => row.map((text) => ({ text }))), width, style: plain });
}

describe("renderTable", () => {
  test("makes hostile text visible, in headers too", () => {
    expect(render([{ ...left, header: "I\x1bD" }], [["a\nb\x1b[31m\u202e"]])).toBe(
      "I\\x1bD\na\\nb\\x1b[31m\\u202e\n", //
    );
  });

  test("aligns columns and ends lines without spaces", () => {
    expect(
      render(
        [left, right, droppable],
        [
          ["s1", "5m", "t"],
          ["session", "10m", ""],
        ],
      ),
    ).toBe("ID       AGE  THREAD\ns1        5m  t\nsession  10m\n");
  });

  test.each([
    ["wide characters", "漢字", "漢字   |"],
    ["a family", "👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦     |"],
    ["a kiss with skin tones", "👩🏽‍❤️‍💋‍👩🏿", "👩🏽‍❤️‍💋‍👩🏿     |"],
    ["flags", "🇩🇪🇫🇷", "🇩🇪🇫🇷   |"],
    ["a keycap", "1️⃣", "1️⃣     |"],
    ["a heart", "❤️", "❤️     |"],
    ["combining accents", "e\u0301a", "e\u0301a     |"],
    ["Devanagari", "क्षि", "क्षि    |"],
    ["Thai", "กำ", "กำ     |"],
  ])("aligns %s", (_what, text, line) => {
    const lastLine =
      render(
        [left, { header: "|", minWidth: 1 }],
        [
          ["12345", "|"],
          [text, "|"],
        ],
      ).split("\n")[2] ?? "";
    expect(lastLine).toBe(line);
    expect(displayWidth(lastLine)).toBe(8);
  });

  test("cuts wide text inside its column", () => {
    expect(render([left, right], [["漢字漢字漢字", "5m"]], 12)).toBe("ID       AGE\n漢字漢…   5m\n");
  });

  test("drops a column and shrinks another to fit", () => {
    expect(render([left, droppable, right], [["0123456789", "thread", "10m"]], 12)).toBe(
      "ID       AGE\n012345…  10m\n", //
    );
  });

  test("cuts nothing at infinite width", () => {
    const long = "é".repeat(3000);
    expect(render([left, droppable], [[long, "t"]], Infinity)).toBe(`ID${" ".repeat(3000)}THREAD\n${long}  t\n`);
  });

  test("takes the stand-in character in text literally", () => {
    expect(render([left, right], [["##", "#"]])).toBe("ID  AGE\n##    #\n");
  });

  test("drops spaces at the end of text", () => {
    expect(render([left, right], [["a     ", "b  "]])).toBe("ID  AGE\na     b\n");
  });

  test("writes empty cells, missing cells and cells of spaces", () => {
    expect(render([left, right], [["", "1"], [], ["  ", "2"]])).toBe("ID  AGE\n      1\n\n      2\n");
  });

  test("writes only the header without rows", () => {
    expect(render([left, right], [])).toBe("ID  AGE\n");
  });

  test("writes nothing without columns", () => {
    expect(render([], [["a"]])).toBe("");
  });

  test("styles after cutting, so that colour neither counts nor is cut", () => {
    const colour = createChalkStyle();
    const cell: TableCell = { text: "expired long ago", style: colour.red };
    expect(renderTable({ columns: [left, right], rows: [[cell, { text: "5m" }]], width: 12, style: colour })).toBe(
      "\x1b[1mID\x1b[22m       \x1b[1mAGE\x1b[22m\n\x1b[31mexpire…\x1b[39m   5m\n",
    );
  });

  test("gives a style the text without padding", () => {
    const bracket = (text: string) => `[${text}]`;
    expect(
      renderTable({
        columns: [left],
        rows: [[{ text: "a", style: bracket }], [{ text: "", style: bracket }]],
        width: 20,
        style: plain,
      }),
    ).toBe("ID\n[a]\n\n");
  });

  test("has no colour of its own", () => {
    expect(render([left], [["a"]])).toBe("ID\na\n");
  });

  test("measures a huge cell no further than the line", () => {
    const started = performance.now();
    expect(render([left], [["é".repeat(5_000_000)]], 20)).toBe(`ID\n${"é".repeat(19)}…\n`);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

const hostileColumn: fc.Arbitrary<TableColumn> = fc.record(
  {
    header: hostileText,
    minWidth: fc.integer({ min: 0, max: 30 }),
    align: fc.constantFrom("left" as const, "right" as const),
    dropOrder: fc.nat(5),
    flexible: fc.boolean(),
  },
  { requiredKeys: ["header", "minWidth"] },
);

describe("whatever the text, columns and width", () => {
  test("lines fit, hold nothing hostile, end without spaces, and are as many as rows and header", () => {
    fc.assert(
      fc.property(
        fc.array(hostileColumn, { minLength: 1, maxLength: 8 }),
        fc.array(fc.array(hostileText, { maxLength: 8 }), { maxLength: 5 }),
        fc.integer({ min: 20, max: 200 }),
        (columns, rows, width) => {
          const lines = render(columns, rows, width).split("\n");
          expect(lines.pop()).toBe("");
          expect(lines.length).toBe(rows.length + 1);
          for (const line of lines) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(CONTROL_OR_BIDI);
            expect(line).not.toMatch(/\s$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test("columns begin at the same place in each line", () => {
    fc.assert(
      fc.property(
        fc.array(hostileText, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 20, max: 60 }),
        (texts, width) => {
          const lines = render(
            [left, { header: "@", minWidth: 1 }],
            texts.map((text) => [text.replaceAll("@", ""), "@"]),
            width,
          )
            .split("\n")
            .slice(0, -1);
          const offsets = lines.map((line) => displayWidth(line.slice(0, line.indexOf("@"))));
          expect(new Set(offsets).size).toBe(1);
        },
      ),
      { numRuns: 500 },
    );
  });
});
