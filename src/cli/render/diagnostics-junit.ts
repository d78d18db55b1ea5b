import type { Diagnostic, DiagnosticCode } from "../../check/diagnostic.js";
import { RULES } from "../../check/rules/index.js";
import type { DiagnosticsReport, Print, ReportOptions } from "./diagnostics-report.js";
import { groupDigits } from "./numbers.js";
import { visibleText } from "./visible.js";

/** Findings of one code that a file's report names; of the others it says how many there are. */
const NAMED = 100;

/**
 * JUnit XML: a test suite for each file and in it a test case for each code that was found, failing where the code counts
 * as an error; a clean file is one test case that passes.
 */
export function createJunitReport(print: Print, { isStrict }: Pick<ReportOptions, "isStrict">): DiagnosticsReport {
  let files = 0;
  let path = "";
  const found = new Map<DiagnosticCode, Diagnostic[]>();
  return {
    beginFile: (file) => {
      if (files === 0) print('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="sessions validate">\n');
      files += 1;
      path = file.path;
      found.clear();
    },
    finding: (diagnostic) => {
      const named = found.get(diagnostic.code);
      if (named === undefined) found.set(diagnostic.code, [diagnostic]);
      else if (named.length < NAMED) named.push(diagnostic);
    },
    endFile: ({ counts }) => {
      const cases = [...found].map(([code, named]) => ({ code, named, count: counts.get(code) ?? named.length }));
      const isFailure = ({ named }: TestCase): boolean =>
        isStrict || named.some(({ severity }) => severity === "error");
      const failures = cases.filter(isFailure).length;
      const tests = `tests="${Math.max(1, cases.length)}" failures="${failures}" errors="0" skipped="0"`;
      print(`  <testsuite name="${escapeXml(path)}" ${tests}>\n`);
      if (cases.length === 0) print(`    <testcase classname="${escapeXml(path)}" name="no findings"/>\n`);
      for (const testCase of cases) print(testCaseXml(testCase, path, isFailure(testCase)));
      print("  </testsuite>\n");
    },
    finish: () => {
      if (files > 0) print("</testsuites>\n");
    },
  };
}

interface TestCase {
  readonly code: DiagnosticCode;
  /** The first findings of the code. */
  readonly named: readonly Diagnostic[];
  /** How many there are in all. */
  readonly count: number;
}

function testCaseXml({ code, named, count }: TestCase, path: string, isFailure: boolean): string {
  const lines = named.map(
    ({ line, column, message }) => `${escapeXml(path)}:${line}:${column}: ${escapeXml(message)}\n`,
  );
  if (count > named.length) lines.push(`… ${groupDigits(count - named.length)} more\n`);
  const [open, close] = isFailure
    ? [`<failure message="${escapeXml(RULES[code].title)}" type="${code}">`, "</failure>"]
    : ["<system-out>", "</system-out>"];
  return [
    `    <testcase classname="${escapeXml(path)}" name="${code}">\n`,
    `      ${open}${lines.join("")}${close}\n`,
    "    </testcase>\n",
  ].join("");
}

/** Visible text holds none of the characters that XML 1.0 forbids. */
function escapeXml(text: string): string {
  return visibleText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
}
