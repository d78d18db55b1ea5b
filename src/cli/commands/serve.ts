import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { STANDARD_INPUT } from "../open-store.js";
import { parseOrigin, parsePort } from "../parse/address.js";
import { parseDuration } from "../parse/duration.js";
import { serveSessions, type ServeOptions } from "../serve-sessions.js";
import { Settings } from "../settings.js";

export function serveCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("serve")
    .argument("[file]", "the sessions file (default: the store that other commands use)")
    .description(
      "Answer over HTTP: the interface of the Python backends, changes, events, metrics; /docs says all of it.",
    )
    .option("--host <host>", "where to listen; beyond this machine only with --token-file", "127.0.0.1")
    .option("--port <port>", "0 takes any that is free, and says which", parsePort, 8000)
    .option("--token-file <file>", "ask every client for the bearer token in the first line of this file")
    .option("--cors-origin <origin>", "let pages from this origin use it too (repeatable)", parseOrigin)
    .option(
      "--cleanup-interval <duration>",
      "how often expired sessions leave the file; 0s: never (default: 5m)",
      parseDuration,
    );
  return command.addHelpText("after", HELP).action(async (file: string | undefined) => {
    const options = command.optsWithGlobals<ServeOptions>();
    requireNoStream(new Settings(context, file === undefined ? options : { ...options, store: file }));
    await serveSessions(context, file, options);
  });
}

function requireNoStream(settings: Settings): void {
  if (settings.findStore().location !== STANDARD_INPUT) return;
  throw new SessionsError("USAGE", {
    reason: "serve needs a file: what is changed cannot be written to standard input",
    hint: "name the file, for example: sessions serve sessions.csv",
  });
}

const HELP = `
What is answered is on the disk. Others may change the file meanwhile: this
command, editors, other servers; what they change is seen within a second. Only
a Python backend must not: it overwrites everybody.

A browser at the address shows the sessions on a page, as they change; approvals
can be cleared there, and sessions deleted.

SIGTERM and Ctrl-C stop it: it takes no more connections, answers what came
before, writes what is left and ends within five seconds, with exit code 0 where
all is written. The second one ends it at once.

Examples:
  sessions serve                              http://127.0.0.1:8000, this machine only
  sessions serve bot.csv --port 0 --json      any free port, told as JSON
  sessions serve --host 0.0.0.0 --token-file token
  curl -s localhost:8000/api/sessions/telegram_84115`;
