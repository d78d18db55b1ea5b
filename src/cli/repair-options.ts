import type { Command } from "commander";
import type { GlobalOptions } from "./settings.js";

export interface RepairOptions extends GlobalOptions {
  readonly output?: string;
  readonly dryRun?: boolean;
  readonly diff?: boolean;
  readonly lossy?: boolean;
  readonly partial?: string;
  readonly fromBackup?: string;
  readonly force?: boolean;
  readonly yes?: boolean;
}

export function addRepairOptions(command: Command): Command {
  return command
    .option("-o, --output <path>", "write the repaired file there, - for standard output, and leave this one alone")
    .option("--force", "with -o and --partial: write over files that are there")
    .option("-n, --dry-run", "only say what would be done")
    .option("--diff", "print the differences; writes nothing unless -y or -o is given too")
    .option("--lossy", "also set right what loses or guesses something")
    .option("--partial <path>", "write what is certain of the records that are set aside, as CSV")
    .option("--from-backup <path>", "take values that are lost from an older copy of the file")
    .option("-y, --yes", "do not ask");
}
