import path from "node:path";
import { Option, type Command } from "commander";
import { SessionsError } from "../errors.js";
import { STANDARD_INPUT } from "./open-store.js";
import { parseFields } from "./output-options.js";
import type { SelectionOptions } from "./selection-options.js";
import { shellQuote } from "./shell-quote.js";
import type { GlobalOptions } from "./settings.js";

const FORMATS = ["json", "jsonl", "csv", "tsv", "md", "sql"] as const;

type ExportFormat = (typeof FORMATS)[number];

export interface ExportOptions extends GlobalOptions, SelectionOptions {
  readonly format?: ExportFormat;
  readonly fields?: readonly string[];
  readonly output?: string;
  readonly force?: boolean;
  readonly raw?: boolean;
  readonly excel?: boolean;
  readonly table?: string;
  readonly redact?: boolean;
  readonly redactKeyFile?: string;
}

/** What is exported to where, once the options have been found to fit together. */
export interface ExportPlan {
  readonly format: ExportFormat;
  /** Undefined for standard output. */
  readonly output: string | undefined;
  readonly isRaw: boolean;
  readonly isForExcel: boolean;
  readonly table: string;
  readonly isRedacted: boolean;
}

const FORMAT_OF_ENDING: Readonly<Record<string, ExportFormat>> = {
  ".json": "json",
  ".jsonl": "jsonl",
  ".ndjson": "jsonl",
  ".csv": "csv",
  ".tsv": "tsv",
  ".md": "md",
  ".sql": "sql",
};

/** Files of spreadsheet programs, which would call text in them damaged. */
const SPREADSHEET_ENDINGS: ReadonlySet<string> = new Set([".xlsx", ".xlsm", ".xls", ".ods", ".numbers"]);

/** Formats that an option goes with. */
const FITTING = { "--raw": ["json", "jsonl"], "--excel": ["csv", "tsv"], "--table": ["sql"] } as const;

export function addExportOptions(command: Command): Command {
  return command
    .addOption(new Option("--format <format>", "which form (default: by the ending of -o, else csv)").choices(FORMATS))
    .option("--fields <names>", "which fields, in this order: session_id,user_id,metadata.source", parseFields)
    .option("-o, --output <path>", "write a new file, mode 0600, in one step, instead of standard output")
    .option("--force", "with -o: write over a file that is there")
    .option("--raw", "json, jsonl: every value as the text it is in the file, as Python's csv and json make it")
    .option("--excel", "csv, tsv: for spreadsheets; not a file to put back in the place of sessions.csv")
    .option("--table <name>", "sql: the table to make (default: sessions)")
    .option("--redact", "pseudonyms for ids, names, addresses and free text")
    .option(
      "--redact-key-file <path>",
      "redact with this key, so that the same value gets the same pseudonym each time",
    );
}

/** @throws SessionsError USAGE for options that do not fit together */
export function exportPlan(options: ExportOptions, workingDirectory: string): ExportPlan {
  const output = outputOf(options.output, workingDirectory);
  const format = formatOf(options, output);
  for (const [flag, isGiven] of [
    ["--raw", options.raw === true],
    ["--excel", options.excel === true],
    ["--table", options.table !== undefined],
  ] as const) {
    const fitting: readonly string[] = FITTING[flag];
    if (!isGiven || fitting.includes(format)) continue;
    throw usage(`${flag} does not go with --format ${format}`, `it goes with --format ${fitting.join(" or ")}`);
  }
  if (options.table === "") throw usage("--table is empty", "name the table, for example: --table sessions");
  return {
    format,
    output,
    isRaw: options.raw === true,
    isForExcel: options.excel === true,
    table: options.table ?? "sessions",
    isRedacted: options.redact === true || options.redactKeyFile !== undefined,
  };
}

function outputOf(output: string | undefined, workingDirectory: string): string | undefined {
  if (output === undefined || output === STANDARD_INPUT) return undefined;
  if (output.trim() === "") throw usage("-o is empty", "name the file, for example: -o sessions.json");
  const { dir, name, ext } = path.parse(output);
  if (SPREADSHEET_ENDINGS.has(ext.toLowerCase())) {
    throw usage(
      `export writes no ${ext} files, but CSV that spreadsheet programs open`,
      `write that with: --excel -o ${shellQuote(path.join(dir, `${name}.csv`))}`,
    );
  }
  return path.resolve(workingDirectory, output);
}

function formatOf({ format, json, raw, table }: ExportOptions, output: string | undefined): ExportFormat {
  if (format !== undefined) return format;
  const byEnding = output === undefined ? undefined : FORMAT_OF_ENDING[path.extname(output).toLowerCase()];
  if (byEnding !== undefined) return byEnding;
  if (json === true || raw === true) return "json";
  return table === undefined ? "csv" : "sql";
}

function usage(reason: string, hint: string): SessionsError {
  return new SessionsError("USAGE", { reason, hint });
}
