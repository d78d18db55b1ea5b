import { describe, expect, test } from "vitest";
import { count, groupDigits, humanBytes, percent } from "../../../src/cli/render/numbers.js";

test.each([
  [0, "0"],
  [999, "999"],
  [1204, "1,204"],
  [1234567, "1,234,567"],
  [-1204, "-1,204"],
  [-120, "-120"],
])("groupDigits(%d) is %s", (n, expected) => {
  expect(groupDigits(n)).toBe(expected);
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [999_949, "999.9 kB"],
  [999_950, "1.0 MB"],
  [430_000_000, "430.0 MB"],
  [1_500_000_000, "1.5 GB"],
  [2e15, "2.0 PB"],
  [5e18, "5000.0 PB"],
])("humanBytes(%d) is %s", (bytes, expected) => {
  expect(humanBytes(bytes)).toBe(expected);
});

test.each([
  [0, "0%"],
  [NaN, "0%"],
  [0.000001, "<1%"],
  [0.0049, "<1%"],
  [0.005, "1%"],
  [0.374, "37%"],
  [0.994, "99%"],
  [0.999999, ">99%"],
  [1, "100%"],
])("percent(%d) is %s", (share, expected) => {
  expect(percent(share)).toBe(expected);
});

describe("count", () => {
  test.each([
    [0, "0 sessions"],
    [1, "1 session"],
    [1204, "1,204 sessions"],
  ])("%d is %s", (n, expected) => {
    expect(count(n, "session")).toBe(expected);
  });

  test("takes a plural of its own", () => {
    expect(count(2, "entry", "entries")).toBe("2 entries");
  });
});
