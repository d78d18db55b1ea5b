import { CommanderError, type Command } from "commander";
import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";
import type { ExitCode } from "./exit-codes.js";
import { HeldNotes } from "./held-notes.js";
import { askedCommand, createProgram, type CapturedText } from "./program.js";
import { withProgress } from "./progress.js";
import { bugJson, bugText, errorJson, errorText, exitCodeFor } from "./report-error.js";

/**
 * Runs one command line.
 *
 * @param argv the arguments after the program's name
 * @returns the exit code; everything else is in the context's streams and the files
 */
export async function main(argv: readonly string[], outer: CliContext, version: string): Promise<number> {
  const context = withProgress(await withColours(argv, outer));
  if (!wantsJson(argv)) return runAndReport(argv, context, version, undefined);
  const held = new HeldNotes(context);
  const exitCode = await runAndReport(argv, held.context, version, held);
  await held.release();
  return exitCode;
}

/** @param held what was said beside the answer, where an error is to be one JSON object that holds it */
async function runAndReport(
  argv: readonly string[],
  outer: CliContext,
  version: string,
  held: HeldNotes | undefined,
): Promise<number> {
  const texts: CapturedText[] = [];
  let program: Command | undefined;
  let exitCode: ExitCode = 0;
  const context: CliContext = { ...outer, endWith: (code) => void (exitCode = code) };
  try {
    program = await createProgram(argv, context, version, texts);
    await program.parseAsync(["node", "sessions", ...argv]).catch((thrown: unknown) => {
      if (!(thrown instanceof CommanderError && isAnswer(thrown))) throw thrown;
    });
    await writeTexts(context, texts);
    return exitCode;
  } catch (thrown) {
    const error = await reported(thrown, program, argv);
    if (error === undefined) {
      await context.stderr.write(held === undefined ? bugText(thrown) : bugJson(thrown, held.take()));
      return 70;
    }
    const { store } = program?.opts<{ store?: string }>() ?? {};
    await context.stderr.write(
      held === undefined ? await errorText(error, context.stderr, store) : errorJson(error, held.take(), store),
    );
    return exitCodeFor(error);
  }
}

/** chalk costs milliseconds of start-up and is loaded only where colour may be wanted; the settings decide it later. */
async function withColours(argv: readonly string[], context: CliContext): Promise<CliContext> {
  const isAskedFor = context.env["FORCE_COLOR"] !== undefined || argv.some((word) => word.startsWith("--color"));
  if (!isAskedFor && !context.stdout.isTerminal && !context.stderr.isTerminal) return context;
  const { createChalkStyle } = await import("./render/chalk-style.js");
  return { ...context, colours: createChalkStyle() };
}

/** Help that was asked for, the version, and help because nothing was asked for. */
function isAnswer({ exitCode, code }: CommanderError): boolean {
  return exitCode === 0 || code === "commander.help";
}

/** The error as one of ours with all that can be found out about it; undefined for a bug. */
async function reported(
  thrown: unknown,
  program: Command | undefined,
  argv: readonly string[],
): Promise<SessionsError | undefined> {
  if (thrown instanceof CommanderError) {
    if (program === undefined) return undefined;
    const { usageError } = await import("./usage-error.js");
    return usageError(thrown, program, askedCommand(program, argv));
  }
  if (!(thrown instanceof SessionsError)) return undefined;
  const { explained } = await import("./explain-error.js");
  return explained(thrown);
}

/** commander writes synchronously; what it says is kept and written when it has ended. */
async function writeTexts({ stdout }: CliContext, texts: readonly CapturedText[]): Promise<void> {
  for (const text of texts) await stdout.write(text);
}

/** Asked of the bare arguments, because a command line that cannot be parsed must be answered in JSON too. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  const options = end === -1 ? argv : argv.slice(0, end);
  if (options.includes("--json")) return true;
  // There it says how the input is written.
  if (options.includes("import")) return false;
  return options.some(
    (argument, index) => argument === "--format=json" || (argument === "--format" && argv[index + 1] === "json"),
  );
}
