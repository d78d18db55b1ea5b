import { describe, expect, test } from "vitest";
import { foldedWidth, unfolded } from "../../src/check/folded-lines.js";
import { HEADER } from "./planning.js";

const hex = (number: number, length: number): string => number.toString(16).padStart(length, "0");
const uuid = (number: number): string => `${hex(number, 8)}-0000-4000-8000-${hex(number * 7, 12)}`;

function record(number: number, json = `{""a"": ""${"text ".repeat(number % 7)}"", ""number"": ${number}}`): string {
  const time = "2025-09-29T07:53:59.561515";
  return `${uuid(number)},telegram_${number},telegram,${uuid(number + 1000)},${time},${time},,"${json}"`;
}

const file = (count: number, lineBreak = "\r\n", json?: string): string =>
  [HEADER, ...Array.from({ length: count }, (_, number) => record(number, json))]
    .map((line) => line + lineBreak)
    .join("");

/** As fold(1) breaks lines, by bytes or by characters. */
function folded(text: string, width: number, unit: "bytes" | "characters" = "bytes"): Buffer {
  const encoding = unit === "bytes" ? "latin1" : "utf8";
  const lines = Buffer.from(text).toString(encoding).split("\n");
  const pieces = lines.map((line) => {
    const units = unit === "bytes" ? line.split("") : Array.from(line);
    const parts: string[] = [];
    for (let at = 0; at === 0 || at < units.length; at += width) parts.push(units.slice(at, at + width).join(""));
    return parts.join("\n");
  });
  return Buffer.from(pieces.join("\n"), encoding);
}

const widthOf = (bytes: Buffer): number | undefined => foldedWidth(bytes.toString("latin1"), true);

describe("a folded file is put together:", () => {
  const letters = '{""name"": ""Zoë Кот 日本 😀""}';
  const files = [
    ["CRLF", file(40)],
    ["LF", file(40, "\n")],
    ["letters of several bytes", file(40, "\r\n", letters)],
    ["letters of several bytes and LF", file(40, "\n", letters)],
  ] as const;
  const widths = [38, 40, 41, 80, 88, 89, 117, 150];

  test.each(files)("%s", (_name, text) => {
    for (const width of widths) {
      for (const unit of ["bytes", "characters"] as const) {
        const bytes = folded(text, width, unit);
        expect(widthOf(bytes), `${width} ${unit}`).toBe(width);
        expect(unfolded(bytes, width).toString()).toBe(text);
      }
    }
  });

  test("also where a record's last line has the whole width", () => {
    const text = file(20, "\n", "{}");
    const width = record(11, "{}").length / 2;
    expect(Number.isInteger(width)).toBe(true);
    const bytes = folded(text, width);
    expect(unfolded(bytes, width).toString()).toBe(text);
  });

  test("also where a thread's id starts a line", () => {
    const text = file(9);
    const width = record(1).indexOf(uuid(1001));
    expect(widthOf(folded(text, width))).toBe(width);
    expect(unfolded(folded(text, width), width).toString()).toBe(text);
  });

  test("by its first lines alone", () => {
    const bytes = folded(file(400), 80).subarray(0, 9000);
    expect(foldedWidth(bytes.toString("latin1"), false)).toBe(80);
  });
});

describe("a file was not folded:", () => {
  test.each([
    ["nothing", ""],
    ["a header alone", `${HEADER}\r\n`],
    ["records", file(40)],
    ["records of one length", file(40, "\r\n", "{}")],
    ["records of one length that end with LF alone", file(40, "\n", "{}")],
    ["JSON in two lines", file(40, "\n", "{\n}")],
    ["JSON in lines of one length", file(40, "\n", `{${'\n ""a"": 1,'.repeat(3)}\n ""b"": 1}`)],
    ["JSON in lines as long as the first one", file(40, "\n", `{\n${" ".repeat(170)}}`)],
    ["lines that are no records", "x".repeat(80).concat("\n").repeat(50)],
    ["lines behind a header that are no records", `${HEADER}\n${"x".repeat(88).concat("\n").repeat(50)}`],
  ])("%s", (_name, text) => {
    expect(widthOf(Buffer.from(text))).toBeUndefined();
  });

  test("to a width in which no id has room", () => {
    expect(widthOf(folded(file(9), 37))).toBeUndefined();
  });
});
