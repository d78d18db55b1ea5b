// Records as the slow reading gives them, and a ledger that can be looked at.
import type { RecordPart } from "../../src/check/parts.js";
import type { Diagnostic } from "../../src/check/diagnostic.js";
import type { Dialect } from "../../src/check/dialect.js";
import { Ledger } from "../../src/check/ledger.js";
import { readRecord, type RecordLayout } from "../../src/check/record-reading.js";
import type { DroppedSegment, QuarantinedSegment } from "../../src/check/segment.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { memorySource } from "../../src/store/csv-source.js";

export const USUAL: RecordLayout = { names: COLUMN_NAMES, delimiter: "," };

/** One record's line: its values, by name, in the place of the usual ones. */
export function lineOf(values: Partial<Record<(typeof COLUMN_NAMES)[number], string>> = {}): string {
  const usual = {
    session_id: "11111111-1111-4111-8111-111111111111",
    user_id: "web_1",
    platform: "web",
    thread_id: "22222222-2222-4222-8222-222222222222",
    created_at: "2024-05-01T10:00:00.000001",
    last_activity: "2024-05-01T11:00:00.000001",
    pending_approval: "",
    metadata: "{}",
  };
  return Object.values({ ...usual, ...values }).join(",");
}

/** The record that starts at an offset of a text, its line break included; fails where none does. */
export function recordAt(text: string, start: number, layout: RecordLayout = USUAL): RecordPart {
  const reading = readRecord(text, start, layout, { lossy: false, dateOrder: () => undefined });
  if (reading === undefined) throw new Error(`There is no record at ${start}`);
  const end = Math.min(reading.end + 1, text.length);
  return { kind: "record", start, end, reading, layout, notes: [], isAsItShouldBe: true };
}

/** A ledger of a text of so many records, and what is told to it. */
export function ledgerOf(text: string, records: number) {
  const reported: Diagnostic[] = [];
  const superseded: (DroppedSegment | QuarantinedSegment)[] = [];
  const ledger = new Ledger(memorySource(Buffer.from(text, "latin1")), {
    diagnostic: (diagnostic) => reported.push(diagnostic),
    segment: () => undefined,
    supersede: (segment) => superseded.push(segment),
  });
  ledger.records = records;
  return { ledger, reported, superseded };
}

/** Of a file with commas whose ids are UUIDs and whose users name their platform. */
export const DIALECT: Dialect = {
  delimiter: ",",
  prefix: undefined,
  suffix: undefined,
  isDiff: false,
  lineBreak: "\n",
  hasOnlyCarriageReturns: false,
  hasOddBreaks: false,
  header: undefined,
  idsAreUuids: true,
  mixedUpTo: undefined,
  lastMayBeEmpty: false,
  allUsersNamePlatform: true,
  hasRoundedTimes: false,
  usersNamePlatform: true,
};
