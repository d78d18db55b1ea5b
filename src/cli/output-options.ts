import { InvalidArgumentError, Option, type Command } from "commander";
import { parseCount } from "./parse/numbers.js";
import type { RowFormat } from "./render/formats.js";

const FORMATS = ["table", "tsv", "csv", "json", "jsonl", "md", "ids"] as const;

/** The options of commands that print sessions. */
export interface OutputOptions {
  readonly format?: "table" | RowFormat;
  readonly fields?: readonly string[];
  readonly sort?: SortKey;
  readonly limit?: number;
  readonly offset: number;
  readonly all?: boolean;
}

export interface SortKey {
  readonly field: string;
  readonly descending: boolean;
}

export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option("--format <format>", "how to print (default: table on a terminal, tsv in a pipe)").choices(FORMATS),
  );
}

/** `--format`, and which fields. */
export function addFormatOptions(command: Command): Command {
  return addFormatOption(command).option(
    "--fields <names>",
    "which fields, in this order: session_id,user_id,metadata.source",
    parseFields,
  );
}

export function addOutputOptions(command: Command): Command {
  return addFormatOptions(command)
    .option("--sort <field>", "sort by a field; -field for largest or latest first", parseSort)
    .option("--limit <count>", "at most this many", parseCount)
    .addOption(new Option("--offset <count>", "leave out the first ones").argParser(parseCount).default(0, "0"))
    .option("--all", "on a terminal, go on beyond a screenful");
}

export function parseFields(text: string): readonly string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes(""))
    throw new InvalidArgumentError("a field name is empty. Write for example session_id,metadata.source.");
  return names;
}

/** commander takes `-field` for a value, because the option needs one. */
function parseSort(text: string): SortKey {
  const descending = text.startsWith("-");
  const field = descending ? text.slice(1) : text;
  if (field === "")
    throw new InvalidArgumentError(
      "no field is named. Write for example last_activity, or -last_activity for the latest first.",
    );
  return { field, descending };
}
