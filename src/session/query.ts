import type { RecordMatcher, SessionReader } from "./codec.js";
import { fieldReader, plainText } from "./fields.js";
import type { FieldValue } from "./field-value.js";
import type { Retention } from "./retention.js";
import type { Session } from "./session.js";
import type { Instant } from "./timestamp.js";

export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "~" | "!~";

/** One thing that must hold for a session to be selected. */
export type Condition =
  /** The session id is one of these. */
  | { readonly type: "id"; readonly ids: ReadonlySet<string> }
  /** `user_id` is this text, or this text after `<platform>_`. */
  | { readonly type: "user"; readonly user: string }
  | { readonly type: "platform"; readonly platforms: readonly string[] }
  | { readonly type: "pending"; readonly pending: boolean }
  /** The time is at or after `from` and before `until`. A session whose time cannot be decoded never matches. */
  | {
      readonly type: "time";
      readonly column: "created_at" | "last_activity";
      readonly from?: Instant;
      readonly until?: Instant;
    }
  /** A field compares with a value; `instant` is the value's meaning where it names a time. */
  | {
      readonly type: "where";
      readonly field: string;
      readonly comparison: Comparison;
      readonly value: string;
      readonly instant?: Instant;
    }
  /** Any field holds the text, in any case. */
  | { readonly type: "search"; readonly text: string };

/** Which sessions: those for which every condition holds; all of them where there is none. */
export type Selection = readonly Condition[];

/** Whether a whole record of the reader's current batch is selected. */
export type RecordPredicate = (record: number) => boolean;

/** Makes a selection into a test that works on bytes as far as it can, the cheapest conditions first. */
export function compileSelection(selection: Selection, reader: SessionReader, retention: Retention): RecordPredicate {
  const onBytes: RecordPredicate[] = [];
  const onSessions: ((session: Session) => boolean)[] = [];
  for (const condition of selection) {
    if (condition.type === "where") onSessions.push(compileWhere(condition, reader, retention));
    else if (condition.type === "search") onSessions.push(compileSearch(condition.text));
    else onBytes.push(compileOnBytes(condition, reader));
  }
  const [first, second] = onBytes;
  if (onSessions.length === 0) {
    if (first === undefined) return () => true;
    if (second === undefined) return first;
    return (record) => onBytes.every((matches) => matches(record));
  }
  return (record) => {
    if (!onBytes.every((matches) => matches(record))) return false;
    const session = reader.session(record);
    return onSessions.every((matches) => matches(session));
  };
}

type ByteCondition = Exclude<Condition, { type: "where" | "search" }>;

function compileOnBytes(condition: ByteCondition, reader: SessionReader): RecordPredicate {
  switch (condition.type) {
    case "id": {
      const { ids } = condition;
      const [only] = ids;
      if (ids.size === 1 && only !== undefined) return reader.matcher("session_id", only, "equals");
      return (record) => ids.has(reader.text(record, "session_id"));
    }
    case "user": {
      const isWhole = reader.matcher("user_id", condition.user, "equals");
      const isBare = bareUserMatcher(reader, condition.user);
      return (record) => isWhole(record) || isBare(record);
    }
    case "platform": {
      const platforms = condition.platforms.map((platform) => reader.matcher("platform", platform, "equals"));
      return (record) => platforms.some((isPlatform) => isPlatform(record));
    }
    case "pending":
      return (record) => reader.isPending(record) === condition.pending;
    case "time": {
      const { column, from = -Infinity, until = Infinity } = condition;
      return (record) => {
        const instant = column === "created_at" ? reader.createdAt(record) : reader.lastActivity(record);
        return instant >= from && instant < until;
      };
    }
  }
}

/** A test whether the part after `<platform>_` of a record's `user_id` is this text. */
export function bareUserMatcher(reader: SessionReader, bareId: string): RecordMatcher {
  const isLikely = reader.matcher("user_id", `_${bareId}`, "ends");
  const matches = (record: number): boolean =>
    isLikely(record) && reader.text(record, "user_id") === `${reader.text(record, "platform")}_${bareId}`;
  return Object.assign(matches, { next: (from: number) => isLikely.next(from) });
}

function compileWhere(
  condition: Extract<Condition, { type: "where" }>,
  reader: SessionReader,
  retention: Retention,
): (session: Session) => boolean {
  const { field, comparison, value, instant } = condition;
  const read = fieldReader(field, reader.columns.names);
  if (read === undefined) return () => false;
  if (comparison === "~" || comparison === "!~") {
    const pattern = new RegExp(value, "u");
    return (session) => {
      const text = plainText(read(session, retention));
      return (text !== undefined && pattern.test(text)) === (comparison === "~");
    };
  }
  return (session) => {
    const order = compareWith(read(session, retention), value, instant);
    return order === undefined ? comparison === "!=" : holds(order, comparison);
  };
}

/** Below, at or above zero as the field is before, equal to or after the value; undefined where they do not compare. */
function compareWith(actual: FieldValue, value: string, instant: Instant | undefined): number | undefined {
  const text = plainText(actual);
  if (text === undefined) return undefined;
  if (text === value) return 0;
  if (actual.type === "time" && instant !== undefined) {
    return actual.instant === undefined ? undefined : actual.instant - instant;
  }
  if (isNumber(text) && isNumber(value)) return compareNumbers(text, value);
  return text < value ? -1 : 1;
}

function isNumber(text: string): boolean {
  return /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text);
}

/** Integers are compared with all their digits: ids of chat platforms are beyond 2^53. */
function compareNumbers(left: string, right: string): number {
  if (/^-?\d+$/.test(left) && /^-?\d+$/.test(right)) {
    const difference = BigInt(left) - BigInt(right);
    return difference < 0n ? -1 : Number(difference > 0n);
  }
  return Number(left) < Number(right) ? -1 : Number(Number(left) > Number(right));
}

function holds(order: number, comparison: Exclude<Comparison, "~" | "!~">): boolean {
  switch (comparison) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
  }
}

function compileSearch(text: string): (session: Session) => boolean {
  const wanted = text.toLowerCase();
  const found = (candidate: string): boolean => candidate.toLowerCase().includes(wanted);
  return (session) =>
    session.columnNames.some((name) => found(session.text(name) ?? "")) ||
    (session.hasJsonApproval && someEscapedString(session.pendingApproval, found)) ||
    (session.hasJsonMetadata && someEscapedString(session.metadata, found));
}

/** Whether a string anywhere in a JSON text with escapes, these resolved, passes. */
function someEscapedString(json: string | undefined, passes: (text: string) => boolean): boolean {
  if (json?.includes("\\") !== true) return false;
  const waiting: unknown[] = [JSON.parse(json)];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value === "string" && passes(value)) return true;
    if (Array.isArray(value)) for (const member of value) waiting.push(member);
    else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) waiting.push(key, member);
    }
  }
  return false;
}
