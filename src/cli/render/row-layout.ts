import { fieldReader } from "../../session/fields.js";
import type { FieldValue } from "../../session/field-value.js";
import type { Retention } from "../../session/retention.js";
import type { Session } from "../../session/session.js";
import type { RowLayout, RowPart } from "../../store/store.js";
import { createJsonLinesWriter } from "./json.js";
import { createIdsWriter, createTsvWriter } from "./tsv.js";
import { escapeJsonControls } from "./visible.js";

/** The formats whose plain rows a store can make by itself. */
export type LayoutFormat = "tsv" | "json" | "jsonl" | "ids";

/** What stands around the rows. */
export interface LaidOutRows {
  readonly layout: RowLayout;
  readonly begin: string;
  readonly end: string;
  /** The whole, when there is no row. */
  readonly empty: string;
}

/**
 * The rows of a format as a layout, or undefined where a field is more than a column or the state.
 * @param names the fields, all of them fields of a file with these columns
 */
export function rowLayout(
  format: LayoutFormat,
  names: readonly string[],
  columnNames: readonly string[],
  retention: Retention,
): LaidOutRows | undefined {
  if (!canBeLaidOut(names)) return undefined;
  const isTsv = format === "tsv" || format === "ids";
  const parts: RowPart[] = [];
  // Ids are the first field and nothing else.
  for (const [index, name] of (format === "ids" ? names.slice(0, 1) : names).entries()) {
    const before = isTsv
      ? index === 0
        ? ""
        : "\t"
      : `${index === 0 ? "{" : ","}${escapeJsonControls(JSON.stringify(name))}:`;
    const value = valueParts(name, columnNames, isTsv);
    if (value === undefined) return undefined;
    parts.push({ type: "literal", text: before }, ...value);
  }
  parts.push({ type: "literal", text: isTsv ? "\n" : format === "json" ? "}" : "}\n" });

  const createWriter = {
    tsv: createTsvWriter,
    ids: createIdsWriter,
    json: createJsonLinesWriter,
    jsonl: createJsonLinesWriter,
  };
  const writer = createWriter[format](names);
  const readers = names.map((name) => fieldReader(name, columnNames));
  const valuesOf = (session: Session): FieldValue[] =>
    readers.map((read) => read?.(session, retention) ?? { type: "none" });
  const line = (session: Session): string => writer.row(valuesOf(session));
  if (format !== "json") {
    const begin = writer.begin();
    return { layout: { parts, separator: "", renderRow: line }, begin, end: "", empty: begin };
  }
  const layout: RowLayout = { parts, separator: ",\n  ", renderRow: (session) => line(session).trimEnd() };
  return { layout, begin: "[\n  ", end: "\n]\n", empty: "[]\n" };
}

/** Whether a store can be expected to have room for so many fields; with more, sessions are decoded. */
export function canBeLaidOut(names: readonly string[]): boolean {
  return names.length <= MOST_FIELDS && names.join("").length <= LONGEST_NAMES;
}

const MOST_FIELDS = 50;
const LONGEST_NAMES = 2000;

function valueParts(name: string, columnNames: readonly string[], isTsv: boolean): RowPart[] | undefined {
  const quoted = (part: RowPart): RowPart[] =>
    isTsv ? [part] : [{ type: "literal", text: '"' }, part, { type: "literal", text: '"' }];
  switch (name) {
    case "created_at":
    case "last_activity":
      return quoted({ type: "time", column: name });
    case "pending_approval":
      return [{ type: "json", column: name, empty: isTsv ? "" : "null" }];
    case "metadata":
      return [{ type: "json", column: name, empty: "{}" }];
  }
  if (columnNames.includes(name)) return quoted({ type: "text", column: name, isInJsonString: !isTsv });
  return name === "state" ? quoted({ type: "state" }) : undefined;
}
