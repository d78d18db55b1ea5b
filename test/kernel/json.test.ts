import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Kernel, type JsonVerdict } from "../../src/kernel/kernel.js";
import { quotedVerdictOf, rawQuotedVerdictOf, verdictOf } from "./kernel-text.js";

/** What JSON.parse makes of a text. */
function expected(text: string): JsonVerdict {
  try {
    JSON.parse(text);
  } catch {
    return "invalid";
  }
  return text.trimStart().startsWith("{") ? "object" : "other";
}

describe("a text that is no JSON", () => {
  test.each([
    "",
    " ",
    "{",
    "}",
    "{}}",
    "{} {}",
    "{}x",
    "{,}",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{"a" 1}',
    "{a:1}",
    "{'a':1}",
    "{1:2}",
    '{"a":1]',
    '["a":1]',
    "[1}",
    "[1,]",
    "[,1]",
    "[1 2]",
    '{"a":"b}',
    '{"a":"b\\"}',
    '{"a":"\\x"}',
    '{"a":"\\u12g4"}',
    '{"a":"\\u12"}',
    '{"a":"\n"}',
    '{"a":"\u0000"}',
    '{"a":tru}',
    '{"a":truex}',
    '{"a":True}',
    '{"a":None}',
    '{"a":undefined}',
    '{"a":nul',
    '{"a":01}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":1.}',
    '{"a":.5}',
    '{"a":1e}',
    '{"a":1e+}',
    '{"a":0x1}',
    '{"a":1} ,',
    "{}\u00a0",
    "\ufeff{}",
    "{}\v",
    '{"a":/**/1}',
    '{"a":nan}',
    '{"a":-NaN}',
    '{"a":+Infinity}',
    '{"a":Infinit}',
    '{"a":--Infinity}',
    '{"a":NaN1}',
    "{NaN:1}",
  ])("is %j", (text) => {
    expect([verdictOf(text), quotedVerdictOf(text)]).toEqual(["invalid", "invalid"]);
  });

  test.each(["[NaN]", "NaN", "-Infinity", '["\\n", Infinity]'])(
    "is %j, which Python reads, and which is no object either",
    (text) => {
      expect([verdictOf(text), quotedVerdictOf(text)]).toEqual(["invalid", "invalid"]);
    },
  );

  test("is an object with a quote that is not doubled inside a quoted field's text", () => {
    expect(quotedVerdictOf('{"a":"b"')).toBe("invalid");
  });
});

describe("a text that is an object", () => {
  test.each([
    "{}",
    " \t\r\n{ \t\r\n} \t\r\n",
    '{"":""}',
    '{"a" : [ 1 , { "b" : null } ] , "a" : true}',
    '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D"}',
    '{"a":-0,"b":0.5,"c":1e5,"d":-12.50E-07,"e":1E+2}',
    '{"a":10000000000000000000000000001}',
    '{"a":"é€😀\u007f\u2028"}',
    '{"a":"NaN, Infinity"}',
    '{"a":"a string that is longer than one block of sixteen bytes","b":"fifteen bytes.."}',
  ])("is %j", (text) => {
    expect([verdictOf(text), quotedVerdictOf(text)]).toEqual(["object", "object"]);
  });

  test.each(["[]", "[{}]", '"{}"', "0", "-1.5e3", "true", "false", "null", ' "a" '])("is not %j", (text) => {
    expect([verdictOf(text), quotedVerdictOf(text)]).toEqual(["other", "other"]);
  });

  test.each(['{"a":NaN}', '{"a":Infinity}', '{"a":[1,-Infinity]}', '{"a":NaN,"b":NaN} '])(
    "is one for Python only: %j",
    (text) => {
      expect([verdictOf(text), quotedVerdictOf(text)]).toEqual(["python-object", "python-object"]);
    },
  );

  test("is not taken for one of Python's after such a one", () => {
    verdictOf('{"a":NaN}');
    expect(verdictOf("{}")).toBe("object");
  });
});

describe("nesting", () => {
  const objects = (depth: number): string => `${'{"a":'.repeat(depth - 1)}{}${"}".repeat(depth - 1)}`;
  const arrays = (depth: number): string => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

  test.each([objects, arrays])("of 1000 levels is read", (nest) => {
    expect(verdictOf(nest(1000))).toBe("object");
  });

  test.each([objects, arrays])("of 1001 levels is refused", (nest) => {
    expect(verdictOf(nest(1001))).toBe("invalid");
  });

  test("is closed as it was opened", () => {
    expect([verdictOf('{"a":[{"b":[]}]}'), verdictOf('{"a":[{"b":[}]]}')]).toEqual(["object", "invalid"]);
  });
});

describe("what is in a string is judged the same at each place of the blocks in which it is read", () => {
  const lengths = Array.from({ length: 140 }, (_, length) => [length, 960 + length, 2000 + length]).flat();

  test.each([
    "",
    '\\"',
    "\\\\",
    '\\\\\\"',
    '\\\\"',
    '\\\\", "b": "\\\\',
    "\\u00e9\\u00E9",
    "\\u00g9",
    "\\u00e",
    "\\n\\t\\/",
    "\\x",
    "\\",
    '"',
    '", "b": "',
    '","b":"","c":{"":["","",""]},"":"',
    '", "b": ["", "", "", "", "", "", "", "", "", "", "", "", "", ""], "c": "',
    '",\n\t"b"\r\n: "',
    "\n",
    "\u0000",
    "\u001f",
    "\u007f",
  ])("%j", (text) => {
    for (const length of lengths) {
      const whole = `{"a": "${"x".repeat(length)}${text}", "z": 1}`;
      expect([length, verdictOf(whole), quotedVerdictOf(whole)]).toEqual([length, expected(whole), expected(whole)]);
    }
  });

  test("also where the text ends in it", () => {
    for (const text of ["\\", "\\u", "\\u00e", '"', '\\"', "\\\\", '", "b', '", "b": "']) {
      for (const length of lengths) {
        const whole = `{"a": "${"x".repeat(length)}${text}`;
        expect([whole, verdictOf(whole), quotedVerdictOf(whole)]).toEqual([whole, "invalid", "invalid"]);
      }
    }
  });

  test("also where a quote that ends it is not doubled", () => {
    for (const length of lengths) {
      const whole = `{""a"": ""${"x".repeat(length)}`;
      expect([length, rawQuotedVerdictOf(`${whole}""}`)]).toEqual([length, "object"]);
      expect([length, rawQuotedVerdictOf(`${whole}"}`)]).toEqual([length, "invalid"]);
      expect([length, rawQuotedVerdictOf(`${whole}"x"}`)]).toEqual([length, "invalid"]);
      expect([length, rawQuotedVerdictOf(`${whole}"x}`)]).toEqual([length, "invalid"]);
      expect([length, rawQuotedVerdictOf(`${whole}"`)]).toEqual([length, "invalid"]);
    }
  });
});

test("the check of a long text with many strings leaves alone what else is in the kernel's memory", () => {
  const kernel = new Kernel(1 << 17);
  kernel.text.write("telegram,\ndiscord,\n");
  kernel.internColumn(kernel.scan(19, true), 0);
  const text = `[${'"",'.repeat(20_000)}""]`;
  kernel.text.write(text);
  expect(kernel.checkJson(0, text.length, false)).toBe("other");
  expect([0, 1].map((number) => kernel.internedValue(number))).toEqual(["telegram", "discord"]);
});

describe("agreement with JSON.parse", () => {
  const json = fc.oneof(
    fc.json({ maxDepth: 5 }),
    fc.json({ maxDepth: 5, stringUnit: "binary" }),
    fc
      .tuple(fc.jsonValue({ maxDepth: 4 }), fc.constantFrom(1, 2, "\t", "\r\n"))
      .map(([value, indent]) => JSON.stringify(value, null, indent)),
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })).map((value) => JSON.stringify(value)),
  );
  const byte = fc.oneof(
    fc.constantFrom(...Buffer.from('"\\{}[]:,.+-eE0123456789 \t\r\nutrfnalsINy')),
    fc.integer({ min: 0, max: 255 }),
  );
  const change = fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.array(byte, { maxLength: 3 }) });

  test("on what is JSON", () => {
    fc.assert(
      fc.property(json, (text) => {
        expect([verdictOf(text), quotedVerdictOf(text)]).toEqual([expected(text), expected(text)]);
      }),
      { numRuns: 2000 },
    );
  });

  test("on JSON after some changes of its bytes", () => {
    fc.assert(
      fc.property(json, fc.array(change, { minLength: 1, maxLength: 3 }), (original, changes) => {
        const bytes = [...Buffer.from(original)];
        for (const { at, remove, insert } of changes) bytes.splice(at % (bytes.length + 1), remove, ...insert);
        const text = Buffer.from(bytes).toString();
        expect([verdictOf(text), quotedVerdictOf(text)]).toEqual([expected(text), expected(text)]);
      }),
      { numRuns: 10_000 },
    );
  });

  test("on Python's numbers, taken for any other number", () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom("NaN", "Infinity", "-Infinity"),
        fc.constantFrom("0", '"NaN"', "null"),
        fc.array(tie("value"), { maxLength: 3 }).map((members) => `[${members.join(", ")}]`),
        fc
          .array(tie("value"), { maxLength: 3 })
          .map((members) => `{${members.map((text) => `"k": ${String(text)}`).join(", ")}}`),
      ),
    }));
    fc.assert(
      fc.property(value, (member) => {
        const text = `{"first": ${member}}`;
        const hasPythonNumber = text.replaceAll('"NaN"', "").search(/NaN|Infinity/) !== -1;
        const verdict = hasPythonNumber ? "python-object" : "object";
        expect([verdictOf(text), quotedVerdictOf(text)]).toEqual([verdict, verdict]);
      }),
      { numRuns: 1000 },
    );
  });
});
