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
  const latin1 = (text: string): string => Buffer.from(text).toString("latin1");
  const places = new Map(fields.map(([place, text]) => [place, latin1(text)]));
  expect(replaceFields(latin1(record), places)).toBe(latin1(expected));
});
