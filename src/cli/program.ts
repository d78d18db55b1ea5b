import { Command, CommanderError } from "commander";
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
    name: "validate",
    summary: "what is wrong with a file, and where",
    load: async () => (await import("./commands/validate.js")).validateCommand,
  },
  {
    name: "explain",
    summary: "what a code of validate means, and what repair does",
    load: async () => (await import("./commands/explain.js")).explainCommand,
  },
  {
    name: "repair",
    summary: "set right what is damaged, losing nothing",
    load: async () => (await import("./commands/repair.js")).repairCommand,
  },
  {
    name: "log",
    summary: "what was changed, when, by whom and how",
    load: async () => (await import("./commands/log.js")).logCommand,
  },
  {
    name: "undo",
    summary: "take a change back",
    load: async () => (await import("./commands/undo.js")).undoCommand,
  },
  {
    name: "backup",
    summary: "copy the file, whole and checked, compressed or encrypted",
    load: async () => (await import("./commands/backup.js")).backupCommand,
  },
  {
    name: "backups",
    summary: "list, verify, watch over and thin out the backups",
    load: async () => (await import("./commands/backups.js")).backupsCommand,
  },
  {
    name: "export",
    summary: "sessions as JSON, CSV, TSV, Markdown or SQL",
    load: async () => (await import("./commands/export.js")).exportCommand,
  },
  {
    name: "import",
    summary: "take sessions in from another file",
    load: async () => (await import("./commands/import.js")).importCommand,
  },
  {
    name: "restore",
    summary: "put a backup in the place of the file",
    load: async () => (await import("./commands/restore.js")).restoreCommand,
  },
  {
    name: "diff",
    summary: "what differs between two versions: files, backups, times",
    load: async () => (await import("./commands/diff.js")).diffCommand,
  },
  {
    name: "serve",
    summary: "the sessions over HTTP, for bots and other programs",
    load: async () => (await import("./commands/serve.js")).serveCommand,
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

/** Something that commander wrote. */
export type CapturedText = string;

/**
 * The program with one command defined in full, the others by name, so that start-up pays for one.
 * @param texts gets what commander would print on stdout; its errors are thrown, and reported by `main`
 */
export async function createProgram(
  argv: readonly string[],
  context: CliContext,
  version: string,
  texts: CapturedText[],
): Promise<Command> {
  const program = addGlobalOptions(new Command("sessions"))
    .description("List, find, count, prune and delete the sessions in a chat-bot backend's sessions.csv.")
    .version(`sessions ${version}`, "-V, --version")
    .helpCommand(false)
    .addHelpText("after", PROGRAM_EXAMPLES);
  capture(program, context, texts);
  const asked = askedCommand(program, argv);
  // Looking for the command has already answered --version once.
  texts.length = 0;
  for (const { name, summary, load } of COMMANDS) {
    if (name === asked) (await load())(program, context).summary(summary);
    else program.command(name).description(summary);
  }
  for (const command of withSubcommands(program.commands)) capture(command, context, texts);
  return program;
}

/** The first argument that is no option; undefined where there is none, or where a global option cannot be parsed. */
export function askedCommand(program: Command, argv: readonly string[]): string | undefined {
  try {
    return program.parseOptions([...argv]).operands[0];
  } catch (error) {
    if (error instanceof CommanderError) return undefined;
    throw error;
  }
}

function withSubcommands(commands: readonly Command[]): readonly Command[] {
  return commands.flatMap((command) => [command, ...withSubcommands(command.commands)]);
}

function capture(command: Command, context: CliContext, texts: CapturedText[]): void {
  const collect = (text: string): void => void texts.push(text);
  command
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: collect,
      // Without a command commander explains itself on stderr; being asked for nothing is no error.
      writeErr: collect,
      outputError: () => undefined,
      getOutHelpWidth: () => helpWidth(context),
      getErrHelpWidth: () => helpWidth(context),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showSuggestionAfterError(false)
    .exitOverride();
}

function helpWidth({ stdout }: CliContext): number {
  return stdout.isTerminal ? Math.max(40, stdout.columns) : 80;
}

const PROGRAM_EXAMPLES = `
Examples:
  sessions stats                         what is in the file, how much is dead
  sessions find 12345                    every session of a user
  sessions list --expired --json | jq .  for programs
  sessions prune --dry-run               what would go; without -n it asks first

Which file: --store, else $SESSIONS_STORE or $SESSIONS_CSV_PATH, else the same
names in .env, else ./sessions.csv, else ./backend/sessions.csv

Help on a command:  sessions help <command>
Exit codes:         sessions help exit-codes`;
