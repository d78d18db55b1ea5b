import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { addPastOption, openStoreOf, type PastOptions } from "../open-past.js";
import { addOutputOptions, type OutputOptions } from "../output-options.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { printSessions } from "../print-sessions.js";
import { addSelectionOptions, selectionFrom, type SelectionOptions } from "../selection-options.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface ListOptions extends GlobalOptions, SelectionOptions, OutputOptions, PastOptions {}

export function listCommand(program: Command, context: CliContext): Command {
  const command = program.command("list").description("Show every session in the file that matches, with its state.");
  addOutputOptions(addSelectionOptions(command, { takesArguments: false }));
  return addPastOption(command)
    .addHelpText("after", EXAMPLES)
    .action(async () => runList(context, command.optsWithGlobals<ListOptions>()));
}

export async function runList(context: CliContext, options: ListOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStoreOf(context, settings, options);
  const { retention } = settings;
  const selection = await selectionFrom(options, retention, async () => (await store.describe()).columns.names);
  const reading = store.read({ selection, retention });
  const explain = (): Promise<void> => explainNothingFound(context, settings, store, options);
  await printSessions(context, settings, store, reading, options, explain);
}

const EXAMPLES = `
Examples:
  sessions list                                   newest activity first
  sessions list --expired --all                   what prune would look at
  sessions list --fields user_id,metadata.source  any field, nested JSON too
  sessions list --where metadata.source=web       by any field
  sessions list --idle 30d --format ids           just the ids
  sessions list --at yesterday                    the file as it was then`;
