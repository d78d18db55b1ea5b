import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { importFile } from "../import-file.js";
import { addImportOptions, type ImportOptions } from "../import-options.js";
import { Settings } from "../settings.js";

export function importCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("import")
    .argument("<file>", "what to import, - for standard input")
    .description(
      "Take sessions in from a CSV file of any dialect, from TSV, JSON, JSON Lines or a backup. All of them, or none.",
    );
  return addImportOptions(command)
    .addHelpText("after", EXPLANATION)
    .action(async (file: string) => runImport(context, file, command.optsWithGlobals<ImportOptions>()));
}

export async function runImport(context: CliContext, file: string, options: ImportOptions): Promise<void> {
  await importFile(context, new Settings(context, options), file, options);
}

const EXPLANATION = `
Delimiter, quotes, encoding and header are found out; gzip and age are undone.
Columns are found by their names. New sessions go behind those that are there.
Of two with one id, --on-conflict says which counts; the very same record is no
conflict. Columns that the input does not have keep their value where a session
is replaced.

Values keep their text, but times with an offset are written as the backend
writes them, and what has another form is rewritten where nothing is lost by
it, and counted. Whole records of a CSV with the file's own columns are copied
byte for byte. A column without a name goes by its number: --map 9=note.

Limits: a record has at most 256 MiB, an input 16 million sessions.

Examples:
  sessions import other.csv --dry-run             what would be taken
  sessions import export.json --on-conflict newest
  sessions import users.csv --map uid=user_id --map note=
  zcat old.csv.gz | sessions import - --yes       for scripts
  sessions -s new.csv import old.csv --create     into a new file`;
