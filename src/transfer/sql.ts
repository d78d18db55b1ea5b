import { JSON_COLUMNS } from "../session/fields.js";
import type { FieldValue } from "../session/field-value.js";
import type { RowWriter } from "./row-writer.js";
import { SeenIds } from "./seen-ids.js";
import { requireJsonb, sqlName, sqlString } from "./sql-text.js";
import { timeText, valueText } from "./value-text.js";

type SqlType = "text" | "timestamptz" | "jsonb" | "double precision" | "boolean";

/** Rows of one INSERT; with more the server gains nothing and needs more memory. */
const ROWS_PER_INSERT = 500;
/** A statement that is longer than this is not made longer. */
const STATEMENT_LENGTH = 1024 * 1024;

export interface SqlWriter extends RowWriter {
  /** Rows so far with an id that stood before; the last one stays, as for the backend. */
  readonly repeatedIds: number;
  /** Times so far that are no timestamps and became NULL. */
  readonly lostTimes: number;
}

/**
 * A script for PostgreSQL, one transaction: CREATE TABLE with session_id as primary key, and INSERTs of many rows. Of an
 * id that occurs again the last row stays. JSON that is not valid becomes a JSON string.
 *
 * @param fieldNames each once
 * @param columnNames of the file: a column may have the name of a computed field
 * @throws SessionsError VALUE_REFUSED, also from `row`: a name or value that PostgreSQL cannot hold. What was made by then
 * has no COMMIT.
 */
export function createSqlWriter(
  fieldNames: readonly string[],
  columnNames: readonly string[],
  table: string,
): SqlWriter {
  const types = fieldNames.map((name) => typeOf(name, columnNames));
  const names = fieldNames.map(sqlName);
  const idPlace = fieldNames.indexOf("session_id");
  const insert = `INSERT INTO ${sqlName(table)} (${names.join(", ")}) VALUES\n`;
  const takePlace = conflictClause(names.filter((_name, index) => index !== idPlace));
  const seen = new SeenIds();
  let statementRows = 0;
  let statementLength = 0;
  let repeatedIds = 0;
  let lostTimes = 0;

  const literal = (value: FieldValue | undefined, place: number, where: string): string => {
    if (value === undefined || value.type === "none") return "NULL";
    if (value.type === "duration" || value.type === "boolean") return valueText(value);
    if (types[place] === "timestamptz") {
      const time = value.type === "time" && value.instant !== undefined ? timeText(value) : undefined;
      if (time === undefined && valueText(value) !== "") lostTimes += 1;
      return time === undefined ? "NULL" : sqlString(time, where);
    }
    if (types[place] !== "jsonb") return sqlString(valueText(value), where);
    const json = value.type === "json" ? value.text : JSON.stringify(valueText(value));
    requireJsonb(json, where);
    return sqlString(json, where);
  };
  const endStatement = (): string => {
    if (statementRows === 0) return "";
    statementRows = 0;
    return ";\n";
  };

  return {
    get repeatedIds() {
      return repeatedIds;
    },
    get lostTimes() {
      return lostTimes;
    },
    begin: () => `${PREAMBLE}CREATE TABLE ${sqlName(table)} (\n${columnLines(names, types, idPlace)}\n);\n`,
    row: (values) => {
      const id = idPlace === -1 ? undefined : valueText(values[idPlace]);
      const whereOf = (place: number): string =>
        `${fieldNames[place] ?? ""}${id === undefined ? "" : ` of session ${JSON.stringify(id)}`}`;
      const tuple = `  (${names.map((_name, place) => literal(values[place], place, whereOf(place))).join(", ")})`;
      if (id !== undefined && seen.add(id)) {
        repeatedIds += 1;
        return `${endStatement()}${insert}${tuple}\n${takePlace};\n`;
      }
      const isFull = statementRows === ROWS_PER_INSERT || statementLength > STATEMENT_LENGTH;
      const before = isFull ? endStatement() : "";
      if (statementRows === 0) statementLength = 0;
      const opening = statementRows === 0 ? insert : ",\n";
      statementRows += 1;
      statementLength += tuple.length;
      return before + opening + tuple;
    },
    end: () => `${endStatement()}COMMIT;\n`,
  };
}

/** Backslashes are themselves, the text is UTF-8, and times without an offset are UTC, whatever the server's settings. */
const PREAMBLE = `BEGIN;
SET LOCAL client_encoding = 'UTF8';
SET LOCAL standard_conforming_strings = on;
SET LOCAL TimeZone = 'UTC';
`;

function typeOf(name: string, columnNames: readonly string[]): SqlType {
  if (name === "created_at" || name === "last_activity") return "timestamptz";
  if ((JSON_COLUMNS as readonly string[]).includes(name)) return "jsonb";
  if (columnNames.includes(name)) return "text";
  if (name === "idle") return "double precision";
  return name === "pending" ? "boolean" : "text";
}

function columnLines(names: readonly string[], types: readonly SqlType[], idPlace: number): string {
  return names
    .map((name, place) => `  ${name} ${types[place] ?? "text"}${place === idPlace ? " PRIMARY KEY" : ""}`)
    .join(",\n");
}

function conflictClause(others: readonly string[]): string {
  if (others.length === 0) return "ON CONFLICT DO NOTHING";
  return `ON CONFLICT ("session_id") DO UPDATE SET ${others.map((name) => `${name} = EXCLUDED.${name}`).join(", ")}`;
}
