import type { RepairPlan } from "../check/repair.js";
import { COLUMN_NAMES, NEW_FILE_HEADER } from "../session/columns.js";

/**
 * What is certain of the quarantined pieces, as a CSV file of the eight columns: a record for each piece with at least
 * one such value, missing ones empty, CR LF, quotes where they are needed.
 */
export function* salvagedCsv(plan: RepairPlan): Generator<Uint8Array> {
  yield Buffer.from(NEW_FILE_HEADER);
  for (const { fields } of plan.quarantine()) {
    if (!isSalvageable(fields)) continue;
    yield Buffer.from(`${COLUMN_NAMES.map((name) => quotedWhereNeeded(fields[name] ?? "")).join(",")}\r\n`);
  }
}

/** Whether any of our columns is certain. */
export function isSalvageable(fields: Readonly<Record<string, string>>): boolean {
  return COLUMN_NAMES.some((name) => fields[name] !== undefined);
}

function quotedWhereNeeded(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
