import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { chooseStore } from "../open-store.js";
import { repairFile } from "../repair-file.js";
import { addRepairOptions, type RepairOptions } from "../repair-options.js";
import { Settings } from "../settings.js";

export function repairCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("repair")
    .argument("[file]", "the file, - for standard input (default: --store, else as usual)")
    .description(
      "Set right what is damaged in a sessions file. No value is made up, and no byte is lost: what cannot be set right " +
        "goes to a quarantine.",
    );
  return addRepairOptions(command)
    .addHelpText("after", EXPLANATION)
    .action(async (file: string | undefined) => runRepair(context, file, command.optsWithGlobals<RepairOptions>()));
}

export async function runRepair(context: CliContext, file: string | undefined, options: RepairOptions): Promise<void> {
  const settings = new Settings(context, options);
  if (file !== undefined && options.store !== undefined) {
    throw new SessionsError("USAGE", {
      reason: "two files are named: as an argument, and with --store",
      hint: "name the file once",
    });
  }
  if (file?.trim() === "") {
    throw new SessionsError("USAGE", { reason: "the name of the file is empty", hint: "name the file to repair" });
  }
  await repairFile(context, settings, file ?? (await chooseStore(context, settings)), options);
}

const EXPLANATION = `
Without -o the file is replaced in one step, after a copy of its exact bytes was
put into <file>.d/backups/ and what is set aside into <file>.d/quarantine/. A
file that needs no repair is not touched.

With -o <path> the file is only read. <path> is always written; what is set
aside goes to <path>.quarantine.jsonl. Files that are there are only replaced
with --force; new files have mode 0600. With -o - what is set aside is only
reported.

Exit codes: 0 the result is whole; 4 something was set aside, or errors remain
that a person must decide about.

Examples:
  sessions repair --dry-run                  what would be done
  sessions repair --diff | less              the same, line by line
  sessions repair broken.csv -o whole.csv    into another file
  sessions repair --yes                      in place, for scripts`;
