import { RecordScanner } from "../../src/csv/scan.js";
import { SessionReader } from "../../src/session/codec.js";
import { COLUMN_NAMES, isHeaderFault, readColumns, type ColumnName } from "../../src/session/columns.js";
import { compileSelection, type Condition } from "../../src/session/query.js";
import type { Retention } from "../../src/session/retention.js";
import type { Session } from "../../src/session/session.js";
import type { NaiveOffset } from "../../src/session/timestamp.js";
import { reading } from "../csv/scanning.js";

export const HEADER = COLUMN_NAMES.join(",");

/** 2025-09-30T12:00:00Z, with a timeout of one hour. */
export const RETENTION: Retention = { now: Date.UTC(2025, 8, 30, 12) * 1000, timeoutSeconds: 3600 };

export type SessionTexts = Readonly<Partial<Record<ColumnName, string>>>;

const ORDINARY: Readonly<Record<ColumnName, string>> = {
  session_id: "s1",
  user_id: "telegram_12345",
  platform: "telegram",
  thread_id: "t1",
  created_at: "2025-09-30T10:00:00",
  last_activity: "2025-09-30T11:30:00.123456",
  pending_approval: "",
  metadata: "{}",
};

/** A value as Python's csv.writer writes it. */
export function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** One record in the order of a new file's columns, without its line break. */
export function line(texts: SessionTexts = {}): string {
  const values = { ...ORDINARY, ...texts };
  return COLUMN_NAMES.map((name) => quoted(values[name])).join(",");
}

export interface Opened {
  readonly scanner: RecordScanner;
  readonly reader: SessionReader;
}

/** Stands on the first batch of a text, which is short and ends with a line break; record 0 is the header. */
export function open(text: string | Uint8Array, naiveOffset?: NaiveOffset): Opened {
  const scanner = new RecordScanner(reading(Buffer.from(text)));
  scanner.nextBatch();
  const columns = readColumns(scanner.recordTexts(0, scanner.fieldCount(0)));
  if (isHeaderFault(columns)) throw new Error("the header is none of ours");
  return { scanner, reader: new SessionReader(scanner, columns, naiveOffset) };
}

/** Stands on records that are given by their texts; the first of them is record 1. */
export function openRecords(records: readonly SessionTexts[], naiveOffset?: NaiveOffset): Opened {
  return open([HEADER, ...records.map(line), ""].join("\n"), naiveOffset);
}

export function sessionOf(texts: SessionTexts = {}): Session {
  return openRecords([texts]).reader.session(1);
}

/** The numbers, from 0, of the records for which every condition holds. */
export function selectedOf(selection: readonly Condition[], records: readonly SessionTexts[]): number[] {
  const { reader } = openRecords(records);
  const matches = compileSelection(selection, reader, RETENTION);
  return records.flatMap((_, index) => (matches(index + 1) ? [index] : []));
}

/** Whether one record with these texts is selected. */
export function isSelected(condition: Condition, texts: SessionTexts): boolean {
  return selectedOf([condition], [texts]).length === 1;
}
