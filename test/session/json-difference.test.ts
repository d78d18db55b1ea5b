import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonDifferences, type JsonDifference } from "../../src/session/json-difference.js";

function differences(before: string, after: string): JsonDifference[] {
  return [...jsonDifferences(before, after)];
}

describe("two JSON values do not differ in", () => {
  test.each([
    ["the order of keys", '{"a":1,"b":{"c":2,"d":3}}', '{"b":{"d":3,"c":2},"a":1}'],
    ["white space", '{"a":[1,{"b":2}]}', ' { "a" : [ 1 , { "b" : 2 } ] } '],
    ["how a string is escaped", '{"a":"\\u00e9\\/"}', '{"a":"é/"}'],
    ["how a key is escaped", '{"\\u0061":1}', '{"a":1}'],
    ["a repeated key of which the last one is the same", '{"a":1,"a":2}', '{"a":2}'],
    ["empty containers", '{"a":{},"b":[]}', '{"a":{ },"b":[ ]}'],
    ["keys that every object has", '{"__proto__":1,"constructor":2}', '{"constructor":2,"__proto__":1}'],
  ])("%s", (_, before, after) => {
    expect(differences(before, after)).toEqual([]);
  });
});

describe("two JSON values differ in", () => {
  const difference = (path: string[], before?: string, after?: string): JsonDifference => ({ path, before, after });
  test.each([
    ["a value", '{"a":1}', '{"a":2}', [difference(["a"], "1", "2")]],
    [
      "a value deep inside",
      '{"a":{"b":[0,{"c":1}]}}',
      '{"a":{"b":[0,{"c":2}]}}',
      [difference(["a", "b", "1", "c"], "1", "2")],
    ],
    ["a key that comes", "{}", '{"a":{"b":1}}', [difference(["a"], undefined, '{"b":1}')]],
    ["a key that goes", '{"a":null}', "{}", [difference(["a"], "null", undefined)]],
    ["null and no such key", '{"a":null,"b":1}', '{"b":1}', [difference(["a"], "null", undefined)]],
    [
      "a digit beyond 2^53",
      '{"a":10000000000000000001}',
      '{"a":10000000000000000002}',
      [difference(["a"], "10000000000000000001", "10000000000000000002")],
    ],
    ["how a number is written", '{"a":1.0}', '{"a":1}', [difference(["a"], "1.0", "1")]],
    ["a number and a string", '{"a":1}', '{"a":"1"}', [difference(["a"], "1", '"1"')]],
    ["an object and an array", '{"a":{}}', '{"a":[]}', [difference(["a"], "{}", "[]")]],
    ["elements at the end", "[1,2]", "[1]", [difference(["1"], "2", undefined)]],
    ["all of it", "{}", "null", [difference([], "{}", "null")]],
    ["a key named __proto__", '{"__proto__":1}', '{"__proto__":2}', [difference(["__proto__"], "1", "2")]],
    [
      "a key with a dot, which is no path",
      '{"a.b":1}',
      '{"a":{"b":1}}',
      [difference(["a.b"], "1", undefined), difference(["a"], undefined, '{"b":1}')],
    ],
  ])("%s", (_, before, after, expected) => {
    expect(differences(before, after)).toEqual(expected);
  });

  test("none exactly where JavaScript finds them equal, for any value without numbers", () => {
    const value = fc
      .jsonValue({ maxDepth: 3 })
      .map((one) => JSON.stringify(one, (_key, each: unknown) => (typeof each === "number" ? "n" : each)));
    fc.assert(
      fc.property(value, value, (before, after) => {
        const isSame = differences(before, after).length === 0;
        const normal = (text: string): unknown => JSON.parse(text);
        let isEqual = true;
        try {
          expect(normal(after)).toStrictEqual(normal(before));
        } catch {
          isEqual = false;
        }
        expect(isSame).toBe(isEqual);
        expect(differences(before, ` ${JSON.stringify(JSON.parse(before), undefined, 3)}\n`)).toEqual([]);
      }),
    );
  });
});
