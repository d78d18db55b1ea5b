import type { Command } from "commander";
import { EXAMPLES } from "../../check/examples.generated.js";
import { RULES, type DiagnosticCode } from "../../check/rules/index.js";
import { SessionsError } from "../../errors.js";
import type { CliContext } from "../context.js";
import { escapeControlsInJson } from "../render/visible.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { suggest } from "../suggest.js";

export function explainCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("explain")
    .argument("[code]", "the code of a finding; without it all codes are listed")
    .description("Explain what a code of validate means, what repair does about it and why, with an example.");
  return command
    .addHelpText("after", HELP)
    .action(async (code: string | undefined) => runExplain(context, code, command.optsWithGlobals<GlobalOptions>()));
}

export async function runExplain(context: CliContext, code: string | undefined, options: GlobalOptions): Promise<void> {
  const settings = new Settings(context, options);
  const asked = code === undefined ? undefined : requireCode(code);
  const { stdout } = context;
  if (settings.isJson) {
    const object = asked === undefined ? CODES.map(listed) : await explainedObject(asked);
    await stdout.write(`${escapeControlsInJson(JSON.stringify(object, undefined, 2))}\n`);
    return;
  }
  const look = { width: stdout.isTerminal ? stdout.columns : Infinity, style: settings.styleOf("stdout") };
  const { codesText, explanationText } = await import("../render/explanation.js");
  await stdout.write(
    asked === undefined ? codesText(RULES, look) : explanationText(asked, RULES[asked], EXAMPLES[asked], look),
  );
}

const CODES = Object.keys(RULES) as DiagnosticCode[];

/**
 * The code that a text names, also as validate prints it: `error[unclosed-quote]`.
 * @throws SessionsError USAGE for a code that there is not
 */
function requireCode(text: string): DiagnosticCode {
  const [, bare = text] = /^(?:error|warning)\[(.*)\]$/i.exec(text.trim()) ?? [];
  const code = CODES.find((candidate) => candidate === bare.trim().toLowerCase());
  if (code !== undefined) return code;
  throw new SessionsError("USAGE", {
    reason: `there is no code "${text}"`,
    suggestions: suggest(bare, CODES),
    hint: "see all codes with: sessions explain",
  });
}

function listed(code: DiagnosticCode): object {
  const { severity, title } = RULES[code];
  return { code, severity, title };
}

async function explainedObject(code: DiagnosticCode): Promise<object> {
  const { exampleValue } = await import("../render/example.js");
  const { severity, title, trigger, repair } = RULES[code];
  const { before, after, quarantine } = EXAMPLES[code] ?? {};
  return {
    code,
    severity,
    title,
    trigger,
    repair,
    example: {
      before: exampleValue(before),
      after: exampleValue(after),
      quarantine: exampleValue(quarantine),
    },
  };
}

const HELP = `
Examples:
  sessions explain                all codes
  sessions explain unclosed-quote
  sessions explain --json | jq -r '.[].code'`;
