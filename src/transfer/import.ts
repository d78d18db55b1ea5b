import { findDateOrder, type DateOrder } from "../check/times.js";
import { COLUMN_NAMES, isHeaderFault, NEW_FILE_HEADER, readColumns } from "../session/columns.js";
import type { IncomingSession } from "../store/store.js";
import { encodeField } from "../check/encode.js";
import { ColumnMapping, type MapEntry } from "./column-mapping.js";
import { ForeignCsv } from "./foreign-csv.js";
import type { ImportInput } from "./import-input.js";
import { JsonRows } from "./json-rows.js";
import { OwnCsv } from "./own-csv.js";
import type { Refuse } from "./refusal.js";
import { RowReader } from "./row-reading.js";
import { sniff, type InputFormat } from "./sniff.js";

export interface ImportOptions {
  /** The columns of the store; undefined where it is to be made. */
  readonly columns: readonly string[] | undefined;
  /** Where the store is to be made: it gets the input's other columns too. */
  readonly addsColumns: boolean;
  readonly map: readonly MapEntry[];
  readonly format?: InputFormat | undefined;
  /** Times in the store that name no offset are UTC. */
  readonly isUtc: boolean;
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** An input that was understood, and whose sessions can be read. */
export interface PreparedImport {
  /** How it is written, for people: "csv", "csv with ;", "jsonl". */
  readonly form: string;
  /** Its columns are those of a new file, in their order, because it does not name them. */
  readonly isHeaderless: boolean;
  /** The header line of a store that is made for it; undefined where there is one. */
  readonly createWith: string | undefined;
  /** Values that had to be rewritten, in the last reading. */
  readonly convertedCount: number;
  /** Each call reads it anew. What is refused is told in the input's order. */
  sessions(refuse: Refuse): Iterable<IncomingSession> | AsyncIterable<IncomingSession>;
}

/** @throws SessionsError INPUT_REFUSED, USAGE */
export async function prepareImport(input: ImportInput, options: ImportOptions): Promise<PreparedImport> {
  const { map, format, addsColumns } = options;
  const likely = [...(options.columns ?? COLUMN_NAMES), ...map.map(({ from }) => from)];
  const form = sniff(input, likely, format);
  const isOwn = "delimiter" in form && form.delimiter === "," && form.quote === '"' && !form.hasOnlyCarriageReturns;
  const rows = isOwn
    ? new OwnCsv(input, form.hasHeader)
    : "delimiter" in form
      ? await ForeignCsv.open(input, form)
      : new JsonRows(input, form.format);
  const mappingOptions = { map, addsColumns: addsColumns && options.columns === undefined };
  const first = new ColumnMapping(options.columns ?? COLUMN_NAMES, mappingOptions).targets(rows.names);
  const added = first.filter(
    (name) => name !== undefined && name !== "" && !(COLUMN_NAMES as readonly string[]).includes(name),
  );
  const isHeaderless = "delimiter" in form && !form.hasHeader;
  const isSameHeader =
    !isHeaderless && rows instanceof OwnCsv && options.columns === undefined && isOurHeader(rows.names, first);
  const made = isSameHeader ? rows.names : [...COLUMN_NAMES, ...(added as string[])];
  const columns = options.columns ?? made;
  let reader: RowReader | undefined;
  let order: { readonly found: DateOrder } | undefined;
  const dateOrder = (): DateOrder => (order ??= { found: findDateOrder(input) }).found;
  return {
    form:
      "delimiter" in form && form.delimiter !== "," && form.delimiter !== "\t"
        ? `csv with ${form.delimiter}`
        : form.format,
    isHeaderless,
    createWith: options.columns === undefined ? (isSameHeader ? headerLine(rows) : newHeader(columns)) : undefined,
    get convertedCount() {
      return reader?.convertedCount ?? 0;
    },
    sessions(refuse) {
      const mapping = new ColumnMapping(columns, { map, addsColumns: false });
      const values = (reader = new RowReader({ isUtc: options.isUtc, dateOrder }));
      const { onRead } = options;
      if (rows instanceof JsonRows) return withAllUsed(mapping, rows.sessions(mapping, values, refuse, onRead));
      const targets = mapping.targets(rows.names);
      mapping.requireAllUsed();
      if (rows instanceof ForeignCsv) return rows.sessions(targets, values, refuse);
      return rows.sessions(targets, columns, values, refuse, onRead);
    },
  };
}

function* withAllUsed(mapping: ColumnMapping, sessions: Iterable<IncomingSession>): Generator<IncomingSession> {
  yield* sessions;
  mapping.requireAllUsed();
}

/** The header may stand in the store as it is. */
function isOurHeader(names: readonly string[], targets: readonly (string | undefined)[]): boolean {
  return !isHeaderFault(readColumns(names)) && names.every((name, place) => name === (targets[place] ?? ""));
}

function headerLine({ header }: OwnCsv): string {
  return header.endsWith("\n") ? header : `${header}\r\n`;
}

function newHeader(columns: readonly string[]): string {
  return columns.length === COLUMN_NAMES.length ? NEW_FILE_HEADER : `${columns.map(encodeField).join(",")}\r\n`;
}
