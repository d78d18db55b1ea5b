import type { ColumnName } from "../session/columns.js";
import type { FieldValue } from "../session/field-value.js";
import { jsonDifferences } from "../session/json-difference.js";
import type { Session } from "../session/session.js";

/** One value of a session that differs between two versions of it. */
export interface FieldChange {
  /** The column. */
  readonly field: string;
  /** Keys in the column's JSON, outermost first; empty where the value as a whole differs. */
  readonly path: readonly string[];
  /** `none` where there was no such key, or nothing pending; `json` with all digits of its numbers. */
  readonly before: FieldValue;
  readonly after: FieldValue;
}

/** Which values count: the column, or only what lies at or below a path into its JSON. */
export interface ComparedField {
  readonly field: string;
  readonly path: readonly string[];
}

const NONE: FieldValue = { type: "none" };

/**
 * What differs between two versions of one session, field by field and, in the JSON columns, key by key. JSON that is
 * valid on both sides is compared by what it says, everything else by its text. An empty value, a column that the file
 * does not have, and for metadata `{}` are the same.
 *
 * @param names the columns of both versions
 * @param compared undefined compares everything
 */
export function sessionChanges(
  before: Session,
  after: Session,
  names: readonly string[],
  compared?: readonly ComparedField[],
): readonly FieldChange[] {
  return names.flatMap((name) => [...columnChanges(name, before, after)]).filter((change) => counts(change, compared));
}

function* columnChanges(name: string, before: Session, after: Session): Generator<FieldChange> {
  const [old, now] = [before.text(name) ?? "", after.text(name) ?? ""];
  if (old === now) return;
  if (name !== "metadata" && name !== "pending_approval") {
    yield { field: name, path: [], before: { type: "text", text: old }, after: { type: "text", text: now } };
    return;
  }
  const [left, right] = [jsonValue(before, name), jsonValue(after, name)];
  if (left.type !== "json" || right.type !== "json") {
    if (left.type !== "none" || right.type !== "none") yield { field: name, path: [], before: left, after: right };
    return;
  }
  for (const { path, before: from, after: to } of jsonDifferences(left.text, right.text)) {
    yield { field: name, path, before: part(from), after: part(to) };
  }
}

function jsonValue(session: Session, name: ColumnName & ("metadata" | "pending_approval")): FieldValue {
  const text = name === "metadata" ? session.metadata : session.pendingApproval;
  const isJson = name === "metadata" ? session.hasJsonMetadata : session.hasJsonApproval;
  return text === undefined ? NONE : { type: isJson ? "json" : "text", text };
}

function part(text: string | undefined): FieldValue {
  return text === undefined ? NONE : { type: "json", text };
}

/** Above a path that is compared counts too: what goes takes with it what lies below. */
function counts({ field, path }: FieldChange, compared: readonly ComparedField[] | undefined): boolean {
  return (
    compared === undefined ||
    compared.some((one) => one.field === field && one.path.every((key, depth) => (path[depth] ?? key) === key))
  );
}
