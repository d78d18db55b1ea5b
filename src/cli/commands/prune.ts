import type { Command } from "commander";
import { idleCondition, addSelectionOptions, selectionFrom, type SelectionOptions } from "../selection-options.js";
import type { CliContext } from "../context.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { openStore } from "../open-store.js";
import { addRemovalOptions, type RemovalOptions } from "../removal-options.js";
import { removeSessions } from "../remove-sessions.js";
import { selectionText } from "../selection-words.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface PruneOptions extends GlobalOptions, SelectionOptions, RemovalOptions {
  readonly includePending?: boolean;
}

export function pruneCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("prune")
    .description("Delete what is expired, or idle for a time of your own. Pending approvals are kept.");
  addRemovalOptions(command).option("--include-pending", "delete sessions with a pending approval too");
  return addSelectionOptions(command, { takesArguments: false })
    .addHelpText("after", EXAMPLES)
    .action(async () => runPrune(context, command.optsWithGlobals<PruneOptions>()));
}

export async function runPrune(context: CliContext, options: PruneOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStore(context, settings, { toWrite: options.dryRun !== true });
  const { retention } = settings;
  const idleSeconds = options.idle ?? retention.timeoutSeconds;
  const chosen = await selectionFrom(options, retention, async () => (await store.describe()).columns.names);
  const selection = [idleCondition(idleSeconds, retention), ...chosen];
  await explainNothingFound(context, settings, store, options);
  await removeSessions(
    context,
    settings,
    store,
    {
      name: "prune",
      criterion: selectionText([], { ...options, idle: idleSeconds }, retention),
      request: { selection, retention, keepPending: options.includePending !== true },
      guardsHalf: false,
    },
    options,
  );
}

const EXAMPLES = `
Examples:
  sessions prune --dry-run                what is expired
  sessions prune --idle 30d               a longer grace; asks first
  sessions prune --yes --max-removed 20%  for cron: no more than a fifth goes`;
