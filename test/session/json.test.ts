import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonAt, jsonEntries, layOutJson } from "../../src/session/json.js";

describe("the value at a path", () => {
  test.each([
    ["a key that is not there", '{"a":1}', ["b"]],
    ["a key of a value that has none", '{"a":1}', ["a", "b"]],
    ["a character of a string", '{"a":"bc"}', ["a", "0"]],
    ["an index behind the end", '{"a":[1]}', ["a", "1"]],
    ["an index that is no number", '{"a":[1]}', ["a", "length"]],
    ["an index with a zero before it", '{"a":[1,2]}', ["a", "01"]],
    ["a key of an empty object", "{ }", ["a"]],
    ["an index of an empty array", '{"a":[ ]}', ["a", "0"]],
    ["a property that every object has", "{}", ["constructor"]],
    ["a key of null", "null", ["a"]],
  ])("is undefined for %s", (_, text, path) => {
    expect(jsonAt(text, path)).toBeUndefined();
  });

  test.each([
    ["all of it without white space around it", ' {"a": 1}\n', [], '{"a": 1}'],
    ["an integer beyond 2^53 with all its digits", '{"a":10000000000000000001}', ["a"], "10000000000000000001"],
    ["a number as it is written", '{"a":-1.50E+02,"b":2}', ["a"], "-1.50E+02"],
    ["a string with its quotes and escapes", '{"a":"x\\"\\\\","b":2}', ["a"], '"x\\"\\\\"'],
    ["a string that holds brackets and commas", '{"a":"}],","b":2}', ["a"], '"}],"'],
    ["a word", '{"a":true , "b":null}', ["a"], "true"],
    ["an object", '{"a":{"b":[1,{}]},"c":1}', ["a"], '{"b":[1,{}]}'],
    ["an array", '{"a":[ 1, [2] ] }', ["a"], "[ 1, [2] ]"],
    ["a value in an object in an array", '{"a":[0,{"b":"x"}]}', ["a", "1", "b"], '"x"'],
    ["an element of an array", "[10, 20 ,30]", ["1"], "20"],
    ["a value with white space of each kind around it", '{ \t\n\r"a" \r\n: \t1 \n}', ["a"], "1"],
    ["a key with escapes", '{"\\u0061\\n":1}', ["a\n"], "1"],
    ["an empty key", '{"":1}', [""], "1"],
    ["a key with a dot", '{"a.b":1}', ["a.b"], "1"],
    ["the last one of a repeated key", '{"a":1,"b":2,"a":3}', ["a"], "3"],
    ["a key that objects have anyway", '{"__proto__":1}', ["__proto__"], "1"],
  ])("is %s", (_, text, path, value) => {
    expect(jsonAt(text, path)).toBe(value);
  });
});

describe("the entries of a text", () => {
  test.each(["[1]", '"a"', "1", "null"])("%s are none", (text) => {
    expect([...jsonEntries(text)]).toEqual([]);
  });

  test("of an object are its keys and the texts of their values, in order", () => {
    expect([...jsonEntries(' { "b" : 1.0 , "a\\n":[ ] } ')]).toEqual([
      ["b", "1.0"],
      ["a\n", "[ ]"],
    ]);
  });

  test("of an object hold a repeated key each time", () => {
    expect([...jsonEntries('{"a":1,"a":2}')]).toEqual([
      ["a", "1"],
      ["a", "2"],
    ]);
  });
});

describe("a text laid out over lines", () => {
  test.each([
    ["1.0", ["1.0"]],
    [" {\n} ", ["{}"]],
    ["[ ]", ["[]"]],
    [
      '{"b":10000000000000000001,"a":[1, {"c":"d, e"}]}',
      ["{", '  "b": 10000000000000000001,', '  "a": [', "    1,", "    {", '      "c": "d, e"', "    }", "  ]", "}"],
    ],
    ['{"\\u0061":"\\u0061"}', ["{", '  "\\u0061": "\\u0061"', "}"]],
  ])("%s has these", (text, lines) => {
    expect(layOutJson(text)).toEqual(lines);
  });
});

describe("agreement with JSON.parse", () => {
  const value = fc.jsonValue({ maxDepth: 4, stringUnit: "binary" });
  const indent = fc.constantFrom(undefined, 1, "\t", "\r\n ");
  const isObject = (of: unknown): of is Record<string, unknown> =>
    typeof of === "object" && of !== null && !Array.isArray(of);

  /** Each path into a value with what stands there. */
  function* paths(of: unknown): Generator<[string[], unknown]> {
    yield [[], of];
    if (typeof of !== "object" || of === null) return;
    for (const [key, member] of Object.entries(of)) {
      for (const [path, inner] of paths(member)) yield [[key, ...path], inner];
    }
  }

  test("on the value at each path", () => {
    fc.assert(
      fc.property(value, indent, (original, space) => {
        const text = JSON.stringify(original, null, space);
        for (const [path, expected] of paths(JSON.parse(text))) {
          expect(JSON.parse(jsonAt(text, path) ?? "")).toEqual(expected);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("on the entries of an object", () => {
    fc.assert(
      fc.property(value.filter(isObject), indent, (original, space) => {
        const text = JSON.stringify(original, null, space);
        const entries = Array.from(jsonEntries(text), ([key, member]) => [key, JSON.parse(member) as unknown]);
        expect(entries).toEqual(Object.entries(JSON.parse(text) as object));
      }),
      { numRuns: 400 },
    );
  });

  test("on the lines of a text, which are those of JSON.stringify", () => {
    fc.assert(
      fc.property(value, indent, (original, space) => {
        expect(layOutJson(JSON.stringify(original, null, space)).join("\n")).toBe(JSON.stringify(original, null, 2));
      }),
      { numRuns: 400 },
    );
  });
});
