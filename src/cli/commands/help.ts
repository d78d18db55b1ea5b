import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { suggest } from "../suggest.js";

const EXIT_CODES_TOPIC = "exit-codes";

export function helpCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("help")
    .argument("[topic]", `a command, or ${EXIT_CODES_TOPIC}`)
    .argument("[part]", "a command of that command, such as verify of backups")
    .description("Explain a command, or what the exit codes mean.");
  return command.addHelpText("after", EXAMPLES).action(async (topic: string | undefined, part: string | undefined) => {
    const isJson = command.optsWithGlobals<{ json?: boolean }>().json === true;
    await context.stdout.write(await helpOn(program, context, { topic, part, isJson }));
  });
}

interface Asked {
  readonly topic: string | undefined;
  readonly part: string | undefined;
  readonly isJson: boolean;
}

async function helpOn(program: Command, context: CliContext, { topic, part, isJson }: Asked): Promise<string> {
  if (topic === EXIT_CODES_TOPIC && part === undefined) return isJson ? exitCodesJson() : exitCodesText();
  const { createProgram, COMMANDS } = await import("../program.js");
  if (topic !== undefined && !COMMANDS.some(({ name }) => name === topic)) {
    throw new SessionsError("USAGE", {
      reason: `there is no command and no topic "${topic}"`,
      suggestions: suggest(topic, [...COMMANDS.map(({ name }) => name), EXIT_CODES_TOPIC]),
      hint: "see: sessions --help",
    });
  }
  const texts: string[] = [];
  const full = topic === undefined ? program : await createProgram([topic], context, "", texts);
  const whole = full.commands.find((command) => command.name() === topic) ?? full;
  const asked = part === undefined ? whole : partOf(whole, part);
  if (isJson) return `${JSON.stringify(description(asked), undefined, 2)}\n`;
  if (topic === undefined) {
    program.outputHelp();
    return "";
  }
  asked.outputHelp();
  return texts.join("");
}

function partOf(command: Command, part: string): Command {
  const found = command.commands.find((inner) => inner.name() === part);
  if (found !== undefined) return found;
  const names = command.commands.map((inner) => inner.name());
  throw new SessionsError("USAGE", {
    reason: `${command.name()} has no command "${part}"`,
    suggestions: suggest(part, names),
    hint: `see: sessions help ${command.name()}`,
  });
}

function exitCodesText(): string {
  const lines = EXIT_CODES.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}\n`);
  return `Exit codes of sessions:\n\n${lines.join("")}\n${ADVICE}\n`;
}

function exitCodesJson(): string {
  return `${JSON.stringify(
    EXIT_CODES.map(([code, meaning]) => ({ code, meaning })),
    undefined,
    2,
  )}\n`;
}

function description(command: Command): object {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      required: argument.required,
      repeatable: argument.variadic,
      description: argument.description,
    })),
    options: command.options.map(({ flags, description }) => ({ flags, description })),
    commands: command.commands.map((inner) => ({ name: inner.name(), description: inner.description() })),
  };
}

const ADVICE =
  "serve ends with 0 after the first of these signals where everything was written.\n" +
  "A script should treat a code that it does not know as a failure.";

const EXAMPLES = `
Examples:
  sessions help prune
  sessions help backups verify
  sessions help exit-codes`;
