import { expect, test } from "vitest";
import { createJsonLinesReport, createJsonReport } from "../../../src/cli/render/diagnostics-json.js";
import { BLANK, LITERAL, MONTH, printed } from "./findings.js";

type Files = Parameters<typeof printed>[1];

function json(files: Files, isStrict = false): string {
  const hasManyFiles = Object.keys(files).length > 1;
  return printed((print) => createJsonReport(print, { isStrict, hasManyFiles }), files);
}

function jsonLines(files: Files): string {
  return printed((print) => createJsonLinesReport(print, { isStrict: false }), files);
}

const LITERAL_OBJECT =
  '"code":"json-literal","severity":"error","line":2,"column":67,"byteOffset":156,"byteLength":4,"field":"pending_approval",' +
  '"message":"None stands where the field should be empty","text":"None","expected":"","fix":"lossless","outcome":"healed"}';
const BLANK_OBJECT =
  '"code":"blank-line","severity":"warning","line":3,"column":1,"byteOffset":165,"byteLength":2,"field":null,' +
  '"message":"a blank line","text":"\\r\\n","expected":null,"fix":null,"outcome":"dropped"}';

test("one file is one object, with a finding a line", () => {
  expect(json({ "a.csv": [BLANK, LITERAL] })).toBe(
    [
      '{"path":"a.csv","errors":[',
      `  {${LITERAL_OBJECT}`,
      '],"warnings":[',
      `  {${BLANK_OBJECT}`,
      '],"counts":{"blank-line":1,"json-literal":1},"valid":false,"records":1204}',
      "",
    ].join("\n"),
  );
});

test("several files are an array", () => {
  const clean = '{"path":"b.csv","errors":[],"warnings":[],"counts":{},"valid":true,"records":1204}';
  expect(json({ "a.csv": [], "b.csv": [] })).toBe(`[\n${clean.replace("b.csv", "a.csv")},\n${clean}\n]\n`);
});

test("nothing is printed where no file could be opened", () => {
  expect(printed((print) => createJsonReport(print, { isStrict: false, hasManyFiles: true }), {})).toBe("");
});

test("warnings make a file invalid only where they count", () => {
  expect(JSON.parse(json({ "a.csv": [BLANK] }))).toMatchObject({ valid: true });
  expect(JSON.parse(json({ "a.csv": [BLANK] }, true))).toMatchObject({ valid: false });
});

test("more warnings than are held are all printed", () => {
  const warnings = Array.from({ length: 10_001 }, (_, index) => ({ ...BLANK, line: index + 1 }));
  const { warnings: shown, errors } = JSON.parse(json({ "a.csv": [...warnings, MONTH] })) as {
    warnings: { line: number }[];
    errors: object[];
  };
  expect(shown.map(({ line }) => line)).toEqual(warnings.map(({ line }) => line));
  expect(errors).toHaveLength(1);
});

test("JSON Lines: findings in order with their file, the file's totals last", () => {
  expect(jsonLines({ "a.csv": [BLANK, LITERAL], "b.csv": [] })).toBe(
    [
      `{"path":"a.csv",${BLANK_OBJECT}`,
      `{"path":"a.csv",${LITERAL_OBJECT}`,
      '{"path":"a.csv","valid":false,"records":1204,"counts":{"blank-line":1,"json-literal":1}}',
      '{"path":"b.csv","valid":true,"records":1204,"counts":{}}',
      "",
    ].join("\n"),
  );
});

test("characters that act on a terminal stand as escapes, and keep their meaning", () => {
  const text = "\u001b[2J\u009b\u202e\ud800";
  for (const render of [json, jsonLines]) {
    const shown = render({ "a.csv": [{ ...LITERAL, text }] });
    expect(shown).toContain('"text":"\\u001b[2J\\u009b\\u202e\\ud800"');
  }
});
