import { describe, expect, test } from "vitest";
import { hasRoundedTimes, ROUNDED_TIME } from "../../src/check/rounded-times.js";

const record = (created: string, active: string, json = "{}"): string => `s,u,p,t,${created},${active},,${json}`;
const ROUNDED = record("2025-09-29T07:53:59", "2025-09-29T11:19:36.822");
const EXACT = record("2025-09-29T07:53:59.561515", "2025-09-29T11:19:36.821539");
const WHOLE = record("2025-09-29T07:53:59", "2025-09-29T11:19:36");

describe("times were rounded", () => {
  test.each([
    ["in all records", [ROUNDED, ROUNDED]],
    ["in all records that have a fraction", [WHOLE, ROUNDED, WHOLE]],
    ["in most records", [ROUNDED, EXACT, ROUNDED]],
    ["in one column", [record("2025-09-29T07:53:59.561515", "2025-09-29T11:19:36.822")]],
    ["in records whose JSON has exact times", [ROUNDED.replace("{}", '"{""at"": ""2025-09-29T07:53:59.561515""}"')]],
    ["in quotes", [ROUNDED.replaceAll(",", '","')]],
    ["with spaces around", [ROUNDED.replaceAll(",", " , ")]],
    ["between semicolons", [ROUNDED.replaceAll(",", ";")]],
    ["in another form", [record("29.09.2025 07:53:59", "29.09.2025 11:19:36.822")]],
    ["at the end of a record", ["s,2025-09-29T11:19:36.822"]],
  ])("%s", (_name, texts) => {
    expect(hasRoundedTimes(texts)).toBe(true);
    expect(texts.join("\n")).toMatch(ROUNDED_TIME);
  });
});

describe("times were not rounded", () => {
  test.each([
    ["in no records", []],
    ["in records without a fraction", [WHOLE]],
    ["in exact records", [EXACT]],
    ["in half of the records", [ROUNDED, EXACT]],
    ["in JSON alone", [WHOLE.replace("{}", '"{""at"": ""2025-09-29T07:53:59.561""}"')]],
    ["in other numbers of digits", [ROUNDED.replace(".822", ".82"), ROUNDED.replace(".822", ".8221")]],
  ])("%s", (_name, texts) => {
    expect(hasRoundedTimes(texts)).toBe(false);
  });
});

test("hostile lines take no time", () => {
  expect(hasRoundedTimes([",", ":", ",:00.", "0", " ", '"'].map((text) => text.repeat(60_000)))).toBe(false);
});
