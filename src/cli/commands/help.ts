import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { suggest } from "../suggest.js";

const EXIT_CODES_TOPIC = "exit-codes";

export function helpCommand(program: Command, context: CliContext): Command {
  return program
    .command("help")
    .argument("[topic]", `a command, or ${EXIT_CODES_TOPIC}`)
    .description("Explain a command, or what the exit codes mean.")
    .action(async (topic: string | undefined) => runHelp(program, context, topic));
}

async function runHelp(program: Command, context: CliContext, topic: string | undefined): Promise<void> {
  if (topic === EXIT_CODES_TOPIC) {
    const lines = EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}\n`);
    await context.stdout.write(`Exit codes of sessions:\n\n${lines.join("")}\n${ADVICE}\n`);
    return;
  }
  if (topic === undefined) return program.outputHelp();
  const { createProgram, COMMANDS } = await import("../program.js");
  if (!COMMANDS.some(({ name }) => name === topic)) {
    throw new SessionsError("USAGE", {
      reason: `there is no command and no topic "${topic}"`,
      suggestions: suggest(topic, [...COMMANDS.map(({ name }) => name), EXIT_CODES_TOPIC]),
      hint: "see them all with: sessions --help",
    });
  }
  const asked = await createProgram([topic], context, "");
  await context.stdout.write(asked.commands.find((command) => command.name() === topic)?.helpInformation() ?? "");
}

const ADVICE = "A script should treat a code that it does not know as a failure.";
