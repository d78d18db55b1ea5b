// What a check and a repair make of a text.
import { planRepair, type RepairPlan } from "../../src/check/repair.js";
import type { CheckOptions } from "../../src/check/run.js";
import { memorySource } from "../../src/store/csv-source.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";

export const HEADER = COLUMN_NAMES.join(",");

export function planOf(text: string | Buffer, options: CheckOptions = {}): RepairPlan {
  return planRepair(memorySource(Buffer.from(text)), options);
}

export function outputOf(plan: RepairPlan): string {
  return Buffer.concat(Array.from(plan.output(), (piece) => Buffer.from(piece))).toString();
}
