import { Option, type Command } from "commander";
import { SessionsError } from "../../errors.js";
import { checkFiles } from "../check-files.js";
import type { CliContext } from "../context.js";
import { chooseStore, STANDARD_INPUT, STANDARD_INPUT_NAME } from "../open-store.js";
import { parseCount } from "../parse/numbers.js";
import { PieceWriter } from "../piece-writer.js";
import type { DiagnosticsReport, Print, ReportOptions } from "../render/diagnostics-report.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { shellQuote } from "../shell-quote.js";

const FORMATS = ["text", "json", "jsonl", "github", "sarif", "junit"] as const;
const FINDINGS_SHOWN = 50;
const SHOWN_OF_KIND = 5;
/** Where the text does not go to a terminal. */
const PIPE_COLUMNS = 100;

export interface ValidateOptions extends GlobalOptions {
  readonly format?: (typeof FORMATS)[number];
  readonly strict?: boolean;
  readonly limit?: number;
  readonly all?: boolean;
}

export function validateCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("validate")
    .argument("[file...]", "files to check, - for standard input (default: the store that other commands use)")
    .description("Check files for damage of every known kind, and say where it is. Nothing is changed.")
    .addOption(new Option("--format <format>", "how to print (default: text)").choices(FORMATS))
    .option("--strict", "warnings count as errors")
    .option(
      "--limit <count>",
      `how many findings of a file text shows (default: ${FINDINGS_SHOWN}, ${SHOWN_OF_KIND} of a kind)`,
      parseCount,
    )
    .addOption(new Option("--all", "text shows all findings").conflicts("limit"));
  return command.addHelpText("after", HELP).action(async (files: readonly string[]) => {
    const version = program.version()?.replace(/^\S+ /, "") ?? "";
    await runValidate(context, files, command.optsWithGlobals<ValidateOptions>(), version);
  });
}

/** Ends with exit code 1 where a file is not valid. */
export async function runValidate(
  context: CliContext,
  files: readonly string[],
  options: ValidateOptions,
  version: string,
): Promise<void> {
  const settings = new Settings(context, options);
  requireNameable(files, options);
  const asked = files.length > 0 ? files : [await chooseStore(context, settings)];
  const reportOptions = { isStrict: options.strict === true, hasManyFiles: asked.length > 1, version };
  const writer = new PieceWriter(context.stdout);
  const print: Print = (text) => writer.print(text);
  const report = await createReport(print, context, settings, options, reportOptions);
  if (!(await checkFiles(context, asked, report, writer, reportOptions))) context.endWith?.(1);
}

function requireNameable(files: readonly string[], options: ValidateOptions): void {
  if (files.length > 0 && options.store !== undefined) {
    throw new SessionsError("USAGE", {
      reason: "files and --store exclude each other",
      hint: "name all files behind the command, for example: sessions validate one.csv two.csv",
    });
  }
  if (files.filter((file) => file === STANDARD_INPUT).length > 1) {
    throw new SessionsError("USAGE", { reason: "standard input can be read only once", hint: "name - only once" });
  }
}

async function createReport(
  print: Print,
  context: CliContext,
  settings: Settings,
  options: ValidateOptions,
  reportOptions: ReportOptions,
): Promise<DiagnosticsReport> {
  switch (options.format ?? (settings.isJson ? "json" : "text")) {
    case "text":
      return createText(print, context, settings, options, reportOptions);
    case "json":
      return (await import("../render/diagnostics-json.js")).createJsonReport(print, reportOptions);
    case "jsonl":
      return (await import("../render/diagnostics-json.js")).createJsonLinesReport(print, reportOptions);
    case "github":
      return (await import("../render/diagnostics-github.js")).createGithubReport(print);
    case "sarif":
      return (await import("../render/diagnostics-sarif.js")).createSarifReport(print, reportOptions);
    case "junit":
      return (await import("../render/diagnostics-junit.js")).createJunitReport(print, reportOptions);
  }
}

async function createText(
  print: Print,
  { stdout }: CliContext,
  settings: Settings,
  { limit, all }: ValidateOptions,
  { isStrict }: ReportOptions,
): Promise<DiagnosticsReport> {
  const { createTextReport } = await import("../render/diagnostics-text.js");
  return createTextReport(print, {
    isStrict,
    isTerminal: stdout.isTerminal,
    width: stdout.isTerminal ? stdout.columns : PIPE_COLUMNS,
    style: settings.styleOf("stdout"),
    limits: all === true ? "all" : { ofFile: limit ?? FINDINGS_SHOWN, ofKind: limit ?? SHOWN_OF_KIND },
    wordFor: (path) => (path === STANDARD_INPUT_NAME ? undefined : shellQuote(path)),
  });
}

const HELP = `
Exit code 0: no errors. 1: errors, with --strict also warnings. 10 and others: a
file could not be checked; the others were.

Examples:
  sessions validate                          what is wrong, where, and what to do
  sessions validate *.csv --strict           several files; warnings fail too
  sessions validate --json | jq .counts      for programs
  sessions validate --format github          annotations in a GitHub workflow
  gzip -dc old.csv.gz | sessions validate -  from a pipe
  sessions explain json-python               what a code means`;
