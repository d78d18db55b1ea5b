import fc from "fast-check";
import { expect, test } from "vitest";
import { dumpsJson, type JsonValue } from "../../src/session/json-dumps.js";
import { jsonDepth } from "../../src/session/json.js";
import { RawJson } from "../../src/session/raw-json.js";

test.each([
  ['{"a":1,"b":[true,null]}', '{"a": 1, "b": [true, null]}'],
  [" [ 1 ,\t2 ]\r\n", "[1, 2]"],
  ["12345678901234567890.10E+05", "12345678901234567890.10E+05"],
  ['"é\\u00e9\\/\\ud800: , "', '"\\u00e9\\u00e9/\\ud800: , "'],
  ['{"a:b,c":" : , "}', '{"a:b,c": " : , "}'],
  ['{"a":1,"a":2}', '{"a": 1, "a": 2}'],
  ["{}", "{}"],
])("%j is written as %j", (text, written) => {
  expect(new RawJson(text).text).toBe(written);
});

test.each(["", "{", "NaN", "01", "[1,]", "{'a':1}", "1 2", '"\t"'])("%j is refused", (text) => {
  expect(() => new RawJson(text)).toThrow(SyntaxError);
});

test("what JavaScript can hold is written as its value is, however it is laid out", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, "\t"), (value, space) => {
      expect(new RawJson(JSON.stringify(value, undefined, space)).text).toBe(dumpsJson(value as JsonValue));
    }),
  );
});

test.each([
  ["1", 0],
  ['"[[["', 0],
  ['"\\"["', 0],
  ["[]", 1],
  ['[{"a":[1]},2]', 3],
  ["[".repeat(100_000), 100_000],
  ['{"', 1],
])("%j is %j levels deep", (text, depth) => {
  expect(jsonDepth(text)).toBe(depth);
});
