import { describe, expect, test } from "vitest";
import { fitColumns, type ColumnLimits } from "../../../src/cli/render/fit-columns.js";

const GAP = 2;
const fixed: ColumnLimits = { minWidth: 4 };
const flexible: ColumnLimits = { minWidth: 4, flexible: true };
const first: ColumnLimits = { minWidth: 4, dropOrder: 1 };
const second: ColumnLimits = { minWidth: 4, dropOrder: 2 };

/** The kept columns as `index:width`. */
function fit(columns: readonly ColumnLimits[], naturalWidths: readonly number[], width: number): string {
  return fitColumns(columns, naturalWidths, { width, gap: GAP })
    .map((column) => `${column.index}:${column.width}`)
    .join(" ");
}

describe("fitColumns", () => {
  test.each([
    ["leaves what just fits", [fixed, flexible, first], [5, 10, 5], 24, "0:5 1:10 2:5"],
    ["shrinks a flexible column before it drops one", [fixed, flexible, first], [5, 10, 5], 23, "0:5 1:9 2:5"],
    ["shrinks a flexible column to its minimum", [fixed, flexible, first], [5, 10, 5], 18, "0:5 1:4 2:5"],
    ["drops a column then, and the flexible one grows back", [fixed, flexible, first], [5, 10, 5], 17, "0:5 1:10"],
    ["drops the lowest order first", [second, fixed, first], [5, 5, 5], 18, "0:5 1:5"],
    ["drops the rightmost of the same order", [first, fixed, first], [5, 5, 5], 18, "0:5 1:5"],
    ["drops several", [second, fixed, first], [5, 5, 5], 11, "1:5"],
    ["keeps the last column, even if it may go", [first, second], [5, 5], 3, "1:3"],
    ["shrinks the widest flexible column first", [flexible, flexible], [20, 10], 24, "0:12 1:10"],
    ["shrinks equals evenly, the right one first", [flexible, flexible], [10, 10], 19, "0:9 1:8"],
    ["shrinks the others when nothing else is left", [fixed, flexible], [10, 10], 13, "0:7 1:4"],
    ["goes below the minimum as a last resort", [fixed, flexible], [10, 10], 7, "0:3 1:2"],
    ["keeps a column of one", [fixed, flexible], [10, 10], 4, "0:1 1:1"],
    ["drops from the right what has no room at all", [fixed, flexible, fixed], [10, 10, 10], 6, "0:2 1:2"],
    ["ignores a minimum above the text's width", [{ minWidth: 50, flexible: true }, first], [5, 9], 16, "0:5 1:9"],
    ["knows no columns", [], [], 20, ""],
    ["gives up at no width", [fixed], [5], 0, ""],
  ])("%s", (_what, columns, naturalWidths, width, expected) => {
    expect(fit(columns, naturalWidths, width)).toBe(expected);
  });
});
