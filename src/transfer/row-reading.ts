import { isUtf8 } from "node:buffer";
import type { DateOrder } from "../check/times.js";
import { kindOf, readValue } from "../check/values.js";
import { textOfBytes } from "../csv/latin1.js";
import { formatTimestamp, parseTimestamp } from "../session/timestamp.js";
import type { IncomingSession } from "../store/store.js";
import type { Targets } from "./column-mapping.js";

/** A row as a session, or why it is none. */
export type RowReading = IncomingSession | { readonly reason: string };

export interface RowRules {
  /** Times without an offset are UTC, so that those with one can be written without. */
  readonly isUtc: boolean;
  /** Which number of 03/04/2025 is the day; asked only when it matters. */
  readonly dateOrder: () => DateOrder;
}

const NEEDED = ["session_id", "user_id", "created_at", "last_activity"] as const;
const MAY_BE_EMPTY: ReadonlySet<string> = new Set(["platform", "thread_id"]);
const HIGH = /[\u0080-\u00ff]/;
/** A time with an offset and no more digits than the file's own form has. */
const WITH_OFFSET = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/** A count since 1970, or a time with a zone, in forms that the file may not hold. */
const NAMES_INSTANT =
  /^'?(?:\/Date\()?(?:\d{10}|\d{13}|\d{16}|\d{19})(?:\.\d+)?(?:\)\/)?$|UTC|GMT|Universal Time|Z$|[+-]\d\d(?::?\d\d)?$/i;

/**
 * Makes sessions of rows. A value that the file may hold keeps its text, but for times, which get the file's own form, and
 * ids, which lose the spaces around them.
 */
export class RowReader {
  readonly #rules: RowRules;
  /** Values that were not in a form that the file may hold, and could be set right without a loss. */
  convertedCount = 0;

  constructor(rules: RowRules) {
    this.#rules = rules;
  }

  /**
   * @param targets the column of each text, undefined where it is left out, "" where it has no name
   * @param texts the bytes of UTF-8 as Latin-1, in the same order
   */
  read(targets: Targets, texts: readonly string[], origin: string): RowReading {
    const values = new Map<string, string>();
    for (const [place, column] of targets.entries()) {
      if (column === undefined) continue;
      if (column === "") {
        if ((texts[place] ?? "") !== "") return { reason: withoutName(place + 1) };
        continue;
      }
      const value = this.#value(column, texts[place] ?? "");
      if (typeof value !== "string") return value;
      values.set(column, textOfBytes(value));
    }
    for (const column of NEEDED) {
      const value = values.get(column);
      if (value === undefined) return { reason: `${column} is missing` };
      if (value.trim() === "") return { reason: `${column} is empty` };
    }
    return { sessionId: values.get("session_id") ?? "", values, origin };
  }

  #value(column: string, text: string): string | { readonly reason: string } {
    const isText = !text.includes("\0") && (!HIGH.test(text) || isUtf8(Buffer.from(text, "latin1")));
    const kind = kindOf(column);
    if (kind === "other") return isText ? text : { reason: `${column} holds bytes that are no text` };
    if (kind === "id" && isText) return this.#id(column, text);
    if (isText && kind === "json" && isObjectOrEmpty(text)) return text;
    if (isText && kind === "time" && !Number.isNaN(parseTimestamp(text))) return this.#ownForm(text);
    const reading = readValue(column, text, { lossy: false, dateOrder: this.#rules.dateOrder });
    if ("fault" in reading)
      return { reason: (kind === "time" ? timeFault(column, text) : undefined) ?? reading.reason };
    if (reading.value === text) return text;
    this.convertedCount += 1;
    // Read as UTC, which the file's times without an offset may not be.
    return kind === "time" && !this.#rules.isUtc && NAMES_INSTANT.test(text.trim())
      ? `${reading.value}Z`
      : reading.value;
  }

  #id(column: string, text: string): string | { readonly reason: string } {
    const id = readId(column, text);
    if (id !== text && typeof id === "string") this.convertedCount += 1;
    return id;
  }

  #ownForm(text: string): string {
    if (!this.#rules.isUtc || !WITH_OFFSET.test(text)) return text;
    const instant = parseTimestamp(text);
    return Number.isSafeInteger(instant) ? formatTimestamp(instant) : text;
  }
}

/** What a spreadsheet shows where a value is lost. */
const SPREADSHEET_ERROR = /^#(?:REF!|NAME\?|VALUE!|DIV\/0!|NUM!|NULL!|N\/A)$/;

/**
 * An id as the file may hold it, without spaces around it, or why it is none.
 * @param column `session_id`, `user_id`, `platform` or `thread_id`
 * @param text UTF-8 bytes as Latin-1
 */
export function readId(column: string, text: string): string | { readonly reason: string } {
  if (SPREADSHEET_ERROR.test(text))
    return { reason: `${column} is ${text}, which a spreadsheet shows for a lost value` };
  const reading = readValue(column, text, { lossy: false, dateOrder: () => undefined });
  if (!("fault" in reading)) return reading.value;
  return reading.fault === "missing-value" && MAY_BE_EMPTY.has(column) ? "" : { reason: reading.reason };
}

const DATE = String.raw`(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4})`;
const DATE_ALONE = new RegExp(`^${DATE}$`);
const WITHOUT_SECONDS = new RegExp(String.raw`^${DATE}[T ]\d{1,2}:\d{2}$`);

/** What a time lacks, where that can be named. */
function timeFault(column: string, text: string): string | undefined {
  const lacking = DATE_ALONE.test(text) ? "time of day" : WITHOUT_SECONDS.test(text) ? "seconds" : undefined;
  if (lacking === undefined) return undefined;
  return `${column} has no ${lacking}: ${text}; write it as 2025-09-30T10:00:00`;
}

function withoutName(number: number): string {
  return `column ${number} has a value but no name; name it with --map ${number}=<column>, or leave it out with --map ${number}=`;
}

function isObjectOrEmpty(text: string): boolean {
  if (text === "" || text === "{}") return true;
  if (!text.trimStart().startsWith("{")) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
