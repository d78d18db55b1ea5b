import { SessionsError } from "../errors.js";
import type { ColumnName } from "../session/columns.js";
import { dumpsJson, type JsonInputObject } from "../session/json-dumps.js";
import { idFault } from "../session/id-text.js";
import type { RawJson } from "../session/raw-json.js";
import { formatTimestamp, type Instant } from "../session/timestamp.js";
import { requireNames, type Names } from "./known-names.js";
import type { ManagedSession } from "./managed-session.js";
import type { NewSessionRequest } from "./options.js";

/** A session that was there, or is a new one. */
export interface FoundOrNew {
  readonly session: ManagedSession;
  readonly isNew: boolean;
}

const NAMES: Names<Required<NewSessionRequest>> = { userId: true, platform: true, metadata: true };

/**
 * @throws SessionsError USAGE for what is not known; VALUE_REFUSED for a user or platform that the file cannot hold: it would be damage to `sessions validate`, for
 * everybody
 */
export function requireStorable(request: NewSessionRequest): void {
  requireNames("request", request, NAMES);
  const { userId, platform } = request;
  requireId("userId", userId);
  requireId("platform", platform);
}

/** The fields of a session that is made now. @throws SessionsError VALUE_REFUSED for ids as for users; TypeError as `objectText` */
export function newSessionTexts(
  { userId, platform, metadata = {} }: NewSessionRequest,
  createId: () => string,
  createdAt: Instant,
): Readonly<Record<ColumnName, string>> {
  const [sessionId, threadId] = [createId(), createId()];
  requireId("the session id of createId", sessionId);
  requireId("the thread id of createId", threadId);
  const time = formatTimestamp(createdAt);
  return {
    session_id: sessionId,
    user_id: userId,
    platform,
    thread_id: threadId,
    created_at: time,
    last_activity: time,
    pending_approval: "",
    metadata: objectText(metadata),
  };
}

function requireId(name: string, value: string): void {
  const fault = idFault(value);
  if (fault === undefined) return;
  const hint = "Give an id as it was made, without anything around it";
  throw new SessionsError("VALUE_REFUSED", { reason: `${name} ${fault}; nothing was written`, hint });
}

/** @throws TypeError for what JSON cannot hold, or is no object */
export function objectText(value: JsonInputObject | RawJson): string {
  const text = dumpsJson(value);
  if (text.startsWith("{")) return text;
  throw new TypeError(`${text.slice(0, 20)} is no JSON object`);
}
