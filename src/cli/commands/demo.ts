import type { Command } from "commander";
import { generateDemo } from "../../demo/generate.js";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { openStoreAt } from "../open-store.js";
import { note } from "../notes.js";
import { parseCount } from "../parse/numbers.js";
import { count } from "../render/numbers.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface DemoOptions extends GlobalOptions {
  readonly seed: number;
  readonly output?: string;
}

export function demoCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("demo")
    .argument("<rows>", "how many sessions", parseCount)
    .description("Make up a realistic sessions file to try things on. The same seed and --now make the same bytes.")
    .option("--seed <number>", "which of the possible files", parseCount, 1)
    .option("-o, --output <path>", "write a new file, mode 0600, instead of standard output");
  return command
    .addHelpText("after", EXAMPLES)
    .action(async (rows: number) => runDemo(context, rows, command.optsWithGlobals<DemoOptions>()));
}

export async function runDemo(context: CliContext, rows: number, options: DemoOptions): Promise<void> {
  const settings = new Settings(context, options);
  const pieces = generateDemo({ rows, seed: options.seed, now: settings.retention.now });
  const { output = "-" } = options;
  if (output === "-") {
    if (settings.isJson) {
      throw new SessionsError("USAGE", { reason: "demo prints CSV", hint: "name a file with -o to get JSON about it" });
    }
    for (const piece of pieces) await context.stdout.write(piece);
    return;
  }
  const store = await openStoreAt(context, settings, output);
  await store.create({ signal: context.interruptSignal() }, pieces);
  if (settings.isJson) {
    await context.stdout.write(
      `${JSON.stringify({ store: store.location, sessions: rows, seed: options.seed }, undefined, 2)}\n`,
    );
  } else {
    await note(context, `Wrote ${count(rows, "session")} to ${output}`);
  }
}

const EXAMPLES = `
Examples:
  sessions demo 1000 -o demo.csv && sessions -s demo.csv stats
  sessions demo 20 | sessions -s - list`;
