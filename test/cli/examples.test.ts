// Every kind of damage that is known has an example, which is found, and a place in the documentation.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { RULES, type DiagnosticCode } from "../../src/check/rules/index.js";
import { checkCsv } from "../../src/check/run.js";
import { EXAMPLES } from "../../src/check/examples.generated.js";
import { memorySource } from "../../src/store/csv-source.js";

const ROOT = path.join(import.meta.dirname, "..", "..");
const FIXTURES = path.join(ROOT, "fixtures");
const CODES = Object.keys(RULES) as DiagnosticCode[];

function exampleOf(code: DiagnosticCode): Buffer {
  return readFileSync(path.join(FIXTURES, code, "before.csv"));
}

test("each code has an example, and each example a code", () => {
  const folders = readdirSync(FIXTURES, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).sort()).toEqual([...CODES].sort());
});

test("the examples that the command shows are those in the folder", () => {
  expect(Object.keys(EXAMPLES).sort()).toEqual([...CODES].sort());
  for (const code of CODES) expect(EXAMPLES[code]?.before, code).toBe(exampleOf(code).toString("latin1"));
});

test("docs/DIAGNOSTICS.md is up to date", () => {
  execFileSync(process.execPath, ["scripts/make-diagnostics-doc.mjs", "--check"], { cwd: ROOT, stdio: "pipe" });
  expect(readFileSync(path.join(ROOT, "docs", "DIAGNOSTICS.md"), "utf8").match(/^## .*$/gm)).toEqual(
    CODES.map((code) => `## ${code}`),
  );
});

test.for(CODES)("the example of %s is found", (code) => {
  const found: DiagnosticCode[] = [];
  const { counts } = checkCsv(memorySource(exampleOf(code)), {
    onDiagnostic: (finding) => void found.push(finding.code),
  });
  expect(found).toContain(code);
  expect(counts.get(code)).toBe(found.filter((other) => other === code).length);
});

test("undamaged files have no findings", () => {
  for (const name of ["three-rows.csv", "python-backend.csv"]) {
    const { errors, warnings } = checkCsv(memorySource(readFileSync(path.join(FIXTURES, name))), {
      onDiagnostic: () => undefined,
    });
    expect({ name, errors, warnings }).toEqual({ name, errors: 0, warnings: 0 });
  }
});
