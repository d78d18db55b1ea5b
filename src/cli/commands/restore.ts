import path from "node:path";
import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import { chooseVersion } from "../choose-version.js";
import type { CliContext } from "../context.js";
import { addKeyOptions, type KeyOptions } from "../key-options.js";
import { chooseStore, requireFile, STANDARD_INPUT } from "../open-store.js";
import { restoreFile } from "../restore-file.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface RestoreOptions extends GlobalOptions, KeyOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function restoreCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("restore")
    .argument("<backup>", "the name of a backup, latest, a time, or the path of a file")
    .description("Put a backup in the place of the sessions file, after it was verified and compared.")
    .option("-n, --dry-run", "only say what would be done")
    .option("-y, --yes", "do not ask");
  return addKeyOptions(command)
    .addHelpText("after", EXPLANATION)
    .action(async (word: string) =>
      runRestore(context, word, command.optsWithGlobals<RestoreOptions>(), program.version() ?? "sessions"),
    );
}

/** @param tool the program's name and version */
export async function runRestore(
  context: CliContext,
  word: string,
  options: RestoreOptions,
  tool: string,
): Promise<void> {
  const settings = new Settings(context, options);
  const store = await chooseStore(context, settings);
  requireFile(store);
  if (store === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "standard input cannot be restored",
      hint: "name the file with --store <path>",
    });
  }
  const target = path.resolve(context.workingDirectory, store);
  const chosen = chooseVersion(context, settings, target, word);
  await restoreFile(context, settings, { backup: chosen.path, target, tool }, options);
}

const EXPLANATION = `
A time means the newest backup that is not younger. The backup is decrypted,
decompressed, parsed and compared with its manifest to its last byte before
anything else; one that does not verify is refused (exit 13, wrong key 12).

The file is replaced in one step, after a copy of it was put among its backups;
what was written is read again and compared. So latest is that copy then:
restoring it takes the restore back.

Examples:
  sessions restore latest --dry-run      what would change
  sessions restore "2h ago"              as it was two hours ago; asks first
  sessions restore copy.csv.gz --yes     any file, for scripts`;
