import type { Command } from "commander";
import type { CliContext } from "../context.js";
import { warn } from "../notes.js";
import { addPastOption, openStoreOf, type PastOptions } from "../open-past.js";
import { addFormatOptions, type OutputOptions } from "../output-options.js";
import { formatOf } from "../print-sessions.js";
import { COLUMN_NAMES } from "../../session/columns.js";
import { fieldReader } from "../../session/fields.js";
import type { FieldValue } from "../../session/field-value.js";
import type { Session } from "../../session/session.js";
import { requireFields } from "../selection-options.js";
import { requireSessions } from "../require-sessions.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface ShowOptions extends GlobalOptions, OutputOptions, PastOptions {}

export function showCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("show")
    .argument("<id>", "a session id, or the start of one that fits no other")
    .description("Show one session: every field, times absolute and relative, JSON laid out.");
  return addPastOption(addFormatOptions(command))
    .addHelpText("after", EXAMPLES)
    .action(async (id: string) => runShow(context, id, command.optsWithGlobals<ShowOptions>()));
}

export async function runShow(context: CliContext, id: string, options: ShowOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStoreOf(context, settings, options);
  const [sessions = []] = await requireSessions(store, [id], settings.retention);
  const session = sessions.at(-1);
  if (session === undefined) return;
  if (sessions.length > 1) {
    const text = `${sessions.length} records have this id; this is the last one, which the backend uses.`;
    await warn(context, settings, text);
  }
  requireFields(options.fields ?? [], session.columnNames);
  const names = options.fields ?? [...COLUMN_NAMES, ...session.extraNames, "state"];
  const values = names.map((name) => fieldReader(name, session.columnNames)?.(session, settings.retention) ?? NONE);
  await context.stdout.write(await printed(context, settings, options, names, values, session));
}

const NONE: FieldValue = { type: "none" };

async function printed(
  context: CliContext,
  settings: Settings,
  options: ShowOptions,
  names: readonly string[],
  values: readonly FieldValue[],
  session: Session,
): Promise<string> {
  const format = formatOf(context.stdout, settings, options.format);
  if (format === "table") {
    const { renderSession } = await import("../render/session-details.js");
    const { retention, timeZone } = settings;
    const width = context.stdout.isTerminal ? context.stdout.columns : Infinity;
    return renderSession(names, values, { retention, timeZone, style: settings.styleOf("stdout"), width });
  }
  const { createRowWriter } = await import("../render/formats.js");
  if (format === "ids")
    return (await createRowWriter("ids", ["session_id"])).row([{ type: "text", text: session.sessionId }]);
  // One session is one object, not a list of one.
  if (format === "json") return (await createRowWriter("jsonl", names)).row(values);
  const writer = await createRowWriter(format, names);
  return writer.begin() + writer.row(values) + writer.end();
}

const EXAMPLES = `
Examples:
  sessions show 0a4a371f
  sessions show 0a4a371f --json | jq .metadata
  sessions show 0a4a371f --fields pending_approval.tool_name --format tsv
  sessions show 0a4a371f --at '2h ago'             the session as it was then`;
