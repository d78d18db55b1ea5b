import { CommanderError, type Command } from "commander";
import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";
import { createProgram } from "./program.js";
import { bugText, errorJson, errorText, exitCodeFor } from "./report-error.js";

/**
 * Runs one command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code; everything else is in the context's streams and the files
 */
export async function main(argv: readonly string[], context: CliContext, version: string): Promise<number> {
  const run: Run = { texts: [], isJson: wantsJson(argv) };
  try {
    const program = await createProgram(argv, context, version);
    captureOutput(program, run);
    await program.parseAsync(["node", "sessions", ...argv]);
    await writeTexts(context, run);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return await finishParsing(error, context, run);
    if (error instanceof SessionsError) {
      await context.stderr.write(run.isJson ? errorJson(error) : errorText(error));
      return exitCodeFor(error);
    }
    await context.stderr.write(bugText(error));
    return 70;
  }
}

interface Run {
  readonly texts: { readonly stream: "stdout" | "stderr"; readonly text: string }[];
  readonly isJson: boolean;
}

/** commander writes synchronously; what it says is kept and written when it has ended. */
function captureOutput(program: Command, run: Run): void {
  const output = {
    writeOut: (text: string): void => void run.texts.push({ stream: "stdout", text }),
    writeErr: (text: string): void => void run.texts.push({ stream: "stderr", text }),
  };
  for (const command of [program, ...program.commands]) command.configureOutput(output).exitOverride();
}

async function finishParsing(error: CommanderError, context: CliContext, run: Run): Promise<number> {
  const isAnswer = error.exitCode === 0;
  if (isAnswer || !run.isJson) {
    await writeTexts(context, run);
    return isAnswer ? 0 : 2;
  }
  const reason = error.message.replace(/^error: /, "").replaceAll("\n", " ");
  await context.stderr.write(errorJson(new SessionsError("USAGE", { reason })));
  return 2;
}

async function writeTexts(context: CliContext, { texts }: Run): Promise<void> {
  for (const { stream, text } of texts) await context[stream].write(text);
}

/** Asked of the bare arguments, because a command line that cannot be parsed must be answered in JSON too. */
function wantsJson(argv: readonly string[]): boolean {
  return argv.some(
    (argument, index) =>
      argument === "--json" || argument === "--format=json" || (argument === "--format" && argv[index + 1] === "json"),
  );
}
