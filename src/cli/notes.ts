import type { CliContext, TextOutput } from "./context.js";
import { withoutSecrets } from "./redact.js";
import { visibleText } from "./render/visible.js";
import type { Settings } from "./settings.js";

const NARROWEST = 20;

/** Says something to the person on stderr, made visible, wrapped between words where it is a terminal. */
export async function note(context: CliContext, text: string): Promise<void> {
  await context.stderr.write(await paragraph(context.stderr, text));
}

/** Warns on stderr. `lines` follow as they are. */
export async function warn(context: CliContext, settings: Settings, text: string, lines = ""): Promise<void> {
  const label = "warning:";
  const body = await paragraph(context.stderr, `${label} ${text}`);
  await context.stderr.write(settings.styleOf("stderr").yellow(label) + body.slice(label.length) + lines);
}

/** Text, made visible and without secrets, in lines that fit the stream, each with its line break. */
export async function paragraph(output: TextOutput, text: string, indent = ""): Promise<string> {
  const shown = visibleText(withoutSecrets(text));
  return (await linesOf(output, shown, indent.length)).map((line) => `${indent}${line}\n`).join("");
}

async function linesOf(output: TextOutput, text: string, indent: number): Promise<readonly string[]> {
  if (!output.isTerminal) return [text];
  const columns = Math.max(NARROWEST, output.columns) - indent;
  if (text.length <= columns / 2) return [text];
  const { wrap } = await import("./render/width.js");
  return wrap(text, columns);
}
