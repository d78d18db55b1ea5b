import type { Command, CommanderError } from "commander";
import { SessionsError, type ErrorDetails } from "../errors.js";
import { suggest } from "./suggest.js";

/** What commander found wrong with a command line, as our own error: one shape for people, one for programs. */
export function usageError(error: CommanderError, program: Command, commandName: string | undefined): SessionsError {
  const message = error.message.replace(/^error: /, "");
  const command = program.commands.find((candidate) => candidate.name() === commandName);
  const help = command === undefined ? "sessions --help" : `sessions help ${command.name()}`;
  return new SessionsError("USAGE", { hint: `see: ${help}`, ...detailsOf(message, error.code, program, command) });
}

function detailsOf(message: string, code: string, program: Command, command: Command | undefined): ErrorDetails {
  switch (code) {
    case "commander.unknownCommand":
      return { ...suggested(/^unknown command '(.*?)'/s.exec(message)?.[1] ?? "", commandNames(program), "command") };
    case "commander.unknownOption":
      return { ...suggested(/^unknown option '(.*?)'/s.exec(message)?.[1] ?? "", flags(program, command), "option") };
    case "commander.missingArgument":
      return { reason: `${command?.name() ?? "the command"} needs ${needed(command)}` };
    case "commander.excessArguments":
      return command === undefined || command.commands.length === 0
        ? { reason: `${command?.name() ?? "the command"} takes ${taken(command)}` }
        : unknownSubcommand(command);
    case "commander.optionMissingArgument": {
      const flag = /'.*?(--[\w-]+)/.exec(message)?.[1] ?? "the option";
      return { reason: `${flag} needs a value` };
    }
    case "commander.missingMandatoryOptionValue":
      return { reason: `${/'(.*?)'/s.exec(message)?.[1] ?? "an option"} is missing` };
    case "commander.conflictingOption": {
      const [first, second] = [...message.matchAll(/'[^']*?(--[\w-]+)[^']*'/g)].map(([, flag]) => flag);
      return { reason: `${first ?? "one option"} and ${second ?? "another"} exclude each other: nothing is both` };
    }
    case "commander.invalidArgument":
      return invalidValue(message);
    default:
      return { reason: message.replaceAll("\n", " ") };
  }
}

function commandNames({ commands }: Command): string[] {
  return commands.map((command) => command.name());
}

function unknownSubcommand(command: Command): ErrorDetails {
  const [name, names] = [command.args[0] ?? "", commandNames(command)];
  return {
    reason: `${command.name()} does not know "${name}", only ${names.join(", ")}; by itself it lists`,
    suggestions: suggest(name, names).map((close) => `sessions ${command.name()} ${close}`),
  };
}

function flags(program: Command, command: Command | undefined): string[] {
  const options = [...program.options, ...(command?.options ?? [])];
  return [...options.flatMap(({ short, long }) => [long ?? "", short ?? ""]), "--help"].filter((flag) => flag !== "");
}

function suggested(name: string, candidates: readonly string[], noun: string): ErrorDetails {
  return { reason: `there is no ${noun} "${name}"`, suggestions: suggest(name, candidates) };
}

function needed(command: Command | undefined): string {
  const missing = command?.registeredArguments.filter(({ required }) => required) ?? [];
  return missing.map((argument) => `<${argument.name()}>, ${argument.description}`).join("; ") || "an argument";
}

function taken(command: Command | undefined): string {
  const names = command?.registeredArguments.map((argument) => `<${argument.name()}>`) ?? [];
  return names.length === 0 ? "no arguments, only options" : `only ${names.join(" ")}, and options`;
}

/**
 * `option '--limit <count>' argument '-1' is invalid. <what is wrong>. <example>.` Our parsers say what is wrong in their
 * first sentence, and what to write instead in the others.
 */
function invalidValue(message: string): ErrorDetails {
  const [, subject = "", value = "", text = ""] =
    /^(?:option '(?:-\w, )?(--[\w-]+)[^']*' argument|command-argument value) '(.*)' is invalid(?: for argument '[^']*')?\. (.*)$/s.exec(
      message,
    ) ?? [];
  if (text === "") return { reason: message };
  const name = subject === "" ? (/for argument '([^']*)'/.exec(message)?.[1] ?? "the argument") : subject;
  const choices = /^Allowed choices are (.*)\.$/s.exec(text)?.[1]?.split(", ");
  if (choices !== undefined) {
    const hint = `write one of ${choices.join(", ")}`;
    return { reason: `${name}: there is no "${value}"`, suggestions: suggest(value, choices), hint };
  }
  const [, what = text, instead] = /^(.*?)(?:\. (.*))?\.$/s.exec(text) ?? [];
  return { reason: `${name}: ${what}`, ...(instead === undefined ? {} : { hint: lowered(instead) }) };
}

function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}
