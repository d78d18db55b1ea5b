import { expect, test } from "vitest";
import { fieldAt } from "../../src/csv/field.js";

test.each<[record: string, fields: string[]]>([
  ["", [""]],
  ["a", ["a", ""]],
  [",", ["", "", ""]],
  ["a,b,c", ["a", "b", "c", ""]],
  ['"a,b","c ""d"", e",f', ["a,b", 'c "d", e', "f"]],
  ['"","""",x', ["", '"', "x"]],
  ['"a\r\nb",é', ["a\r\nb", "é"]],
  ['a"b,c', ['a"b', "c"]],
  ['a"",""', ['a""', ""]],
  [' "a,b"', [' "a', 'b"']],
])("the fields of %j", (record, fields) => {
  const bytes = Buffer.from(record).toString("latin1");
  expect(fields.map((_, place) => fieldAt(bytes, place))).toEqual(fields);
});
