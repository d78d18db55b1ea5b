/** The columns of the file, in the order in which a new file has them. */
export const COLUMN_NAMES = [
  "session_id",
  "user_id",
  "platform",
  "thread_id",
  "created_at",
  "last_activity",
  "pending_approval",
  "metadata",
] as const;

/** The header line of a new file, ended as Python's csv.writer ends it. */
export const NEW_FILE_HEADER = `${COLUMN_NAMES.join(",")}\r\n`;

export type ColumnName = (typeof COLUMN_NAMES)[number];

/** Where the columns stand in one file's records, by the names of its header. */
export interface Columns {
  /** Every name of the header in its order, ours and others. */
  readonly names: readonly string[];
  /** Place of any column that the header names, ours and others. */
  readonly places: ReadonlyMap<string, number>;
  /** Place of each of our columns in a record, from 0. */
  readonly at: Readonly<Record<ColumnName, number>>;
  /** Names in the header that are not ours, in its order; an unnamed column is left out. */
  readonly extraNames: readonly string[];
}

/** What is wrong with a header. */
export interface HeaderFault {
  readonly missing: readonly ColumnName[];
  readonly repeated: readonly string[];
}

/** Finds our columns by name, in any order and among any others, or says why the names are no header of ours. */
export function readColumns(names: readonly string[]): Columns | HeaderFault {
  const seen = new Set<string>();
  const repeated = names.filter((name) => name !== "" && seen.size === seen.add(name).size);
  const missing = COLUMN_NAMES.filter((name) => !seen.has(name));
  if (missing.length > 0 || repeated.length > 0) return { missing, repeated };
  const at = Object.fromEntries(COLUMN_NAMES.map((name) => [name, names.indexOf(name)])) as Record<ColumnName, number>;
  const ours: readonly string[] = COLUMN_NAMES;
  const places = new Map(names.map((name, place) => [name, place]));
  return { names, places, at, extraNames: names.filter((name) => name !== "" && !ours.includes(name)) };
}

export function isHeaderFault(columns: Columns | HeaderFault): columns is HeaderFault {
  return "missing" in columns;
}
