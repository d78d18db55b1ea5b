import { expect, test } from "vitest";
import { dumpsJson, jsonTexts, mergeJson, type JsonValue } from "../../src/session/json-dumps.js";

// The texts are what Python 3's json.dumps gives.
test.each<[JsonValue, string]>([
  [{}, "{}"],
  [[], "[]"],
  [{ a: 1, b: [true, null, "x"], c: { d: 0.5 } }, '{"a": 1, "b": [true, null, "x"], "c": {"d": 0.5}}'],
  ['Zoë "q" \n \u007f 😀', '"Zo\\u00eb \\"q\\" \\n \\u007f \\ud83d\\ude00"'],
  [{ left: undefined, stays: -0.25 }, '{"stays": -0.25}'],
])("%j", (value, text) => {
  expect(dumpsJson(value)).toBe(text);
});

test.each([NaN, Infinity, [() => 1], { n: 10n }])("what JSON cannot hold is refused: %s", (value) => {
  expect(() => dumpsJson(value as JsonValue)).toThrow(TypeError);
});

test.each<[string, Record<string, JsonValue | undefined>, string]>([
  ["", { a: 1 }, '{"a": 1}'],
  ['{"n":1e400,"big":12345678901234567890,"a":[1,2]}', { a: 2 }, '{"n":1e400, "big":12345678901234567890, "a":2}'],
  ['{"a":1,"a":2,"b":3}', { b: undefined }, '{"a":1, "a":2}'],
  ['{"a":1,"b":3,"a":2}', { a: 4 }, '{"a":4, "b":3}'],
  [' { "a" : [ 1 , 2 ] , "b" : {} } ', { c: null }, '{"a" : [ 1 , 2 ], "b" : {}, "c": null}'],
  ['{"__proto__": {"x": 1}}', { constructor: "c" }, '{"__proto__": {"x": 1}, "constructor": "c"}'],
])("%s merged with %j", (text, members, merged) => {
  expect(mergeJson(text, jsonTexts(members))).toBe(merged);
});
