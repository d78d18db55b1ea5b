import { Command } from "commander";
import type { CliContext } from "./context.js";
import { addGlobalOptions } from "./settings.js";

/** Adds a command's definition to the program; the module behind it is loaded only when the command is asked for. */
type Definition = (program: Command, context: CliContext) => Command;

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Definition>;
}

/** The one list of commands, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "list",
    summary: "sessions that match, with their state",
    load: async () => (await import("./commands/list.js")).listCommand,
  },
  {
    name: "find",
    summary: "sessions of a user, or by session or thread id",
    load: async () => (await import("./commands/find.js")).findCommand,
  },
  {
    name: "show",
    summary: "one session with all its fields",
    load: async () => (await import("./commands/show.js")).showCommand,
  },
  {
    name: "stats",
    summary: "how many sessions, by platform and state",
    load: async () => (await import("./commands/stats.js")).statsCommand,
  },
  {
    name: "prune",
    summary: "delete what is expired",
    load: async () => (await import("./commands/prune.js")).pruneCommand,
  },
  {
    name: "delete",
    summary: "delete sessions by id or by selection",
    load: async () => (await import("./commands/delete.js")).deleteCommand,
  },
  {
    name: "fields",
    summary: "the fields that can be printed, compared and sorted by",
    load: async () => (await import("./commands/fields.js")).fieldsCommand,
  },
  {
    name: "init",
    summary: "make a new, empty sessions file",
    load: async () => (await import("./commands/init.js")).initCommand,
  },
  {
    name: "demo",
    summary: "make up a realistic file to try things on",
    load: async () => (await import("./commands/demo.js")).demoCommand,
  },
  {
    name: "help",
    summary: "help on a command, or on exit-codes",
    load: async () => (await import("./commands/help.js")).helpCommand,
  },
];

/** The program with one command defined in full, the others by name, so that start-up pays for one. */
export async function createProgram(argv: readonly string[], context: CliContext, version: string): Promise<Command> {
  const program = addGlobalOptions(new Command("sessions"))
    .description("List, find, count, prune and delete the sessions in a chat-bot backend's sessions.csv.")
    .version(`sessions ${version}`, "-V, --version")
    .helpCommand(false)
    .showSuggestionAfterError()
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .addHelpText("after", PROGRAM_EXAMPLES);
  const asked = program.parseOptions([...argv]).operands[0];
  for (const { name, summary, load } of COMMANDS) {
    if (name === asked) (await load())(program, context).summary(summary);
    else program.command(name).description(summary);
  }
  return program;
}

const PROGRAM_EXAMPLES = `
Examples:
  sessions stats                          who is in the file, how much of it is dead
  sessions find 12345                     every session of a user
  sessions list --expired --json | jq .   for programs
  sessions prune --dry-run                what would go; without -n it asks first

The file: --store, $SESSIONS_STORE, $SESSIONS_CSV_PATH, the same in .env, ./sessions.csv, ./backend/sessions.csv
Help on a command: sessions help <command>. Exit codes: sessions help exit-codes.`;
