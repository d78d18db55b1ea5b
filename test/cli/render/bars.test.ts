import { describe, expect, test } from "vitest";
import { bar } from "../../../src/cli/render/bars.js";

describe("bar", () => {
  test.each([
    ["nothing", 0, 10, ""],
    ["a share of nothing", NaN, 10, ""],
    ["less than nothing", -1, 10, ""],
    ["no columns", 1, 0, ""],
    ["the least share", 0.000001, 10, "▏"],
    ["all", 1, 4, "████"],
    ["more than all", 7, 4, "████"],
    ["nearly all", 0.999999, 4, "███▉"],
    ["a half", 0.5, 4, "██"],
    ["eighths", 0.34375, 4, "█▍"],
  ])("of %s", (_what, share, columns, expected) => {
    expect(bar(share, columns)).toBe(expected);
  });

  test.each([
    [1, "▏"],
    [2, "▎"],
    [3, "▍"],
    [4, "▌"],
    [5, "▋"],
    [6, "▊"],
    [7, "▉"],
    [8, "█"],
  ])("of %i eighths of one column", (eighths, expected) => {
    expect(bar(eighths / 8, 1)).toBe(expected);
  });

  test.each([
    ["the least share", 0.000001, 10, "#"],
    ["nearly all", 0.999999, 10, "#########"],
    ["all", 1, 10, "##########"],
    ["a half", 0.5, 10, "#####"],
    ["nothing", 0, 10, ""],
  ])("in ASCII of %s", (_what, share, columns, expected) => {
    expect(bar(share, columns, true)).toBe(expected);
  });
});
