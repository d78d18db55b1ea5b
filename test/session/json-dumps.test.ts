import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { dumpsJson, jsonTexts, mergeJson, type JsonInputObject, type JsonValue } from "../../src/session/json-dumps.js";
import { RawJson } from "../../src/session/raw-json.js";

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

test.each<[string, unknown]>([
  ["a number that is none", NaN],
  ["a number without end", Infinity],
  ["a function", [() => 1]],
  ["a bigint", { n: 10n }],
  ["undefined in an array", [undefined]],
  ["a hole in an array", new Array<number>(1)],
  ["a date", { at: new Date(0) }],
  ["a map", [new Map([["a", 1]])]],
  ["a set", new Set([1])],
  ["bytes", { bytes: Buffer.from("a") }],
  [
    "an object of a class",
    {
      one: new (class One {
        readonly n = 1;
      })(),
    },
  ],
  ["an error", new Error("e")],
])("what JSON cannot hold is refused: %s", (_, value) => {
  expect(() => dumpsJson(value as JsonValue)).toThrow(TypeError);
});

test.each<[string, unknown]>([
  ["a map", new Map([["a", 1]])],
  ["an array", [1]],
  ["a JSON text", new RawJson('{"a": 1}')],
  ["a string", "ab"],
  ["null", null],
])("members that are %s are refused", (_, members) => {
  expect(() => jsonTexts(members as JsonInputObject)).toThrow(TypeError);
});

test("plain objects of another realm, and without a prototype, are plain", () => {
  const value = runInNewContext("({ a: [{ b: 1 }] })") as JsonValue;
  expect(dumpsJson(value)).toBe('{"a": [{"b": 1}]}');
  expect(dumpsJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a": 1}');
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
