import { isDifferent, type DiffSummary, type SessionDifference } from "../../copies/diff.js";
import type { FieldChange } from "../../copies/session-changes.js";
import type { FieldValue } from "../../session/field-value.js";
import { fieldReader } from "../../session/fields.js";
import type { Retention } from "../../session/retention.js";
import type { Session } from "../../session/session.js";
import { findingsJson } from "./findings-json.js";
import { createJsonLinesWriter } from "./json.js";
import { escapeJsonControls } from "./visible.js";

/** One difference as a JSON object on one line, values with all their digits; a value that is not there has no key. */
export function differenceJson(difference: SessionDifference, retention: Retention): string {
  const { sessionId, userId } = difference.type === "changed" ? difference.after : difference.session;
  const rest =
    difference.type === "changed"
      ? `"fields":[${difference.changes.map(changeJson).join(",")}]`
      : `"session":${sessionJson(difference.session, retention)}`;
  const named = JSON.stringify({ change: difference.type, session_id: sessionId, user_id: userId });
  return escapeJsonControls(`${named.slice(0, -1)},${rest}}`);
}

/** What a summary says, for an object that holds more. */
export function summaryFields(summary: DiffSummary): object {
  const { isIdentical, added, removed, changed, unchanged, moved, repeated, leftOut, leftOutDiffers, columns } =
    summary;
  return {
    different: isDifferent(summary),
    identical: isIdentical,
    // Versions that are the same byte for byte are not counted.
    ...{ added, removed, changed, unchanged: isIdentical ? null : unchanged, moved },
    repeated,
    unreadable: { from: leftOut.from.count, to: leftOut.to.count },
    unreadable_differ: leftOutDiffers,
    unreadable_findings: { from: findingsJson(leftOut.from.findings), to: findingsJson(leftOut.to.findings) },
    columns_added: columns.added,
    columns_removed: columns.removed,
  };
}

function changeJson({ field, path, before, after }: FieldChange): string {
  const sides = [
    ["before", before],
    ["after", after],
  ] as const;
  const values = sides.map(([name, value]) => (value.type === "none" ? "" : `,"${name}":${valueJson(value)}`));
  return `${JSON.stringify({ field, path }).slice(0, -1)}${values.join("")}}`;
}

function valueJson(value: FieldValue): string {
  if (value.type === "json") return value.text;
  return JSON.stringify("text" in value ? value.text : undefined);
}

function sessionJson(session: Session, retention: Retention): string {
  const names = session.columnNames.filter((name) => name !== "");
  const values = names.map((name): FieldValue => fieldReader(name, names)?.(session, retention) ?? { type: "none" });
  return createJsonLinesWriter(names).row(values).trimEnd();
}
