import type { Dialect } from "./dialect.js";
import { valuesOf } from "./duplicates.js";
import type { Ledger } from "./ledger.js";
import type { RecordPart } from "./recovery.js";
import type { ByteSource } from "./run.js";
import { isUuid } from "./uuid.js";

/** Writers hand text to the system in blocks of this size, or of a multiple of it. */
export const PAGE_BYTES = 4096;
const MOST_PIECES = 10_000;
/** A line is looked for so far before a border. */
const LOOK_BACK_BYTES = 1024 * 1024;

/**
 * Finds records that two writers made together, each one half: in a file that shows signs of two writers (copies of
 * records, fragments), those that stand across the border of two blocks and are not consistent in themselves.
 */
export class Overlap {
  /** The file holds a copy of a record, or a fragment. */
  hasSigns = false;
  /** Where records start whose id may be what is left of a UUID. */
  readonly #pieces: number[] = [];

  /** Among UUIDs, this record has another id. */
  noteOtherId(start: number, id: string): void {
    if (/^[0-9a-fA-F-]{1,35}$/.test(id) && this.#pieces.length < MOST_PIECES) this.#pieces.push(start);
  }

  /** @param recordAt reads the record that starts at an offset */
  findAll(
    ledger: Ledger,
    source: ByteSource,
    dialect: Dialect,
    recordAt: (start: number) => RecordPart | undefined,
  ): void {
    if (!this.hasSigns) return;
    for (const start of this.#pieces) {
      const record = ledger.isLeftOut(start) ? undefined : recordAt(start);
      if (record !== undefined) this.setAside(ledger, record);
    }
    let end = 0;
    for (let border = PAGE_BYTES; border < source.byteLength; border += PAGE_BYTES) {
      const start = lineStart(source, border);
      if (start === undefined || start < end) continue;
      const record = recordAt(start);
      if (record === undefined || record.start >= border || record.end <= border) continue;
      end = record.end;
      if (!ledger.isLeftOut(start) && !isConsistent(record, dialect)) this.setAside(ledger, record);
    }
  }

  /** Takes a record out again that was said to stay. */
  setAside(ledger: Ledger, { start, end }: RecordPart): void {
    const [code, reason] = ["writer-overlap", OVERLAP_REASON] as const;
    this.hasSigns = true;
    ledger.report.add({ code, byteOffset: start, byteLength: end - start, message: reason, outcome: "quarantined" });
    ledger.setAsideLater(start, end, { code, reason, fields: {} });
  }
}

/** A record stands across the border of two blocks. */
export function spansBorder({ start, end }: { readonly start: number; readonly end: number }): boolean {
  return Math.floor((start - 1) / PAGE_BYTES) !== Math.floor((end - 1) / PAGE_BYTES);
}

export const OVERLAP_REASON = "its halves may be of two writers: a block of the file ends in it";

/** The ids have the form that the file's ids have, and the user is one of the platform. */
function isConsistent(record: RecordPart, { idsAreUuids, usersNamePlatform }: Dialect): boolean {
  const values = valuesOf(record);
  const value = (name: string): string => values.get(name) ?? "";
  if (idsAreUuids && !(isUuid(value("session_id")) && isUuid(value("thread_id")))) return false;
  return !usersNamePlatform || value("user_id").startsWith(`${value("platform")}_`);
}

function lineStart(source: ByteSource, before: number): number | undefined {
  for (let length = 512; length <= LOOK_BACK_BYTES; length *= 4) {
    const from = Math.max(0, before - length);
    const window = Buffer.alloc(before - from);
    source.readAt(window, from);
    const feed = window.lastIndexOf(0x0a);
    if (feed !== -1) return from + feed + 1;
    if (from === 0) return undefined;
  }
  return undefined;
}
