import type { Columns } from "../session/columns.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { RowLayout, SessionReading } from "../store/store.js";
import { JsonFlags } from "../transfer/json-flags.js";
import type { RowWriter } from "../transfer/row-writer.js";
import type { TextOutput } from "./context.js";
import type { ExportPlan } from "./export-options.js";
import { keepHeapSmall } from "./small-heap.js";
import { printPieces, printSessionRows, readerOf, type SessionWriter } from "./print-rows.js";

/** What is exported: the sessions, and as which fields. */
export interface Exported {
  readonly reading: SessionReading;
  readonly columns: Columns;
  /** Undefined where the options name none. */
  readonly fields: readonly string[] | undefined;
  readonly retention: Retention;
  /** Stands in for each session, where something of it must not go out. */
  readonly replace: ((session: Session) => Session) | undefined;
}

/** What could not go out as it stands in the store. */
export interface ExportFlags {
  /** Sessions with a JSON column that is not valid and stands as text. */
  readonly invalidJson: number;
  /** Records with an id that stood before, where the format can hold each id once. */
  readonly repeatedIds: number;
  /** Times that are none and stand as NULL. */
  readonly lostTimes: number;
  /** Cells that a spreadsheet will cut. */
  readonly longCells: number;
}

const NONE: ExportFlags = { invalidJson: 0, repeatedIds: 0, lostTimes: 0, longCells: 0 };
const ALL = { offset: 0, limit: Infinity };

type Target = Pick<TextOutput, "write">;

/**
 * Writes sessions in the form that was planned, from their bytes where that is possible.
 * @param whenEmpty is called before anything is written where there are none, except for the store's own form
 */
export async function exportSessions(
  output: Target,
  exported: Exported,
  plan: ExportPlan,
  whenEmpty: () => Promise<void>,
): Promise<ExportFlags> {
  const { reading, fields, replace } = exported;
  const isOwnForm = plan.format === "csv" && !plan.isForExcel && fields === undefined && replace === undefined;
  if (isOwnForm && reading.records !== undefined) {
    for await (const piece of reading.records()) await output.write(piece);
    if (reading.count === 0) await whenEmpty();
    return NONE;
  }
  if (plan.isRaw) return exportRaw(output, exported, plan, whenEmpty);
  return exportRows(output, exported, plan, whenEmpty);
}

/** Every value as text, see `python-json.ts`. */
async function exportRaw(
  output: Target,
  exported: Exported,
  { format }: ExportPlan,
  whenEmpty: () => Promise<void>,
): Promise<ExportFlags> {
  const { reading, columns, fields, replace } = exported;
  const { inAscii, pythonKeys, pythonLayout, pythonObject } = await import("../transfer/python-json.js");
  const { canBeLaidOut } = await import("./render/row-layout.js");
  const names = fields ?? pythonKeys(columns.names);
  const isArray = format === "json";
  const layout = pythonLayout(names, isArray ? ", " : "\n");
  const around = isArray ? { begin: "[", end: "]", empty: "[]" } : { begin: "", end: "\n", empty: "" };
  if (reading.rows !== undefined && replace === undefined && canBeLaidOut(names)) {
    await printPieces(output, inAscii(reading.rows(layout, ALL)), around, whenEmpty);
    return NONE;
  }
  let before = around.begin;
  const writer: SessionWriter = {
    begin: () => "",
    row: (session) => {
      const text = before + pythonObject(session, names);
      before = layout.separator;
      return text;
    },
    end: () => (reading.count === 0 ? around.empty : around.end),
  };
  await printSessionRows(output, writer, sessionsOf(exported), whenEmpty);
  return NONE;
}

async function exportRows(
  output: Target,
  exported: Exported,
  plan: ExportPlan,
  whenEmpty: () => Promise<void>,
): Promise<ExportFlags> {
  const { reading, columns, retention, replace } = exported;
  const { format } = plan;
  const names = [...new Set(exported.fields ?? columns.names.filter((name) => name !== ""))];
  const flags = new JsonFlags(format === "json" || format === "jsonl" || format === "sql" ? names : []);
  if (reading.rows !== undefined && replace === undefined && isLaidOut(plan)) {
    const { rowLayout } = await import("./render/row-layout.js");
    const rows = rowLayout(plan.format, names, columns.names, retention);
    if (rows !== undefined) {
      await printPieces(output, reading.rows(flagging(rows.layout, flags), ALL), rows, whenEmpty);
      return { ...NONE, invalidJson: flags.count };
    }
  }
  const writer = await createWriter(plan, names, columns.names);
  const readers = names.map((name) => readerOf(name, columns.names));
  const sessionWriter: SessionWriter = {
    begin: () => writer.begin(),
    row: (session) => writer.row(readers.map((read) => read(session, retention))),
    end: () => writer.end(),
  };
  await printSessionRows(output, sessionWriter, sessionsOf(exported, flags), whenEmpty);
  const { repeatedIds = 0, lostTimes = 0, longCells = 0 } = writer;
  return { invalidJson: flags.count, repeatedIds, lostTimes, longCells };
}

function isLaidOut(plan: ExportPlan): plan is ExportPlan & { readonly format: "json" | "jsonl" | "tsv" } {
  return plan.format === "json" || plan.format === "jsonl" || (plan.format === "tsv" && !plan.isForExcel);
}

/** Rows with JSON that is not valid are never plain, so that `renderRow` sees them all. */
function flagging(layout: RowLayout, flags: JsonFlags): RowLayout {
  return {
    ...layout,
    renderRow: (session) => {
      flags.see(session);
      return layout.renderRow(session);
    },
  };
}

/** The sessions one by one, decoded. */
async function* sessionsOf({ reading, replace }: Exported, flags?: JsonFlags): AsyncGenerator<readonly Session[]> {
  keepHeapSmall();
  for await (const batch of reading) {
    if (flags !== undefined) for (const session of batch) flags.see(session);
    yield replace === undefined ? batch : batch.map(replace);
  }
}

async function createWriter(
  { format, isForExcel, table }: ExportPlan,
  names: readonly string[],
  columnNames: readonly string[],
): Promise<RowWriter & Partial<ExportFlags>> {
  if (format === "sql") {
    const { createSqlWriter } = await import("../transfer/sql.js");
    return createSqlWriter(names, columnNames, table);
  }
  if (isForExcel) {
    const { createSpreadsheetWriter } = await import("../transfer/spreadsheet.js");
    return createSpreadsheetWriter(names, format === "csv" ? "," : "\t");
  }
  const { createRowWriter } = await import("./render/formats.js");
  return createRowWriter(format, names);
}
