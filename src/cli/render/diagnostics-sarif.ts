import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Diagnostic } from "../../check/diagnostic.js";
import { RULES } from "../../check/rules/index.js";
import type { DiagnosticsReport, Print, ReportOptions } from "./diagnostics-report.js";
import { jsonText } from "./finding-json.js";

const CODES = Object.keys(RULES);

/**
 * SARIF 2.1.0 with one run for all files, its results printed as they come, one a line. Columns count bytes, as everywhere
 * here; `byteOffset` and `byteLength` name the same place.
 */
export function createSarifReport(print: Print, { version }: Pick<ReportOptions, "version">): DiagnosticsReport {
  let files = 0;
  let results = 0;
  let uri = "";
  return {
    beginFile: (file) => {
      if (files === 0) print(beginning(version));
      files += 1;
      uri = uriOf(file.path);
    },
    finding: (diagnostic) => {
      print(`${results === 0 ? "\n" : ",\n"}  ${jsonText(resultOf(diagnostic, uri))}`);
      results += 1;
    },
    endFile: () => undefined,
    finish: () => {
      if (files > 0) print(results === 0 ? "]}]}\n" : "\n]}]}\n");
    },
  };
}

function beginning(version: string): string {
  const driver = { name: "sessions", version, rules: Object.entries(RULES).map(ruleOf) };
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{ tool: { driver }, results: [] }],
  };
  return jsonText(log).slice(0, -"]}]}".length);
}

function ruleOf([id, rule]: readonly [string, (typeof RULES)[keyof typeof RULES]]): object {
  return {
    id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.trigger },
    help: { text: rule.repair },
    defaultConfiguration: { level: rule.severity },
  };
}

function resultOf({ code, severity, message, line, column, byteOffset, byteLength }: Diagnostic, uri: string): object {
  const region = { startLine: line, startColumn: column, byteOffset, byteLength };
  return {
    ruleId: code,
    ruleIndex: CODES.indexOf(code),
    level: severity,
    message: { text: message },
    locations: [{ physicalLocation: { artifactLocation: { uri }, region } }],
  };
}

/** A relative path stays one, so that whoever reads the log finds it in their own checkout. */
function uriOf(file: string): string {
  if (path.isAbsolute(file)) return pathToFileURL(file).href;
  // Through UTF-8, because lone surrogates cannot be encoded.
  const segments = file.split(path.sep).map((segment) => encodeURIComponent(Buffer.from(segment).toString()));
  return segments.join("/");
}
