import type { Command } from "commander";
import { parseCount, parseRemovalLimit, type RemovalLimit } from "./parse/numbers.js";

/** The options of commands that delete sessions. */
export interface RemovalOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly maxRemoved?: RemovalLimit;
  /** The count that the caller expects, typed in advance. */
  readonly confirm?: number;
}

export function addRemovalOptions(command: Command): Command {
  return command
    .option("-n, --dry-run", "only say what would be deleted")
    .option("-y, --yes", "do not ask")
    .option("--max-removed <count|percent>", "refuse to delete more than this (exit 4)", parseRemovalLimit);
}

export function addConfirmOption(command: Command): Command {
  return command.option(
    "--confirm <count>",
    "how many will be deleted, for scripts that delete over half of them",
    parseCount,
  );
}
