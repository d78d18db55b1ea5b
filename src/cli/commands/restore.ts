import path from "node:path";
import { Option, type Command } from "commander";
import { SessionsError } from "../../errors.js";
import { chooseVersion } from "../choose-version.js";
import type { CliContext } from "../context.js";
import { addKeyOptions } from "../key-options.js";
import { chooseStore, requireFile, STANDARD_INPUT } from "../open-store.js";
import { restoreFile } from "../restore-file.js";
import { CONFLICT_CHOICES, restoreSessions, type RestoreSelectionOptions } from "../restore-sessions.js";
import { addSelectionOptions } from "../selection-options.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface RestoreOptions extends GlobalOptions, RestoreSelectionOptions {}

export function restoreCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("restore")
    .argument("<backup>", "the name of a backup, latest, a time, or the path of a file")
    .description("Put a backup in the place of the sessions file, after it was verified and compared.")
    .option("-n, --dry-run", "only say what would be done")
    .option("-y, --yes", "do not ask");
  command
    .option("--id <id>", "only this session, merged into the file (repeatable)", collect)
    .addOption(
      new Option("--on-conflict <which>", "of two sessions with one id, with a selection (default: newest)").choices(
        CONFLICT_CHOICES,
      ),
    );
  return addSelectionOptions(addKeyOptions(command), { takesArguments: true })
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
  if (word === "current") {
    throw new SessionsError("USAGE", {
      reason: "current is the file itself, and no backup of it",
      hint: "name a backup; see them with: sessions backups",
    });
  }
  const target = path.resolve(context.workingDirectory, store);
  const chosen = chooseVersion(context, settings, target, word);
  const targets = { backup: chosen.path, target, tool };
  if (selects(options)) await restoreSessions(context, settings, targets, options);
  else await restoreFile(context, settings, targets, options);
}

/** The options that ask for some sessions. */
const SELECTING = [
  "id",
  "user",
  "platform",
  "active",
  "expired",
  "pending",
  "idle",
  "since",
  "until",
  "createdSince",
  "createdUntil",
  "where",
  "search",
] as const satisfies readonly (keyof RestoreOptions)[];

/** Whether only some sessions are asked for. @throws SessionsError USAGE where --on-conflict has nothing to say */
function selects(options: RestoreOptions): boolean {
  const isSelection = SELECTING.some((name) => options[name] !== undefined);
  if (isSelection || options.onConflict === undefined) return isSelection;
  throw new SessionsError("USAGE", {
    reason: "--on-conflict is for a selection of sessions; without one the whole file is replaced",
    hint: "select sessions, for example with --user 12345, or leave it out",
  });
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

const EXPLANATION = `
A time means the newest backup that is not younger. The backup is decrypted,
decompressed, parsed and compared with its manifest to its last byte before
anything else; one that does not verify is refused (exit 13, wrong key 12).

The file is replaced in one step, after a copy of it was put among its backups;
what was written is read again and compared. So latest is that copy then:
restoring it takes the restore back.

With --id, --user or another selection only these sessions of the backup are
merged into the file, and all others stay: what is not there is added, and of two
with one id the one counts that --on-conflict names. The log keeps what is
replaced.

Examples:
  sessions restore latest --dry-run      what would change
  sessions restore "2h ago"              as it was two hours ago; asks first
  sessions restore copy.csv.gz --yes     any file, for scripts
  sessions restore yesterday --user 12345    only this user's sessions`;
