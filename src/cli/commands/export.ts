import type { Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { Session } from "../../session/session.js";
import type { Columns } from "../../session/columns.js";
import type { CliContext } from "../context.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { addExportOptions, exportPlan, type ExportOptions } from "../export-options.js";
import { exportSessions } from "../export-sessions.js";
import { chooseStore, openStoreAt } from "../open-store.js";
import { reportFlags, reportWritten } from "../report-export.js";
import { reportLeftOut } from "../report-faults.js";
import { addSelectionOptions, requireFields, selectionFrom } from "../selection-options.js";
import { Settings } from "../settings.js";

export function exportCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("export")
    .description("Write sessions in a form for other programs: JSON, CSV, TSV, Markdown, SQL. The store is only read.");
  addExportOptions(addSelectionOptions(command, { takesArguments: false }));
  return command
    .addHelpText("after", EXPLANATION)
    .action(async () => runExport(context, command.optsWithGlobals<ExportOptions>()));
}

export async function runExport(context: CliContext, options: ExportOptions): Promise<void> {
  const settings = new Settings(context, options);
  const plan = exportPlan(options, context.workingDirectory);
  const location = await chooseStore(context, settings);
  const store = await openStoreAt(context, settings, location);
  const { columns } = await store.describe();
  requireFields(options.fields ?? [], columns.names);
  if (plan.isRaw) requireColumns(options.fields ?? [], columns);
  const { retention } = settings;
  const selection = await selectionFrom(options, retention, async () => columns.names);
  const reading = store.read({ selection, retention });
  const replace = plan.isRedacted ? await redactionFor(context, settings, options, columns) : undefined;
  const exported = { reading, columns, fields: options.fields, retention, replace };
  const whenEmpty = (): Promise<void> => explainNothingFound(context, settings, store, options);

  const { output } = plan;
  if (output === undefined) {
    await reportFlags(context, settings, await exportSessions(context.stdout, exported, plan, whenEmpty));
  } else {
    const { writeExportFile } = await import("../export-target.js");
    const inputs = { store: location, keyFile: options.redactKeyFile, mayReplace: options.force === true };
    const written = await writeExportFile(context, output, inputs, (file) =>
      exportSessions(file, exported, plan, whenEmpty),
    );
    await reportWritten(context, settings, { plan, store: store.location, reading, ...written });
  }
  await reportLeftOut(context, settings, store.location, reading.leftOut);
}

/** Raw values are those of columns: nothing is computed or reached into. */
function requireColumns(names: readonly string[], columns: Columns): void {
  const other = names.find((name) => !columns.places.has(name));
  if (other === undefined) return;
  throw new SessionsError("USAGE", {
    reason: `${other} is no column of the file, and --raw takes columns only`,
    hint: `the columns are ${columns.names.join(", ")}`,
  });
}

/** What stands in for each session where it is redacted. */
async function redactionFor(
  context: CliContext,
  settings: Settings,
  { redactKeyFile }: ExportOptions,
  columns: Columns,
): Promise<(session: Session) => Session> {
  const { redactionKey } = await import("../redaction-key.js");
  const { Redaction } = await import("../../transfer/redaction.js");
  const redaction = new Redaction(await redactionKey(context, settings, redactKeyFile));
  return (session) => redaction.session(session, columns);
}

const EXPLANATION = `
csv without --fields, --excel and --redact is the file's own bytes: header and
records as they stand. All other forms have times in RFC 3339 UTC; JSON columns
are JSON in json and jsonl, with all digits; JSON that is not valid stands as
text, and is counted on standard error.

--raw   byte for byte what Python makes of the file with json.dump(list(
        csv.DictReader(file))): text values, ", " and ": ", \\uXXXX.
--excel an apostrophe stands before what a spreadsheet would take for a formula,
        a number or a date, so that ids keep their digits. The result is for
        people: do not put it in the place of sessions.csv.
sql     one transaction for PostgreSQL: psql -f sessions.sql. Of an id that
        occurs again the last record stays.
--redact leaves readable: column names and plain keys; times with a time of day;
        platforms, also before the id of their user; true, false, null; numbers
        of up to five digits, unless their key says id, phone, age, code and the
        like;
        plain words under source, language, locale, platform, type, tool_name,
        role, status, state, version, model, chat_type, mime_type. Whatever else
        stands there becomes x and 16 digits (HMAC-SHA-256).

Examples:
  sessions export --format json | jq .
  sessions export --active -o active.sql --force         for cron
  sessions export --excel -o for-excel.csv
  sessions export --redact-key-file redact.key -o to-share.jsonl`;
