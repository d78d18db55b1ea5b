import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCsvWriter } from "../../../src/cli/render/csv.js";
import { createRowWriter, type RowFormat } from "../../../src/cli/render/formats.js";
import { createJsonLinesWriter, createJsonWriter } from "../../../src/cli/render/json.js";
import { createMarkdownWriter } from "../../../src/cli/render/markdown.js";
import { createIdsWriter, createTsvWriter } from "../../../src/cli/render/tsv.js";
import type { FieldValue } from "../../../src/session/field-value.js";
import { hostileText } from "./hostile.js";

const none: FieldValue = { type: "none" };
const text = (value: string): FieldValue => ({ type: "text", text: value });
const json = (value: string): FieldValue => ({ type: "json", text: value });
const noTime = (value: string): FieldValue => ({ type: "time", text: value, instant: undefined });
const time = (value: string, inUtc: string): FieldValue => ({
  type: "time",
  text: value,
  instant: Date.parse(inUtc) * 1000,
});
const duration = (seconds: number): FieldValue => ({ type: "duration", seconds });

const WRITERS = {
  tsv: createTsvWriter,
  csv: createCsvWriter,
  json: createJsonWriter,
  jsonl: createJsonLinesWriter,
  md: createMarkdownWriter,
  ids: createIdsWriter,
};

test.each(Object.keys(WRITERS) as RowFormat[])("%s names its writer", async (format) => {
  const writer = await createRowWriter(format, ["a"]);
  expect(writer.begin() + writer.row([none]) + writer.end()).toBe(write(format, ["a"], [[none]]));
});

function write(format: RowFormat, fieldNames: readonly string[], rows: readonly (readonly FieldValue[])[]): string {
  const writer = WRITERS[format](fieldNames);
  return writer.begin() + rows.map((row) => writer.row(row)).join("") + writer.end();
}

/** A session with one field of each type. */
const FIELDS = ["id", "last_activity", "metadata", "idle", "expired", "source"];
const SESSION = [
  text("s1"),
  time("2025-09-30T10:30:00.5", "2025-09-30T10:30:00.5Z"),
  json('{"n": 12345678901234567890}'),
  duration(90.5),
  { type: "boolean", value: true } as const,
  none,
];

describe("tsv", () => {
  test.each([
    ["a tab", text("a\tb"), "a\\tb"],
    ["a line feed", text("a\nb"), "a\\nb"],
    ["a carriage return", text("a\r\nb"), "a\\r\\nb"],
    ["an ANSI escape", text("\x1b[2J"), "\\x1b[2J"],
    ["a bidirectional mark", text("a\u202eb"), "a\\u202eb"],
    ["a backslash, not doubled", text("a\\tb"), "a\\tb"],
    ["a quote, not quoted", text('a "b", c'), 'a "b", c'],
    ["JSON over several lines", json('{\n\t"a": 1\n}'), '{ "a": 1 }'],
    ["a bidirectional mark in JSON", json('"\u202e\x7f"'), '"\\u202e\\u007f"'],
    ["an escaped line break in JSON", json('"a\\nb"'), '"a\\nb"'],
    ["an unknown time", noTime("yester\tday"), "yester\\tday"],
    ["a time with an offset", time("2025-09-30T12:30:00+02:00", "2025-09-30T10:30:00Z"), "2025-09-30T10:30:00Z"],
    ["none", none, ""],
  ])("writes %s", (_what, value, expected) => {
    expect(write("tsv", ["f"], [[value]])).toBe(`f\n${expected}\n`);
  });

  test("writes every type", () => {
    expect(write("tsv", FIELDS, [SESSION])).toBe(
      "id\tlast_activity\tmetadata\tidle\texpired\tsource\n" +
        's1\t2025-09-30T10:30:00.500000Z\t{"n": 12345678901234567890}\t90.5\ttrue\t\n',
    );
  });

  test("escapes field names", () => {
    expect(write("tsv", ["a\tb", "c\n"], [])).toBe("a\\tb\tc\\n\n");
  });

  test("counts a missing value as none", () => {
    expect(write("tsv", ["a", "b"], [[text("1")]])).toBe("a\tb\n1\t\n");
  });
});

describe("csv", () => {
  test.each([
    ["a comma", text("a,b"), '"a,b"'],
    ["a quote", text('a"b'), '"a""b"'],
    ["a line feed", text("a\nb"), '"a\nb"'],
    ["a carriage return alone", text("a\rb"), '"a\rb"'],
    ["other controls as they are", text("\x1b\t"), "\x1b\t"],
    ["a formula as it is", text("=1+1"), "=1+1"],
    ["JSON as it stands in the file", json('{\n "a": 1}'), '"{\n ""a"": 1}"'],
    ["none", none, ""],
  ])("writes %s", (_what, value, expected) => {
    expect(write("csv", ["a", "b"], [[value, text("x")]])).toBe(`a,b\r\n${expected},x\r\n`);
  });

  test("writes every type", () => {
    expect(write("csv", FIELDS, [SESSION])).toBe(
      "id,last_activity,metadata,idle,expired,source\r\n" +
        's1,2025-09-30T10:30:00.500000Z,"{""n"": 12345678901234567890}",90.5,true,\r\n',
    );
  });

  test("quotes a lone empty field, which would be an empty line", () => {
    expect(write("csv", ["a"], [[none]])).toBe('a\r\n""\r\n');
  });
});

describe("json", () => {
  test("is an empty array without rows", () => {
    expect(write("json", FIELDS, [])).toBe("[]\n");
  });

  test("writes every type, one object a line", () => {
    const object =
      '{"id":"s1","last_activity":"2025-09-30T10:30:00.500000Z","metadata":{"n": 12345678901234567890},' +
      '"idle":90.5,"expired":true,"source":null}';
    expect(write("json", FIELDS, [SESSION, SESSION])).toBe(`[\n  ${object},\n  ${object}\n]\n`);
  });

  test.each([
    ["a quote", text('a"'), '"a\\""'],
    ["a backslash", text("a\\"), '"a\\\\"'],
    ["controls", text("\x1b\n\x7f\x9b"), '"\\u001b\\n\\u007f\\u009b"'],
    ["bidirectional marks", text("\u202e"), '"\\u202e"'],
    ["a lone surrogate", text("\ud800"), '"\\ud800"'],
    ["an unknown time", noTime("soon"), '"soon"'],
    ["JSON over several lines", json('[\r\n  1.10,\n  "a  b"\n]'), '[ 1.10, "a  b" ]'],
    ["JSON with repeated keys", json('{"a":1,"a":2}'), '{"a":1,"a":2}'],
    ["a duration that is no number", duration(NaN), "null"],
  ])("writes %s", (_what, value, expected) => {
    expect(write("json", ["f"], [[value]])).toBe(`[\n  {"f":${expected}}\n]\n`);
  });

  test("has a field named __proto__", () => {
    const parsed: unknown = JSON.parse(write("json", ["__proto__"], [[text("x")]]));
    expect(parsed).toEqual([Object.fromEntries([["__proto__", "x"]])]);
  });
});

describe("jsonl", () => {
  test("is empty without rows", () => {
    expect(write("jsonl", FIELDS, [])).toBe("");
  });

  test("writes one object a line", () => {
    expect(write("jsonl", ["a\u202e", "b"], [[text("1"), json("2")], [none]])).toBe(
      '{"a\\u202e":"1","b":2}\n{"a\\u202e":null,"b":null}\n',
    );
  });
});

describe("md", () => {
  test("writes every type", () => {
    expect(write("md", FIELDS, [SESSION])).toBe(
      "| id | last_activity | metadata | idle | expired | source |\n" +
        "| --- | --- | --- | --- | --- | --- |\n" +
        '| s1 | 2025-09-30T10:30:00.500000Z | {"n": 12345678901234567890} | 90.5 | true |  |\n',
    );
  });

  test.each([
    ["a pipe", text("a|b"), "a\\|b"],
    ["a backslash", text("a\\|b"), "a\\\\\\|b"],
    ["HTML", text("<b>&amp;"), "&lt;b&gt;&amp;amp;"],
    ["a line break", text("a\nb"), "a\\\\nb"],
    ["an ANSI escape", text("\x1b[2J"), "\\\\x1b\\[2J"],
    ["an image", text("![x](http://example.org)"), "!\\[x](http://example.org)"],
    ["emphasis", text("**a** ~b~ `c`"), "\\*\\*a\\*\\* \\~b\\~ \\`c\\`"],
    ["underscores around a word", text("__a__"), "\\_\\_a\\_\\_"],
    ["an underscore inside a word, as it is", text("slack_U01"), "slack_U01"],
    ["JSON over several lines", json('{\n  "a": 1\n}'), '{ "a": 1 }'],
  ])("writes %s", (_what, value, expected) => {
    expect(write("md", ["f"], [[value]])).toBe(`| f |\n| --- |\n| ${expected} |\n`);
  });

  test("escapes field names", () => {
    expect(write("md", ["a|b"], [])).toBe("| a\\|b |\n| --- |\n");
  });
});

describe("ids", () => {
  test("is empty without rows", () => {
    expect(write("ids", ["id"], [])).toBe("");
  });

  test("writes the first field only, escaped", () => {
    expect(write("ids", ["id", "user"], [[text("s1"), text("u1")], [text("s\n2\x1b")]])).toBe("s1\ns\\n2\\x1b\n");
  });
});

const hostileJson = fc
  .tuple(fc.json(), fc.constantFrom("", "\n", "\t", "\r\n  "), hostileText)
  .map(([inner, space, key]) => `{${space}${JSON.stringify(key)}:${space}${inner}${space}}`);

const hostileValue: fc.Arbitrary<FieldValue> = fc.oneof(
  fc.constant(none),
  hostileText.map(text),
  hostileText.map(noTime),
  hostileJson.map(json),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(duration),
  fc.boolean().map((value): FieldValue => ({ type: "boolean", value })),
);

const hostileTable = fc.uniqueArray(hostileText, { minLength: 1, maxLength: 5 }).chain((fieldNames) =>
  fc.tuple(
    fc.constant(fieldNames),
    fc.array(fc.array(hostileValue, { minLength: fieldNames.length, maxLength: fieldNames.length }), {
      maxLength: 5,
    }),
  ),
);

function asJavaScript(value: FieldValue): unknown {
  switch (value.type) {
    case "none":
      return null;
    case "json":
      return JSON.parse(value.text);
    case "duration":
      return value.seconds === 0 ? 0 : value.seconds;
    case "boolean":
      return value.value;
    case "text":
    case "time":
      return value.text;
  }
}

describe("whatever the values", () => {
  test("TSV has a line for each row and one for the header, and a tab between each two fields", () => {
    fc.assert(
      fc.property(hostileTable, ([fieldNames, rows]) => {
        const lines = write("tsv", fieldNames, rows).split(/[\n\r\u2028\u2029]/);
        expect(lines.pop()).toBe("");
        expect(lines.length).toBe(rows.length + 1);
        for (const line of lines) expect(line.split("\t").length).toBe(fieldNames.length);
      }),
    );
  });

  test("TSV keeps JSON valid and equal", () => {
    fc.assert(
      fc.property(hostileJson, (value) => {
        const line = write("tsv", ["f"], [[json(value)]]).split("\n")[1] ?? "";
        expect(JSON.parse(line)).toEqual(JSON.parse(value));
      }),
    );
  });

  test("CSV is read back by csv-parse as it was", () => {
    fc.assert(
      fc.property(hostileTable, ([names, rows]) => {
        // What is written as UTF-8 has no lone surrogates.
        const wellFormed = (string: string) => Buffer.from(string, "utf8").toString("utf8");
        const fieldNames = names.map(wellFormed);
        const texts = rows.map((row) => row.map((value) => (value.type === "text" ? wellFormed(value.text) : "-")));
        const output = write(
          "csv",
          fieldNames,
          texts.map((row) => row.map(text)),
        );
        expect(parse(output, { record_delimiter: "\r\n" })).toEqual([fieldNames, ...texts]);
      }),
    );
  });

  test("JSON and JSON lines parse to the same keys and values", () => {
    fc.assert(
      fc.property(hostileTable, ([fieldNames, rows]) => {
        const expected = rows.map((row) =>
          Object.fromEntries(fieldNames.map((name, i) => [name, asJavaScript(row[i] ?? none)])),
        );
        expect(JSON.parse(write("json", fieldNames, rows))).toEqual(expected);
        const lines = write("jsonl", fieldNames, rows).split("\n").slice(0, -1);
        expect(lines.map((line): unknown => JSON.parse(line))).toEqual(expected);
      }),
    );
  });

  test("a Markdown table has two lines more than rows and one bare pipe more than fields a line", () => {
    fc.assert(
      fc.property(hostileTable, ([fieldNames, rows]) => {
        const lines = write("md", fieldNames, rows).split("\n").slice(0, -1);
        expect(lines.length).toBe(rows.length + 2);
        for (const line of lines) {
          expect(line.replace(/\\./gu, "").split("|").length).toBe(fieldNames.length + 2);
        }
      }),
    );
  });

  test("only CSV, which is exact, holds characters that drive a terminal", () => {
    fc.assert(
      fc.property(hostileTable, ([fieldNames, rows]) => {
        for (const format of ["tsv", "json", "jsonl", "md", "ids"] as const) {
          expect(write(format, fieldNames, rows).replace(/[\n\t]/g, "")).not.toMatch(
            /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u,
          );
        }
      }),
    );
  });
});
