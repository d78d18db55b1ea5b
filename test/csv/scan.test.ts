// The grammar, rule by rule; what RFC 4180 does not know comes first.
import { describe, expect, test } from "vitest";
import { BOM, flagsOf, recordsOf, scan, scannerOf, valuesOf } from "./scanning.js";

describe("an input that is not RFC 4180", () => {
  test("is empty and has no record", () => {
    expect(scan(Buffer.of())).toEqual({ hasBom: false, records: [] });
  });

  test("is nothing but a byte order mark and has no record", () => {
    expect(scan(BOM)).toEqual({ hasBom: true, records: [] });
  });

  test("is the start of a byte order mark, which is text", () => {
    expect(scan(BOM.subarray(0, 2)).hasBom).toBe(false);
  });

  test("keeps a byte order mark that does not stand at the start", () => {
    expect(valuesOf("a\n\ufeffb\n")).toEqual([["a"], ["\ufeffb"]]);
  });

  test("has a quote inside an unquoted field, which is text", () => {
    expect(valuesOf('a"b,5"\nc\n')).toEqual([['a"b', '5"'], ["c"]]);
  });

  test("has a flag for a quote inside an unquoted field", () => {
    expect(flagsOf('a"b\nc\n')).toEqual([["stray quote"], []]);
  });

  test("does not open a quoted field with a quote behind a space", () => {
    expect(valuesOf('a, "b\nc"\n')).toEqual([["a", ' "b'], ['c"']]);
  });

  test("has text after a closing quote, which belongs to the value", () => {
    expect(valuesOf('"a"b,c\n')).toEqual([["ab", "c"]]);
  });

  test("has a flag for text after a closing quote", () => {
    expect(flagsOf('x\n"a"b\nc\n')).toEqual([[], ["broken quote"], []]);
  });

  test("ends the record at a line break after the text that follows a closing quote", () => {
    expect(recordsOf('"a"b\nc"\n')).toEqual(['"a"b\n', 'c"\n']);
  });

  test("has quotes in the text after a closing quote, which stay", () => {
    expect(valuesOf('"a"b"c,d"\n')).toEqual([['ab"c', 'd"']]);
  });

  test("has both flags for a quote in the text after a closing quote", () => {
    expect(flagsOf('"a"b"\n')).toEqual([["stray quote", "broken quote"]]);
  });

  test("makes doubled quotes single before a closing quote that text follows", () => {
    expect(valuesOf('"a""b"c""d\n')).toEqual([['a"bc""d']]);
  });

  test("makes doubled quotes single in the other fields of a broken record", () => {
    expect(valuesOf('"a"b,"c""d"\n')).toEqual([["ab", 'c"d']]);
  });

  test("never closes a quote, and the record goes to the end of the file", () => {
    expect(recordsOf('a\n"b,c\nd\n')).toEqual(["a\n", '"b,c\nd\n']);
  });

  test("has the text up to the end as the value of a quote that is never closed", () => {
    expect(valuesOf('a,"b,c\nd\n')).toEqual([["a", "b,c\nd\n"]]);
  });

  test("has a flag for a quote that is never closed", () => {
    expect(flagsOf('a\n"b\n')).toEqual([[], ["unclosed"]]);
  });

  test("ends with a doubled quote that closes nothing", () => {
    expect(scan(Buffer.from('"a""')).records).toEqual([
      { byteOffset: 0, byteLength: 4, flags: ["unclosed"], fields: [{ text: 'a"', isQuoted: true, isEscaped: true }] },
    ]);
  });

  test("ends with an opening quote", () => {
    expect(scan(Buffer.from('a,"')).records).toMatchObject([{ flags: ["unclosed"], fields: [{}, { text: "" }] }]);
  });

  test("has a carriage return alone, which ends nothing", () => {
    expect(valuesOf("a\rb,c\n")).toEqual([["a\rb", "c"]]);
  });

  test("has a flag for a carriage return alone", () => {
    expect(flagsOf("a\rb\nc\n")).toEqual([["bare CR"], []]);
  });

  test("ends with a carriage return, which is text", () => {
    expect(scan(Buffer.from("a\r")).records).toMatchObject([{ flags: ["bare CR"], fields: [{ text: "a\r" }] }]);
  });

  test("has a carriage return before a CRLF, which is text", () => {
    expect(scan(Buffer.from("a\r\r\n")).records).toMatchObject([{ flags: ["bare CR"], fields: [{ text: "a\r" }] }]);
  });

  test("has a carriage return alone after a closing quote", () => {
    expect(scan(Buffer.from('"a"\rb\n')).records).toMatchObject([
      { flags: ["broken quote", "bare CR"], fields: [{ text: "a\rb" }] },
    ]);
  });

  test("has bytes that are not UTF-8, which read as U+FFFD", () => {
    expect(valuesOf(Buffer.of(0x61, 0xe9, 0x2c, 0x62))).toEqual([["a\ufffd", "b"]]);
  });

  test("has a NUL byte, which is text", () => {
    expect(valuesOf("a\0b,c\n")).toEqual([["a\0b", "c"]]);
  });
});

describe("a record", () => {
  test("ends with LF", () => {
    expect(recordsOf("a,b\nc,d\n")).toEqual(["a,b\n", "c,d\n"]);
  });

  test("ends with CRLF, which belongs to no value", () => {
    expect(valuesOf("a,b\r\nc,d\r\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
  });

  test("keeps the line break that it has in a file with both", () => {
    expect(recordsOf("a\r\nb\nc\r\n")).toEqual(["a\r\n", "b\n", "c\r\n"]);
  });

  test("ends with the file", () => {
    expect(recordsOf("a\nb,c")).toEqual(["a\n", "b,c"]);
  });

  test("ends with the file after a closing quote", () => {
    expect(valuesOf('a\n"b"')).toEqual([["a"], ["b"]]);
  });

  test("has an empty last field after a comma at the end of the file", () => {
    expect(valuesOf("a,")).toEqual([["a", ""]]);
  });

  test("has an empty first field before a comma at the start of the file", () => {
    expect(valuesOf(",a\n")).toEqual([["", "a"]]);
  });

  test("of commas has one empty field more than commas", () => {
    expect(valuesOf(",,\n")).toEqual([["", "", ""]]);
  });

  test("of RFC 4180 has no flags", () => {
    expect(flagsOf('a,"b ""c"",\r\nd",\r\n""\n')).toEqual([[], []]);
  });

  test("of a blank line has one empty field", () => {
    expect(valuesOf("a\n\r\n\nb\n")).toEqual([["a"], [""], [""], ["b"]]);
  });

  test.each([
    ["\n", true],
    ["\r\n", true],
    ['""\n', false],
    [" \n", false],
    [",\n", false],
  ])("%j is a blank line: %s", (text, isBlank) => {
    const scanner = scannerOf(Buffer.from(text));
    scanner.nextBatch();
    expect(scanner.isBlank(0)).toBe(isBlank);
  });

  test("begins after the byte order mark", () => {
    expect(scan(Buffer.concat([BOM, Buffer.from("a\n")]))).toEqual({
      hasBom: true,
      records: [
        { byteOffset: 3, byteLength: 2, flags: [], fields: [{ text: "a", isQuoted: false, isEscaped: false }] },
      ],
    });
  });

  test("may begin with a quoted field after the byte order mark", () => {
    expect(valuesOf('\ufeff"a,b",c\n')).toEqual([["a,b", "c"]]);
  });
});

describe("a quoted field", () => {
  test("holds commas", () => {
    expect(valuesOf('"a,b",c\n')).toEqual([["a,b", "c"]]);
  });

  test("holds line breaks of each kind as they are", () => {
    expect(valuesOf('"a\nb\r\nc\rd",e\n')).toEqual([["a\nb\r\nc\rd", "e"]]);
  });

  test("holds a carriage return without a flag", () => {
    expect(flagsOf('"a\rb"\n')).toEqual([[]]);
  });

  test("holds a doubled quote, which is one", () => {
    expect(valuesOf('"a""b","""",""""""\n')).toEqual([['a"b', '"', '""']]);
  });

  test("may be empty", () => {
    expect(scan(Buffer.from('"",""\n')).records[0]?.fields).toEqual([
      { text: "", isQuoted: true, isEscaped: false },
      { text: "", isQuoted: true, isEscaped: false },
    ]);
  });

  test("is escaped only where it holds a doubled quote itself", () => {
    const fields = scan(Buffer.from('"a""b","c",d\n')).records[0]?.fields;
    expect(fields?.map(({ isEscaped }) => isEscaped)).toEqual([true, false, false]);
  });

  test("holds text beyond ASCII", () => {
    expect(valuesOf('"é€😀 ""ö""",ß\n')).toEqual([['é€😀 "ö"', "ß"]]);
  });
});
