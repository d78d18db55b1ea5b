import { expect, test } from "vitest";
import { RULES } from "../../../src/check/rules/index.js";
import { createSarifReport } from "../../../src/cli/render/diagnostics-sarif.js";
import type { Print } from "../../../src/cli/render/diagnostics-report.js";
import { BLANK, LITERAL, printed } from "./findings.js";

const create = (print: Print) => createSarifReport(print, { version: "1.2.3" });

interface Log {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly name: string; readonly version: string; readonly rules: object[] } };
    readonly results: readonly Result[];
  }[];
}

interface Result {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } } }[];
}

function log(files: Parameters<typeof printed>[1]): Log {
  return JSON.parse(printed(create, files)) as Log;
}

test("results of all files stand in one run, one a line", () => {
  const text = printed(create, { "a.csv": [LITERAL], "b.csv": [BLANK] });
  expect(text.slice(text.indexOf('"results"'))).toBe(
    [
      '"results":[',
      '  {"ruleId":"json-literal","ruleIndex":44,"level":"error","message":{"text":"None stands where the field should be empty"},' +
        '"locations":[{"physicalLocation":{"artifactLocation":{"uri":"a.csv"},"region":{"startLine":2,"startColumn":67,"byteOffset":156,"byteLength":4}}}]},',
      '  {"ruleId":"blank-line","ruleIndex":9,"level":"warning","message":{"text":"a blank line"},' +
        '"locations":[{"physicalLocation":{"artifactLocation":{"uri":"b.csv"},"region":{"startLine":3,"startColumn":1,"byteOffset":165,"byteLength":2}}}]}',
      "]}]}",
      "",
    ].join("\n"),
  );
});

test("the driver has every rule, and results name theirs", () => {
  const { version, runs } = log({ "a.csv": [LITERAL, BLANK] });
  const [{ tool, results } = { tool: { driver: { rules: [] } }, results: [] }] = runs;
  expect(version).toBe("2.1.0");
  expect(tool.driver).toMatchObject({ name: "sessions", version: "1.2.3" });
  expect(tool.driver.rules).toHaveLength(Object.keys(RULES).length);
  expect(tool.driver.rules[0]).toEqual({
    id: "empty-file",
    shortDescription: { text: RULES["empty-file"].title },
    fullDescription: { text: RULES["empty-file"].trigger },
    help: { text: RULES["empty-file"].repair },
    defaultConfiguration: { level: "error" },
  });
  for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex]).toMatchObject({ id: ruleId });
});

test("a clean file is a run without results; no file is nothing at all", () => {
  expect(log({ "a.csv": [] }).runs[0]?.results).toEqual([]);
  expect(printed(create, {})).toBe("");
});

test.each([
  ["a.csv", "a.csv"],
  ["backend/my sessions.csv", "backend/my%20sessions.csv"],
  ["../a%b.csv", "../a%25b.csv"],
  ["c:x.csv", "c%3Ax.csv"],
  ["/srv/bot/ö.csv", "file:///srv/bot/%C3%B6.csv"],
])("the path %s becomes the URI %s", (path, uri) => {
  const [result] = log({ [path]: [LITERAL] }).runs[0]?.results ?? [];
  expect(result?.locations[0]?.physicalLocation.artifactLocation).toEqual({ uri });
});
