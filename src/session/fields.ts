import { COLUMN_NAMES } from "./columns.js";
import type { FieldValue } from "./field-value.js";
import { jsonAt } from "./json.js";
import { idleSeconds, stateOf, type Retention } from "./retention.js";
import type { Session } from "./session.js";
import type { Instant } from "./timestamp.js";

/** Fields that stand in no column and are computed for each answer. */
export const COMPUTED_FIELDS = ["state", "idle", "pending"] as const;

/** The columns whose JSON can be reached into with a path: `metadata.user_profile.name`. */
export const JSON_COLUMNS = ["pending_approval", "metadata"] as const;

export type FieldReader = (session: Session, retention: Retention) => FieldValue;

const NONE: FieldValue = { type: "none" };

/**
 * How to read a field of a session by its name: a column of the file, a computed field, or a path into a JSON column.
 * A column of the file comes before a computed field of the same name.
 */
export function fieldReader(name: string, columnNames: readonly string[]): FieldReader | undefined {
  switch (name) {
    case "created_at":
      return (session) => timeValue(session.column("created_at"), session.createdAt);
    case "last_activity":
      return (session) => timeValue(session.column("last_activity"), session.lastActivity);
    case "pending_approval":
      return (session) => jsonValue(session.pendingApproval, session.hasJsonApproval);
    case "metadata":
      return (session) => jsonValue(session.metadata, session.hasJsonMetadata);
  }
  if (columnNames.includes(name)) {
    return (session) => {
      const text = session.text(name);
      return text === undefined ? NONE : { type: "text", text };
    };
  }
  switch (name) {
    case "state":
      return (session, retention) => ({ type: "text", text: stateOf(session.lastActivity, retention) });
    case "pending":
      return (session) => ({ type: "boolean", value: session.isPending });
    case "idle":
      return ({ lastActivity }, { now }) =>
        lastActivity === undefined ? NONE : { type: "duration", seconds: idleSeconds(lastActivity, now) };
  }
  return jsonPathReader(name);
}

/** Every name that `fieldReader` takes for a file with these columns, without the paths into JSON. */
export function fieldNames(columnNames: readonly string[]): string[] {
  const extras = columnNames.filter((name) => name !== "" && !(COLUMN_NAMES as readonly string[]).includes(name));
  const computed = COMPUTED_FIELDS.filter((name) => !columnNames.includes(name));
  return [...COLUMN_NAMES, ...extras, ...computed];
}

/** Orders values for sorting: times, numbers and lengths by size, text by UTF-16 units, nothing last. */
export function compareValues(left: FieldValue, right: FieldValue): number {
  const [a, b] = [sortKey(left), sortKey(right)];
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number" || typeof b === "number") return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/** What a value says as plain text: a JSON string without its quotes, other JSON as it stands; undefined for nothing. */
export function plainText(value: FieldValue): string | undefined {
  switch (value.type) {
    case "none":
      return undefined;
    case "text":
    case "time":
      return value.text;
    case "json":
      return value.text.startsWith('"') ? (JSON.parse(value.text) as string) : value.text;
    case "duration":
      return String(value.seconds);
    case "boolean":
      return String(value.value);
  }
}

function sortKey(value: FieldValue): number | string | undefined {
  if (value.type === "time") return value.instant ?? value.text;
  if (value.type === "duration") return value.seconds;
  const text = plainText(value);
  if (value.type === "json" && text !== undefined && /^-?\d/.test(value.text)) return Number(text);
  return text;
}

function jsonPathReader(name: string): FieldReader | undefined {
  const [column, ...path] = name.split(".");
  if ((column !== "metadata" && column !== "pending_approval") || path.length === 0 || path.includes("")) {
    return undefined;
  }
  return (session) => {
    const isMetadata = column === "metadata";
    const text = isMetadata ? session.metadata : session.pendingApproval;
    const isJson = isMetadata ? session.hasJsonMetadata : session.hasJsonApproval;
    if (text === undefined || !isJson) return NONE;
    const found = jsonAt(text, path);
    if (found === undefined) return NONE;
    if (found.startsWith('"')) return { type: "text", text: JSON.parse(found) as string };
    return { type: "json", text: found };
  };
}

function timeValue(text: string, instant: Instant | undefined): FieldValue {
  return { type: "time", text, instant };
}

function jsonValue(text: string | undefined, isJson: boolean): FieldValue {
  if (text === undefined) return NONE;
  return { type: isJson ? "json" : "text", text };
}
