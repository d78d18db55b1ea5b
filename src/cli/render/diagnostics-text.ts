import type { Diagnostic } from "../../check/diagnostic.js";
import type { ByteSource } from "../../check/byte-source.js";
import type { CheckSummary } from "../../check/run.js";
import { RULES, type DiagnosticCode } from "../../check/rules/index.js";
import { isValid, type CheckedFile, type DiagnosticsReport, type Print } from "./diagnostics-report.js";
import type { ReportOptions } from "./diagnostics-report.js";
import { findingText, hiddenText, type FindingLook } from "./finding-text.js";
import { nextStep } from "./next-step.js";
import { count, groupDigits } from "./numbers.js";
import { ShownFindings } from "./shown-findings.js";
import { renderTable } from "./table.js";
import { visibleText } from "./visible.js";

export interface TextReportOptions extends Pick<ReportOptions, "isStrict">, FindingLook {
  /** How many findings are shown of a file, and how many of one code; `all` shows each, as it comes. */
  readonly limits: { readonly ofFile: number; readonly ofKind: number } | "all";
  /** The file as a word of a command to type; undefined where it cannot be named again. */
  readonly wordFor: (path: string) => string | undefined;
}

/** Behind these the offsets count in content that is not the file's bytes; it is at hand when all is read. */
const DECODED: readonly DiagnosticCode[] = ["compressed", "encoding"];

/**
 * For people: findings in the order of the file, each with its line, then how many there are of each code, and what to do
 * next. A clean file is one line.
 */
export function createTextReport(print: Print, options: TextReportOptions): DiagnosticsReport {
  const totals = { files: 0, clean: 0 };
  let file: FileText | undefined;
  return {
    beginFile: (checked) => {
      if (totals.files > 0) print("\n");
      totals.files += 1;
      file = new FileText(print, options, checked);
    },
    finding: (diagnostic) => file?.add(diagnostic),
    endFile: (summary) => {
      if (isValid(summary, options)) totals.clean += 1;
      file?.end(summary);
    },
    finish: () => {
      const { files, clean } = totals;
      if (files > 1)
        print(`\n${count(files, "file")}: ${groupDigits(clean)} passed, ${groupDigits(files - clean)} failed\n`);
    },
  };
}

/** The findings of one file. */
class FileText {
  readonly #print: Print;
  readonly #options: TextReportOptions;
  readonly #file: CheckedFile;
  readonly #shown: ShownFindings;
  #content: ByteSource | undefined;
  #isRepairable = false;
  /** There is text of which nobody knows the encoding. */
  #hasForeignText = false;

  constructor(print: Print, options: TextReportOptions, file: CheckedFile) {
    const { ofFile, ofKind } = options.limits === "all" ? { ofFile: 0, ofKind: 0 } : options.limits;
    this.#print = print;
    this.#options = options;
    this.#file = file;
    this.#content = file.source;
    this.#shown = new ShownFindings(ofFile, ofKind);
  }

  add(diagnostic: Diagnostic): void {
    if (DECODED.includes(diagnostic.code)) this.#content = undefined;
    if (diagnostic.outcome !== "kept") this.#isRepairable = true;
    if (diagnostic.code === "invalid-utf8" && diagnostic.outcome === "quarantined") this.#hasForeignText = true;
    if (this.#options.limits === "all") this.#printFinding(diagnostic);
    else this.#shown.add(diagnostic);
  }

  end(summary: CheckSummary): void {
    this.#content = summary.content;
    for (const { diagnostic, hidden } of this.#shown.entries()) {
      this.#printFinding(diagnostic, hidden === undefined ? "" : hiddenText(hidden, this.#options));
    }
    const found = summary.errors + summary.warnings;
    this.#print(`${this.#options.style.bold(visibleText(this.#file.path))}: ${totalsText(summary)}\n`);
    if (found === 0) return;
    this.#print(`\n${this.#table(summary)}`);
    if (this.#options.limits !== "all" && this.#shown.count < found) this.#print(this.#cappedText(found));
    this.#print(this.#nextSteps(summary));
  }

  #printFinding(diagnostic: Diagnostic, hidden = ""): void {
    this.#print(`${findingText(diagnostic, this.#file.path, this.#content, this.#options)}${hidden}\n`);
  }

  #table(summary: CheckSummary): string {
    const { style, width } = this.#options;
    return renderTable({
      columns: [
        { header: "COUNT", align: "right", minWidth: 5 },
        { header: "CODE", minWidth: 12 },
        { header: "SEVERITY", minWidth: 7, dropOrder: 1 },
        { header: "WHAT IS WRONG", minWidth: 12, flexible: true, wraps: true, dropOrder: 2 },
      ],
      rows: mostFirst(summary).map(([code, times]) => {
        const { severity, title } = RULES[code];
        const paint = severity === "error" ? style.red : style.yellow;
        return [{ text: groupDigits(times) }, { text: code, style: paint }, { text: severity }, { text: title }];
      }),
      width,
      style,
    });
  }

  #cappedText(found: number): string {
    const { style } = this.#options;
    const text = `Showing ${groupDigits(this.#shown.count)} of ${count(found, "finding")} (--all shows all)`;
    return `\n${style.bold(style.yellow(text))}\n`;
  }

  #nextSteps(summary: CheckSummary): string {
    const [first] = mostFirst(summary);
    const word = this.#options.wordFor(this.#file.path);
    const steps: (readonly [string, string])[] = [];
    if (this.#isRepairable) steps.push(["What a repair would do:", `sessions repair ${word ?? "<file>"} --dry-run`]);
    if (this.#hasForeignText) {
      const command = `iconv -f ENCODING -t UTF-8 ${word ?? "<file>"} | sessions validate -`;
      steps.push(["In another encoding:", command]);
    }
    if (first !== undefined) steps.push(["What a code means:", `sessions explain ${first[0]}`]);
    const { isTerminal, width } = this.#options;
    const room = isTerminal ? width : Infinity;
    return `\n${steps.map(([label, command]) => nextStep(label.padEnd(LABEL_COLUMNS), command, room)).join("")}`;
  }
}

const LABEL_COLUMNS = "What a repair would do:".length;

function totalsText({ records, errors, warnings }: CheckSummary): string {
  const findings = [
    ...(errors > 0 ? [count(errors, "error")] : []),
    ...(warnings > 0 ? [count(warnings, "warning")] : []),
  ];
  return [count(records, "record"), ...(findings.length === 0 ? ["no findings"] : findings)].join(", ");
}

/** Codes with how often they were found, the most frequent first. */
function mostFirst({ counts }: CheckSummary): [DiagnosticCode, number][] {
  return [...counts].sort(([, left], [, right]) => right - left);
}
