import { expect, test } from "vitest";
import { replaceFields } from "../../src/csv/field.js";

test.each<[record: string, fields: [number, string][], expected: string]>([
  ["a,b,c", [], "a,b,c"],
  ["a,b,c", [[1, "x"]], "a,x,c"],
  [
    "a,b,c",
    [
      [2, ""],
      [0, '"x,y"'],
    ],
    '"x,y",b,',
  ],
  ['"a,b","c ""d""", e', [[1, "é"]], '"a,b",é, e'],
  ['a"b,c,5"', [[1, "x"]], 'a"b,x,5"'],
  ['"a\r\nb",', [[1, "{}"]], '"a\r\nb",{}'],
])("%j with %j", (record, fields, expected) => {
  expect(replaceFields(Buffer.from(record), new Map(fields)).toString()).toBe(expected);
});
