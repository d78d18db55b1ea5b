import { COLUMN_NAMES, type Columns } from "../session/columns.js";
import { stateOf, type Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { SessionReading, SessionStore } from "../store/store.js";
import type { CliContext, TextOutput } from "./context.js";
import type { OutputOptions, SortKey } from "./output-options.js";
import { printLaidOutRows, printRows, readerOf } from "./print-rows.js";
import type { RowFormat } from "./render/formats.js";
import { paragraph } from "./notes.js";
import { requireFields } from "./selection-options.js";
import { SessionSorter } from "./session-sorter.js";
import type { Settings } from "./settings.js";
import { reportLeftOut } from "./report-faults.js";

/** Rows of one table; longer output goes on with the next one. */
const TABLE_ROWS = 100;
/** Lines of a terminal that are not rows: which file it is, header, footer in two lines, prompt. */
const TERMINAL_LINES_KEPT = 5;

interface Page {
  readonly offset: number;
  /** How many sessions to show; Infinity for all. */
  readonly limit: number;
}

/**
 * Prints the sessions of a reading as the options say: a table for people, rows in a format for programs. What was left
 * out goes to stderr.
 *
 * @param whenEmpty is called before anything is printed where there are no sessions
 */
export async function printSessions(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  reading: SessionReading,
  options: OutputOptions,
  whenEmpty: () => Promise<void> = async () => undefined,
): Promise<void> {
  const { columns } = await store.describe();
  requireFields(
    [...(options.fields ?? []), ...(options.sort === undefined ? [] : [options.sort.field])],
    columns.names,
  );
  const format = formatOf(context.stdout, settings, options.format);
  const isScreen = format === "table" && context.stdout.isTerminal;
  const page: Page = {
    offset: options.offset,
    limit: options.limit ?? (isScreen && options.all !== true ? screenful(context.stdout) : Infinity),
  };
  const sort = options.sort ?? (isScreen ? NEWEST_FIRST : undefined);
  const counts = { matched: 0, expired: 0, shown: 0 };
  if (format !== "table" && sort === undefined) {
    const fields = { names: fieldsOf(options, format, columns), columnNames: columns.names };
    if (await printLaidOutRows(context.stdout, reading, format, fields, settings.retention, page, whenEmpty)) {
      await reportLeftOut(context, settings, store.location, reading.leftOut);
      return;
    }
  }
  const counted = countSessions(reading, settings.retention, counts);
  const sessions = pageOf(
    sort === undefined ? counted : sortSessions(counted, sort, page, columns.names, settings),
    page,
    { stopEarly: !isScreen },
  );
  if (format === "table") {
    counts.shown = await printTables(context, settings, options.fields, columns.names, sessions);
    if (counts.matched === 0) await whenEmpty();
    if (isScreen) await printFooter(context, settings, counts, options);
  } else {
    const fields = { names: fieldsOf(options, format, columns), columnNames: columns.names };
    await printRows(context.stdout, format, fields, settings.retention, sessions, whenEmpty);
  }
  await reportLeftOut(context, settings, store.location, reading.leftOut);
}

function fieldsOf({ fields }: OutputOptions, format: RowFormat, { extraNames }: Columns): readonly string[] {
  return fields ?? (format === "ids" ? ["session_id"] : [...COLUMN_NAMES, ...extraNames, "state"]);
}

const NEWEST_FIRST: SortKey = { field: "last_activity", descending: true };

export function formatOf(stdout: TextOutput, settings: Settings, format: OutputOptions["format"]): "table" | RowFormat {
  return format ?? (settings.isJson ? "json" : stdout.isTerminal ? "table" : "tsv");
}

function screenful({ rows }: TextOutput): number {
  return Math.max(5, rows - TERMINAL_LINES_KEPT);
}

async function* countSessions(
  reading: SessionReading,
  retention: Retention,
  counts: { matched: number; expired: number },
): AsyncGenerator<readonly Session[]> {
  for await (const batch of reading) {
    counts.matched += batch.length;
    for (const { lastActivity } of batch) if (stateOf(lastActivity, retention) === "expired") counts.expired += 1;
    yield batch;
  }
}

async function* sortSessions(
  batches: AsyncIterable<readonly Session[]>,
  { field, descending }: SortKey,
  { offset, limit }: Page,
  columnNames: readonly string[],
  { retention }: Settings,
): AsyncGenerator<readonly Session[]> {
  const read = readerOf(field, columnNames);
  const sorter = new SessionSorter(read, descending, retention, offset + limit);
  for await (const batch of batches) for (const session of batch) sorter.add(session);
  yield sorter.sorted();
}

/** @param stopEarly stop reading once the page is full, because nobody asks how many more there are */
async function* pageOf(
  batches: AsyncIterable<readonly Session[]>,
  { offset, limit }: Page,
  { stopEarly }: { stopEarly: boolean },
): AsyncGenerator<readonly Session[]> {
  let place = 0;
  for await (const batch of batches) {
    const page = batch.slice(Math.max(0, offset - place), Math.max(0, offset + limit - place));
    place += batch.length;
    if (page.length > 0) yield page;
    if (stopEarly && place >= offset + limit) return;
  }
}

async function printTables(
  context: CliContext,
  settings: Settings,
  fields: readonly string[] | undefined,
  columnNames: readonly string[],
  sessions: AsyncIterable<readonly Session[]>,
): Promise<number> {
  const { renderSessionTable } = await import("./render/session-table.js");
  const { stdout } = context;
  const named = fields?.map((name) => ({ name, read: readerOf(name, columnNames) }));
  const look = {
    fields: named,
    retention: settings.retention,
    style: settings.styleOf("stdout"),
    width: stdout.isTerminal ? stdout.columns : Infinity,
  };
  let shown = 0;
  let waiting: Session[] = [];
  for await (const batch of sessions) {
    for (const session of batch) {
      waiting.push(session);
      if (waiting.length < TABLE_ROWS) continue;
      await stdout.write(renderSessionTable(waiting, look));
      shown += waiting.length;
      waiting = [];
    }
  }
  if (waiting.length > 0) await stdout.write(renderSessionTable(waiting, look));
  return shown + waiting.length;
}

async function printFooter(
  context: CliContext,
  settings: Settings,
  counts: { readonly matched: number; readonly expired: number; readonly shown: number },
  options: OutputOptions,
): Promise<void> {
  const { groupDigits } = await import("./render/numbers.js");
  const { matched, expired, shown } = counts;
  const more = shown < matched && options.limit === undefined && options.offset === 0 ? " · --all for the rest" : "";
  const line =
    matched === 0
      ? "No sessions match."
      : `showing ${groupDigits(shown)} of ${groupDigits(matched)} · ${groupDigits(expired)} expired${more}`;
  await context.stderr.write(settings.styleOf("stderr").dim(await paragraph(context.stderr, line)));
}
