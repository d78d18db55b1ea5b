import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readJsonObject } from "../../src/check/json-text.js";

describe("strict JSON", () => {
  test("stays character for character, and ends at its brace", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat({ max: 2 }), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        const strict = { end: text.length, json: text, isPython: false, isSloppy: false, isNotStandard: false };
        expect(readJsonObject(`${text},more`, 0)).toEqual(strict);
      }),
      { numRuns: 500 },
    );
  });

  test("is read from where it starts", () => {
    expect(readJsonObject('x{"a":1}', 1)).toMatchObject({ end: 8, json: '{"a":1}' });
  });

  test("keeps its numbers and escapes as they are written", () => {
    const text = String.raw`{ "a" : 1.50E+003, "b":"\u00e9\/", "a":12345678901234567890 }`;
    expect(readJsonObject(text, 0)?.json).toBe(text);
  });
});

test("whatever is read parses, unless it holds numbers that are not standard", () => {
  const pieces = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "\\",
    '"a"',
    "'b'",
    "1",
    "-0.5e3",
    "True",
    "None",
    "NaN",
    "null",
  ];
  const odd = [
    " ",
    "\n",
    "\t",
    "/*x*/",
    "//y\n",
    "u'c'",
    "\\x41",
    "\0",
    "constructor",
    '{"a":',
    "undefined",
    "01",
    "\u00c2\u00a0",
  ];
  const piece = fc.constantFrom(...pieces, ...odd);
  const text = fc.array(piece, { maxLength: 12 }).map((parts) => `{${parts.join("")}}`);
  const pairs = fc
    .array(fc.tuple(piece, piece, fc.constantFrom(",", ",,", "", " ,")), { maxLength: 4 })
    .map((members) => `{${members.map(([name, value, comma]) => `${name}:${value}${comma}`).join("")}}`);
  fc.assert(
    fc.property(fc.oneof(text, pairs), (source) => {
      const found = readJsonObject(source, 0);
      if (found === undefined || found.isNotStandard) return;
      expect(() => JSON.parse(found.json) as unknown).not.toThrow();
      expect(readJsonObject(found.json, 0)?.json).toBe(found.json);
    }),
    { numRuns: 5000 },
  );
});

describe("forgiven is", () => {
  test.each([
    ["a comma before a brace", '{"a":1,}', '{"a":1}'],
    ["several commas before a brace", '{"a":1,,}', '{"a":1}'],
    ["several commas before a member", '{"a":1,,"b":2}', '{"a":1,"b":2}'],
    ["a comma before a bracket", '{"a":[1, ]}', '{"a":[1 ]}'],
    ["a comment", '{"a":1/*x*/}', '{"a":1}'],
    ["a comment behind a comma", '{"a":1, /*x*/}', '{"a":1 }'],
    ["a comment up to the end of its line", '{"a":1 // x\n}', '{"a":1 \n}'],
    ["a line break in a string", '{"a":"b\r\nc"}', String.raw`{"a":"b\r\nc"}`],
    ["a tab in a string", '{"a":"b\tc"}', String.raw`{"a":"b\tc"}`],
    ["a no-break space", '{"a":\u00c2\u00a01}', '{"a":1}'],
    ["a byte order mark", '{\u00ef\u00bb\u00bf"a":1}', '{"a":1}'],
    ["NUL bytes between members", '{"a":1\0\0}', '{"a":1}'],
  ])("%s", (_name, text, json) => {
    expect(readJsonObject(text, 0)).toEqual({
      end: text.length,
      json,
      isPython: false,
      isSloppy: true,
      isNotStandard: false,
    });
  });

  test.each([
    ["single quotes", "{'a': 'b'}", '{"a": "b"}'],
    ["quotes in single quotes", `{'a': 'say "b"'}`, String.raw`{"a": "say \"b\""}`],
    ["an apostrophe that is escaped", String.raw`{'a': 'it\'s'}`, `{"a": "it's"}`],
    ["its literals", '{"a": [True, False, None]}', '{"a": [true, false, null]}'],
    ["literals in capitals", '{"a": [TRUE, FALSE, NULL]}', '{"a": [true, false, null]}'],
    ["JavaScript's undefined", '{"a": undefined}', '{"a": null}'],
    ["prefixes of strings", `{u'a': b'b'}`, '{"a": "b"}'],
    ["a byte as two digits", String.raw`{"a": "\x41"}`, String.raw`{"a": "\u0041"}`],
  ])("Python: %s", (_name, text, json) => {
    expect(readJsonObject(text, 0)).toEqual({
      end: text.length,
      json,
      isPython: true,
      isSloppy: false,
      isNotStandard: false,
    });
  });

  test.each(['{"a":NaN}', '{"a":Infinity}', '{"a":-Infinity}'])("a number that is not standard: %s", (text) => {
    expect(readJsonObject(text, 0)).toMatchObject({ json: text, isNotStandard: true, isPython: false });
  });
});

describe("refused is", () => {
  test.each([
    ["another value", "[1]"],
    ["a word of JavaScript's objects", '{"a":constructor}'],
    ["another of them", '{"a":toString}'],
    ["a word that goes on", '{"a":nullx}'],
    ["a name without quotes", "{a:1}"],
    ["a missing comma", '{"a":1 "b":2}'],
    ["a missing value", '{"a":}'],
    ["a comma without a member", "{,}"],
    ["a number with a zero before it", '{"a":01}'],
    ["a point without digits", '{"a":1.}'],
    ["an escape that does not exist", String.raw`{"a":"\q"}`],
    ["an escape that is cut", String.raw`{"a":"\u00e"}`],
    ["a control character", '{"a":"\u0001"}'],
    ["a line break in a name", '{"a\nb":1}'],
    ["an object that does not end", '{"a":{"b":1}'],
    ["a string that does not end", '{"a":"b}'],
    ["a comment that does not end", '{"a":1/*}'],
    ["brackets closed by braces", '{"a":[1}'],
  ])("%s", (_name, text) => {
    expect(readJsonObject(text, 0)).toBeUndefined();
  });

  test("an object deeper than a thousand levels", () => {
    const nested = (levels: number): string => `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`;
    expect(readJsonObject(nested(999), 0)?.end).toBe(nested(999).length);
    expect(readJsonObject(nested(1001), 0)).toBeUndefined();
  });
});
