import type { Command } from "commander";
import { COLUMN_NAMES } from "../../session/columns.js";
import { COMPUTED_FIELDS, fieldNames, JSON_COLUMNS } from "../../session/fields.js";
import type { FieldValue } from "../../session/field-value.js";
import { jsonEntries } from "../../session/json.js";
import type { Session } from "../../session/session.js";
import type { CliContext } from "../context.js";
import { openStore } from "../open-store.js";
import { addFormatOption, type OutputOptions } from "../output-options.js";
import { formatOf } from "../print-sessions.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface FieldsOptions extends GlobalOptions, Pick<OutputOptions, "format"> {}

export function fieldsCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("fields")
    .description("Name the fields of the file: columns, computed ones, and keys inside the JSON columns.");
  return addFormatOption(command)
    .addHelpText("after", EXAMPLES)
    .action(async () => runFields(context, command.optsWithGlobals<FieldsOptions>()));
}

/** Keys inside JSON are looked for in this many sessions, to answer at once on any file. */
const SESSIONS_LOOKED_AT = 20_000;
const DEEPEST_PATH = 3;
/** A file with more different keys than this uses them as data. */
const MOST_PATHS = 500;

export async function runFields(context: CliContext, options: FieldsOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStore(context, settings);
  const { columns } = await store.describe();
  const paths = new Map<string, number>();
  let looked = 0;
  for await (const batch of store.read({ selection: [], retention: settings.retention })) {
    for (const session of batch) {
      if (looked === SESSIONS_LOOKED_AT) break;
      looked += 1;
      for (const column of JSON_COLUMNS) countPaths(session, column, paths);
    }
    if (looked === SESSIONS_LOOKED_AT) break;
  }
  const rows: FieldValue[][] = [
    ...fieldNames(columns.names).map((name) => row(name, kindOf(name, columns.names), undefined)),
    ...[...paths]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([path, sessions]) => row(path, "JSON key", sessions)),
  ];
  await context.stdout.write(await printed(context, settings, options, rows));
}

function row(name: string, kind: string, sessions: number | undefined): FieldValue[] {
  return [
    { type: "text", text: name },
    { type: "text", text: kind },
    sessions === undefined ? { type: "none" } : { type: "json", text: String(sessions) },
  ];
}

function kindOf(name: string, columnNames: readonly string[]): string {
  if ((COLUMN_NAMES as readonly string[]).includes(name)) return "column";
  return (COMPUTED_FIELDS as readonly string[]).includes(name) && !columnNames.includes(name)
    ? "computed"
    : "extra column";
}

function countPaths(session: Session, column: (typeof JSON_COLUMNS)[number], paths: Map<string, number>): void {
  const isMetadata = column === "metadata";
  const text = isMetadata ? session.metadata : session.pendingApproval;
  const isJson = isMetadata ? session.hasJsonMetadata : session.hasJsonApproval;
  if (text !== undefined && isJson) countKeys(text, column, 1, paths);
}

function countKeys(json: string, prefix: string, depth: number, paths: Map<string, number>): void {
  for (const [key, value] of jsonEntries(json)) {
    const path = `${prefix}.${key}`;
    if (!paths.has(path) && paths.size >= MOST_PATHS) continue;
    paths.set(path, (paths.get(path) ?? 0) + 1);
    if (depth < DEEPEST_PATH && value.startsWith("{")) countKeys(value, path, depth + 1, paths);
  }
}

async function printed(
  { stdout }: CliContext,
  settings: Settings,
  options: FieldsOptions,
  rows: readonly FieldValue[][],
): Promise<string> {
  const format = formatOf(stdout, settings, options.format);
  if (format !== "table") {
    const { createRowWriter } = await import("../render/formats.js");
    const writer = await createRowWriter(format, ["field", "kind", "sessions"]);
    return writer.begin() + rows.map((values) => writer.row(values)).join("") + writer.end();
  }
  const { renderTable } = await import("../render/table.js");
  const { valueText } = await import("../../transfer/value-text.js");
  return renderTable({
    columns: [
      { header: "FIELD", minWidth: 12, flexible: true },
      { header: "KIND", minWidth: 8 },
      { header: "SESSIONS", align: "right", minWidth: 8 },
    ],
    rows: rows.map((values) => values.map((value) => ({ text: valueText(value) }))),
    width: stdout.isTerminal ? stdout.columns : Infinity,
    style: settings.styleOf("stdout"),
  });
}

const EXAMPLES = `
Examples:
  sessions fields                         what --fields, --where and --sort take
  sessions list --fields session_id,idle  a computed field`;
