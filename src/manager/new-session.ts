import type { ColumnName } from "../session/columns.js";
import { dumpsJson, type JsonInputObject } from "../session/json-dumps.js";
import type { RawJson } from "../session/raw-json.js";
import { formatTimestamp, type Instant } from "../session/timestamp.js";
import type { NewSessionRequest } from "./options.js";

/** The fields of a session that is made now. @throws TypeError for an empty user, and as `objectText` */
export function newSessionTexts(
  { userId, platform, metadata = {} }: NewSessionRequest,
  createId: () => string,
  createdAt: Instant,
): Readonly<Record<ColumnName, string>> {
  if (userId === "") throw new TypeError("userId is empty");
  const time = formatTimestamp(createdAt);
  return {
    session_id: createId(),
    user_id: userId,
    platform,
    thread_id: createId(),
    created_at: time,
    last_activity: time,
    pending_approval: "",
    metadata: objectText(metadata),
  };
}

/** @throws TypeError for what JSON cannot hold, or is no object */
export function objectText(value: JsonInputObject | RawJson): string {
  const text = dumpsJson(value);
  if (text.startsWith("{")) return text;
  throw new TypeError(`${text.slice(0, 20)} is no JSON object`);
}
