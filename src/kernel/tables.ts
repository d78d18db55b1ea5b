/** What the kernel's tables hold, by number, and the columns that its questions are about. */
import { SLACK_BYTES } from "./memory-layout.js";

/** Bits of an offset entry in the tables that hold the offset; the bits above are flags. */
export const OFFSET_MASK = (1 << 28) - 1;

/** The field is quoted: it starts, and unless it is broken ends, with a quote. */
export const FIELD_QUOTED = 1 << 28;
/** The field is quoted and holds doubled quotes. */
export const FIELD_ESCAPED = 1 << 29;

/** A quote stands inside an unquoted field, or after a closing quote: not RFC 4180, read as text. */
export const RECORD_STRAY_QUOTE = 1 << 28;
/** Something other than a comma or a line break follows a closing quote. */
export const RECORD_BROKEN_QUOTE = 1 << 29;
/** A carriage return without a line feed stands outside quotes. */
export const RECORD_BARE_CR = 1 << 30;
/** The file ends inside a quoted field. */
export const RECORD_UNCLOSED = 1 << 31;

/** Bits of `classes`: the record has the header's fields and no broken quoting; its asked column has a value. */
export const CLASS_WHOLE = 1;
export const CLASS_FILLED = 2;

/** What `answers` hold after `matchColumn`; AS_TEXT: the value holds doubled quotes and must be compared as text. */
export const ANSWER_YES = 1;
export const ANSWER_AS_TEXT = 2;

/** What `answers` hold after `internColumn` where the value is not in the dictionary. */
export const NOT_INTERNED = 255;

/** The longest text, and so the longest record, that can be scanned: offsets have 28 bits. */
export const TEXT_CAPACITY_LIMIT = OFFSET_MASK + 1 - SLACK_BYTES;

/** How a JSON text was judged. A Python object holds NaN or Infinity, which Python writes and RFC 8259 forbids. */
export type JsonVerdict = "invalid" | "object" | "other" | "python-object";
export const JSON_VERDICTS: readonly JsonVerdict[] = ["invalid", "object", "other", "python-object"];

export type MatchMode = "equals" | "starts" | "ends";
export const MATCH_MODES: Readonly<Record<MatchMode, number>> = { equals: 0, starts: 1, ends: 2 };

/** What `answers` hold after `findFaults`, by number. */
export const RECORD_FAULTS = [
  undefined,
  "blank",
  "quoting",
  "too-few-fields",
  "too-many-fields",
  "last-activity",
  "created-at",
  "metadata",
  "no-session-id",
  "no-user-id",
  "pending-approval",
] as const;

/** Places of the columns that `findFaults` looks at, besides the timestamps. */
export interface CheckedColumns {
  readonly sessionId: number;
  readonly userId: number;
  readonly pendingApproval: number;
  readonly metadata: number;
}

/** Places of the columns that `inspect` looks at. */
export interface IdColumns {
  readonly sessionId: number;
  readonly userId: number;
  readonly platform: number;
  readonly threadId: number;
}

/** A value begins or ends with a space or a tab, or with a byte that is not ASCII, which may be of another space. */
export const SUSPECT_PADDING = 1;
/** The platform or the thread id is empty. */
export const SUSPECT_EMPTY = 2;
/** The platform begins with the user id, which is not empty, and an underscore. */
export const SUSPECT_SWAPPED = 4;
/** An id has the form of a UUID and is none, or is a number in scientific notation. */
export const SUSPECT_UUID = 8;
/** The record holds a byte below 0x20 other than tab, LF and CR, or 0x7f. */
export const SUSPECT_CONTROL = 16;
/** The session, user or thread id or the platform holds LF or CR. */
export const SUSPECT_LINE_BREAK = 32;
/** The instant of slot 1 is later than that of slot 0. */
export const SUSPECT_ORDER = 64;
/** RECORD_STRAY_QUOTE or RECORD_BARE_CR is set. */
export const SUSPECT_FOREIGN_QUOTE = 128;
