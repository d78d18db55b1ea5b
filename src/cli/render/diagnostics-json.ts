import type { Diagnostic } from "../../check/diagnostic.js";
import {
  isValid,
  type CheckedFile,
  type DiagnosticsReport,
  type Print,
  type ReportOptions,
} from "./diagnostics-report.js";
import { findingObject, jsonText } from "./finding-json.js";

/** Warnings are held until the errors are printed; where there are more, the file is checked again for them. */
const WARNINGS_HELD = 10_000;

/**
 * One object for one file, an array of objects for several: `path`, `errors`, `warnings`, `counts` by code, `valid`,
 * `records`. Findings stand one a line and are printed as they come.
 */
export function createJsonReport(
  print: Print,
  options: Pick<ReportOptions, "isStrict" | "hasManyFiles">,
): DiagnosticsReport {
  let files = 0;
  let file: CheckedFile | undefined;
  let warnings: Diagnostic[] = [];
  let list = new PrintedList(print);
  return {
    beginFile: (next) => {
      const separator = files === 0 ? "[\n" : ",\n";
      print(`${options.hasManyFiles ? separator : ""}{"path":${jsonText(next.path)},"errors":[`);
      files += 1;
      file = next;
      warnings = [];
      list = new PrintedList(print);
    },
    finding: (diagnostic) => {
      if (diagnostic.severity === "error") list.add(diagnostic);
      else if (warnings.length < WARNINGS_HELD) warnings.push(diagnostic);
    },
    endFile: (summary) => {
      list.end();
      print(',"warnings":[');
      list = new PrintedList(print);
      if (summary.warnings <= warnings.length) for (const warning of warnings) list.add(warning);
      else {
        file?.again((diagnostic) => {
          if (diagnostic.severity === "warning") list.add(diagnostic);
        });
      }
      list.end();
      const { records, counts } = summary;
      const rest = { counts: Object.fromEntries(counts), valid: isValid(summary, options), records };
      print(`,${jsonText(rest).slice(1)}${options.hasManyFiles ? "" : "\n"}`);
    },
    finish: () => {
      if (options.hasManyFiles && files > 0) print("\n]\n");
    },
  };
}

/** One JSON object a line: each finding with the file's `path`, and last for each file what was found in all. */
export function createJsonLinesReport(print: Print, options: Pick<ReportOptions, "isStrict">): DiagnosticsReport {
  let path = "";
  return {
    beginFile: (file) => void (path = file.path),
    finding: (diagnostic) => print(`${jsonText({ path, ...findingObject(diagnostic) })}\n`),
    endFile: (summary) => {
      const { records, counts } = summary;
      const object = { path, valid: isValid(summary, options), records, counts: Object.fromEntries(counts) };
      print(`${jsonText(object)}\n`);
    },
    finish: () => undefined,
  };
}

/** The elements of a JSON array, one a line, behind its opening bracket. */
class PrintedList {
  readonly #print: Print;
  #isEmpty = true;

  constructor(print: Print) {
    this.#print = print;
  }

  add(diagnostic: Diagnostic): void {
    this.#print(`${this.#isEmpty ? "\n  " : ",\n  "}${jsonText(findingObject(diagnostic))}`);
    this.#isEmpty = false;
  }

  end(): void {
    this.#print(this.#isEmpty ? "]" : "\n]");
  }
}
