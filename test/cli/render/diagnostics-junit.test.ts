import { expect, test } from "vitest";
import { createJunitReport } from "../../../src/cli/render/diagnostics-junit.js";
import type { Print } from "../../../src/cli/render/diagnostics-report.js";
import { BLANK, LITERAL, MONTH, printed } from "./findings.js";

const create = (print: Print) => createJunitReport(print, { isStrict: false });
const createStrict = (print: Print) => createJunitReport(print, { isStrict: true });

test("a suite for each file, a case for each code; warnings pass", () => {
  expect(printed(create, { "a.csv": [LITERAL, BLANK, { ...LITERAL, line: 7 }], "b.csv": [] })).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="sessions validate">',
      '  <testsuite name="a.csv" tests="2" failures="1" errors="0" skipped="0">',
      '    <testcase classname="a.csv" name="json-literal">',
      '      <failure message="a word stands for an absent value" type="json-literal">a.csv:2:67: None stands where the field should be empty',
      "a.csv:7:67: None stands where the field should be empty",
      "</failure>",
      "    </testcase>",
      '    <testcase classname="a.csv" name="blank-line">',
      "      <system-out>a.csv:3:1: a blank line",
      "</system-out>",
      "    </testcase>",
      "  </testsuite>",
      '  <testsuite name="b.csv" tests="1" failures="0" errors="0" skipped="0">',
      '    <testcase classname="b.csv" name="no findings"/>',
      "  </testsuite>",
      "</testsuites>",
      "",
    ].join("\n"),
  );
});

test("warnings fail where they count as errors", () => {
  const text = printed(createStrict, { "a.csv": [BLANK] });
  expect(text).toContain('tests="1" failures="1"');
  expect(text).toContain('<failure message="a blank line" type="blank-line">');
});

test("of very many findings the first ones are named", () => {
  const text = printed(create, { "a.csv": Array.from({ length: 2100 }, () => MONTH) });
  expect(text.match(/^.*there is no month 13$/gm)).toHaveLength(100);
  expect(text).toContain("\n… 2,000 more\n</failure>");
});

test("text that XML does not allow is made visible, what it uses is escaped", () => {
  const message = `<a href='x' title="&">\0\u001b\ufffe\ud800]]>`;
  expect(printed(create, { "<&>.csv": [{ ...MONTH, message }] })).toContain(
    "&lt;&amp;&gt;.csv:4:30: &lt;a href=&apos;x&apos; title=&quot;&amp;&quot;&gt;\\x00\\x1b\\ufffe\\ud800]]&gt;\n",
  );
});

test("nothing is printed where no file could be opened", () => {
  expect(printed(create, {})).toBe("");
});
