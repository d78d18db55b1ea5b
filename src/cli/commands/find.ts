import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { note } from "../notes.js";
import { openStore } from "../open-store.js";
import { addOutputOptions, type OutputOptions } from "../output-options.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { formatOf, printSessions } from "../print-sessions.js";
import { shellQuote } from "../shell-quote.js";
import { count } from "../render/numbers.js";
import { addSelectionOptions, selectionFrom, type SelectionOptions } from "../selection-options.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface FindOptions extends GlobalOptions, SelectionOptions, OutputOptions {}

export function findCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("find")
    .argument("<text>", "a user, the id after <platform>_, or the start of a user, session or thread id")
    .description("Find sessions by user; failing that, by session id or thread id. Says what the text matched.");
  addOutputOptions(addSelectionOptions(command, { takesArguments: true }));
  return command
    .addHelpText("after", EXAMPLES)
    .action(async (text: string) => runFind(context, text, command.optsWithGlobals<FindOptions>()));
}

export async function runFind(context: CliContext, text: string, options: FindOptions): Promise<void> {
  if (text === "")
    throw new SessionsError("USAGE", { reason: "the text to find is empty", hint: "name a user or an id" });
  const settings = new Settings(context, options);
  const store = await openStore(context, settings);
  const { retention } = settings;
  const selection = await selectionFrom(options, retention, async () => (await store.describe()).columns.names);
  const found = await store.find(text, { selection, retention });
  const { matchedBy } = found;
  if (matchedBy === undefined) await explainNothingFound(context, settings, store, options);
  const meaning =
    matchedBy === undefined
      ? `No user, session or thread is called "${text}", or starts with it; to look in every field: sessions list --search ${shellQuote(text)}`
      : `${count(found.count, "session")} by ${matchedBy} "${text}"`;
  await note(context, meaning);
  // The note says it all to a person; a program gets its empty list.
  if (matchedBy === undefined && formatOf(context.stdout, settings, options.format) === "table") return;
  try {
    await printSessions(context, settings, store, found.sessions, options);
  } finally {
    found.close();
  }
}

const EXAMPLES = `
Examples:
  sessions find telegram_12345  all sessions of this user
  sessions find 12345           the same, without the platform
  sessions find 0a4a371f        a session or a thread by the start of its id
  sessions find 12345 --active --json`;
