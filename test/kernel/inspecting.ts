import type { RecordScanner } from "../../src/csv/scan.js";
import {
  SUSPECT_CONTROL,
  SUSPECT_EMPTY,
  SUSPECT_FOREIGN_QUOTE,
  SUSPECT_LINE_BREAK,
  SUSPECT_ORDER,
  SUSPECT_PADDING,
  SUSPECT_SWAPPED,
  SUSPECT_UUID,
} from "../../src/kernel/kernel.js";
import { scannerOf } from "../csv/scanning.js";

const NAMES: readonly (readonly [number, string])[] = [
  [SUSPECT_PADDING, "padding"],
  [SUSPECT_EMPTY, "empty"],
  [SUSPECT_SWAPPED, "swapped"],
  [SUSPECT_UUID, "uuid"],
  [SUSPECT_CONTROL, "control"],
  [SUSPECT_LINE_BREAK, "line break"],
  [SUSPECT_ORDER, "order"],
  [SUSPECT_FOREIGN_QUOTE, "foreign quote"],
];
export const PLACES = { sessionId: 0, userId: 1, platform: 2, threadId: 3 };

interface Inspected {
  readonly suspicions: readonly (readonly string[])[];
  readonly uuidCount: number;
}

function namesOf(bits: number): string[] {
  return NAMES.filter(([bit]) => (bits & bit) !== 0).map(([, name]) => name);
}

/** What is suspicious about the records of the current batch. */
export function inspectBatch(scanner: RecordScanner, places = PLACES): Inspected {
  scanner.timestamps(5, 0);
  scanner.timestamps(4, 1);
  const { suspicions, uuidCount } = scanner.inspections(places);
  return { suspicions: Array.from(suspicions, namesOf), uuidCount };
}

export function inspect(text: string | Uint8Array, places = PLACES): Inspected {
  const scanner = scannerOf(Buffer.from(text));
  scanner.nextBatch();
  return inspectBatch(scanner, places);
}

export const UUID = "a3eb1a23-02e7-4D48-B421-9eb9fca9c9c5";
/** A record in order. */
export const RECORD = [UUID, "telegram_1", "telegram", UUID, "2025-04-02T08:00:00", "2025-04-02T09:00:00", "", "{}"];
