import { InvalidArgumentError, Option, type Command } from "commander";
import type { ConflictPolicy } from "../store/store.js";
import type { MapEntry } from "../transfer/column-mapping.js";
import type { InputFormat } from "../transfer/sniff.js";
import { addKeyOptions, type KeyOptions } from "./key-options.js";
import type { GlobalOptions } from "./settings.js";

export interface ImportOptions extends GlobalOptions, KeyOptions {
  readonly format?: InputFormat;
  readonly map: readonly MapEntry[];
  readonly onConflict: ConflictPolicy;
  readonly create?: boolean;
  readonly addColumns?: boolean;
  readonly partial?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function addImportOptions(command: Command): Command {
  const policies = ["newest", "skip", "replace", "fail"];
  const withOptions = command
    .addOption(
      new Option("--format <name>", "how it is written (default: found out)").choices(["csv", "tsv", "json", "jsonl"]),
    )
    .addOption(
      new Option("--map <from=to>", "what a column of the input is here; from= leaves it out (repeatable)")
        .argParser(addMapEntry)
        .default([], "by its name"),
    )
    .addOption(
      new Option("--on-conflict <policy>", "which session counts where an id is there already")
        .choices(policies)
        .default("fail"),
    )
    .option("--create", "make the file where there is none")
    .option("--add-columns", "with --create: the new file gets the input's other columns too")
    .option("--partial", "take what can be taken; the rest goes to <file>.rejects.jsonl (exit 4)")
    .option("-n, --dry-run", "only say what would be imported")
    .option("-y, --yes", "do not ask");
  return addKeyOptions(withOptions);
}

/** For commander, which calls it for each `--map`. */
function addMapEntry(text: string, entries: readonly MapEntry[]): readonly MapEntry[] {
  const at = text.lastIndexOf("=");
  if (at < 1) throw new InvalidArgumentError(`"${text}" maps nothing. Write for example --map uid=user_id.`);
  const entry = { from: text.slice(0, at), to: text.slice(at + 1).trim() };
  if (entries.some(({ from }) => from === entry.from))
    throw new InvalidArgumentError(`"${entry.from}" is mapped twice.`);
  return [...entries, entry];
}
