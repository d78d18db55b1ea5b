import { expect, test } from "vitest";
import { createGithubReport } from "../../../src/cli/render/diagnostics-github.js";
import { BLANK, LITERAL, MONTH, printed, PYTHON } from "./findings.js";

test("one command for each finding, nothing for a clean file", () => {
  expect(printed(createGithubReport, { "a.csv": [LITERAL, BLANK, PYTHON], "b.csv": [] })).toBe(
    [
      "::error file=a.csv,line=2,col=67,title=json-literal::None stands where the field should be empty; it should be empty",
      "::warning file=a.csv,line=3,col=1,title=blank-line::a blank line",
      '::error file=a.csv,line=4,col=72,title=json-python::str() of a dictionary stands here; it should be {"a": 1}',
      "",
    ].join("\n"),
  );
});

test("what would end a property or a line is escaped", () => {
  const message = "100%\r\n::warning::\u001b[2J\u202e";
  expect(printed(createGithubReport, { "a,b:c%\n.csv": [{ ...MONTH, message }] })).toBe(
    "::error file=a%2Cb%3Ac%25\\n.csv,line=4,col=30,title=timestamp-invalid::100%25\\r\\n::warning::\\x1b[2J\\u202e\n",
  );
});
