import { plainText, type FieldReader } from "../../session/fields.js";
import type { FieldValue } from "../../session/field-value.js";
import { jsonAt } from "../../session/json.js";
import { stateOf, type Retention, type SessionState } from "../../session/retention.js";
import type { Session } from "../../session/session.js";
import type { Instant } from "../../session/timestamp.js";
import { isUuid } from "../../session/uuid.js";
import type { Paint, Style } from "./style.js";
import { renderTable, type TableCell, type TableColumn } from "./table.js";
import { humanDuration, relativeTime } from "./time.js";
import { valueText } from "../../transfer/value-text.js";

/** How a table of sessions looks. */
export interface SessionTableLook {
  /** The fields that were asked for; undefined for those that tell most. */
  readonly fields: readonly { readonly name: string; readonly read: FieldReader }[] | undefined;
  readonly retention: Retention;
  readonly style: Style;
  /** In character cells; Infinity cuts nothing. */
  readonly width: number;
}

const SHORT_ID_LENGTH = 8;

const COLUMNS: readonly TableColumn[] = [
  { header: "SESSION", minWidth: 8, flexible: true },
  { header: "USER", minWidth: 26, flexible: true },
  { header: "PLATFORM", minWidth: 8, dropOrder: 2, flexible: true },
  { header: "STATE", minWidth: 7 },
  { header: "ACTIVITY", minWidth: 8, flexible: true },
  { header: "CREATED", minWidth: 7, dropOrder: 1 },
  { header: "APPROVAL", minWidth: 8, dropOrder: 3, flexible: true },
];

/** Sessions as a table: the fields that were asked for, or those that tell most. Each line ends with a line break. */
export function renderSessionTable(sessions: readonly Session[], look: SessionTableLook): string {
  const { fields, retention, style, width } = look;
  if (fields === undefined) {
    const idLength = uniqueLength(sessions.map(({ sessionId }) => sessionId));
    const rows = sessions.map((session) => sessionRow(session, idLength, retention, style));
    return renderTable({ columns: COLUMNS, rows, width, style });
  }
  const columns = fields.map(({ name }) => ({ header: name, minWidth: Math.min(8, name.length), flexible: true }));
  const rows = sessions.map((session) =>
    fields.map(({ read }) => ({ text: cellText(read(session, retention), retention.now) })),
  );
  return renderTable({ columns, rows, width, style });
}

/** The paint of a state; the word says it too. */
function statePaint(state: SessionState, style: Style): Paint {
  if (state === "active") return style.green;
  return state === "expired" ? style.dim : style.red;
}

/** What a pending approval is about: its tool, else its type, else just that there is one; empty for none. */
function approvalSummary(session: Session): string {
  const { pendingApproval } = session;
  if (pendingApproval === undefined) return "";
  if (!session.hasJsonApproval) return "unreadable";
  for (const key of ["tool_name", "type"]) {
    const value = jsonAt(pendingApproval, [key]);
    if (value?.startsWith('"') === true) return JSON.parse(value) as string;
  }
  return "pending";
}

function sessionRow(session: Session, idLength: number, retention: Retention, style: Style): TableCell[] {
  const state = stateOf(session.lastActivity, retention);
  const time = (instant: Instant | undefined, text: string): string =>
    instant === undefined ? text : relativeTime(instant, retention.now);
  return [
    { text: shortId(session.sessionId, idLength), style: style.cyan },
    { text: session.userId },
    { text: session.platform },
    { text: state, style: statePaint(state, style) },
    { text: time(session.lastActivity, session.column("last_activity")) },
    { text: time(session.createdAt, session.column("created_at")) },
    { text: approvalSummary(session), style: style.yellow },
  ];
}

function cellText(value: FieldValue, now: Instant): string {
  if (value.type === "time" && value.instant !== undefined) return relativeTime(value.instant, now);
  if (value.type === "duration") return humanDuration(value.seconds);
  return value.type === "json" ? (plainText(value) ?? "") : valueText(value);
}

/** UUIDs are cut to their first part; other ids are short, or tell something by their end. */
function shortId(id: string, length: number): string {
  return isUuid(id) ? id.slice(0, length) : id;
}

/** The shortest length, from eight on, at which the ids shown together still differ. */
function uniqueLength(ids: readonly string[]): number {
  const different = new Set(ids).size;
  for (const length of [SHORT_ID_LENGTH, 13, 18]) {
    if (new Set(ids.map((id) => shortId(id, length))).size === different) return length;
  }
  return 36;
}
