// Answers are made of texts: what stands in the file keeps all digits of its numbers, and is ASCII that acts on no terminal.
import type { RemovedSession } from "../manager/options.js";
import type { ManagedSession } from "../manager/managed-session.js";
import { dumpsString, escapeBeyondAscii } from "../session/json-string.js";
import type { SessionState } from "../session/retention.js";

/** A session in the words of the Python backend. */
export function sessionJson(session: ManagedSession): string {
  return objectJson(sessionMembers(session));
}

/** The same with its state. */
export function sessionStateJson(session: ManagedSession, state: SessionState): string {
  return objectJson([...sessionMembers(session), ["state", dumpsString(state)]]);
}

/** The same with its state, and the approval that is pending. */
export function sessionDetailJson(session: ManagedSession, state: SessionState): string {
  const { pendingApprovalText } = session;
  return objectJson([
    ...sessionMembers(session),
    ["pending_approval", pendingApprovalText === undefined ? "null" : passedOn(pendingApprovalText)],
    ["state", dumpsString(state)],
  ]);
}

export function removedSessionJson({ sessionId, userId, platform }: RemovedSession): string {
  return objectJson([
    ["session_id", dumpsString(sessionId)],
    ["user_id", dumpsString(userId)],
    ["platform", dumpsString(platform)],
  ]);
}

/** @param members names that need no escape, with the JSON texts of their values */
export function objectJson(members: readonly (readonly [name: string, text: string])[]): string {
  return `{${members.map(([name, text]) => `"${name}": ${text}`).join(", ")}}`;
}

export function arrayJson(texts: readonly string[]): string {
  return `[${texts.join(", ")}]`;
}

function sessionMembers(session: ManagedSession): [string, string][] {
  return [
    ["session_id", dumpsString(session.sessionId)],
    ["user_id", dumpsString(session.userId)],
    ["platform", dumpsString(session.platform)],
    ["thread_id", dumpsString(session.threadId)],
    ["created_at", dumpsString(session.createdAtText)],
    ["last_activity", dumpsString(session.lastActivityText)],
    ["has_pending_approval", String(session.hasPendingApproval)],
    ["metadata", passedOn(session.metadataText)],
  ];
}

/**
 * JSON text from the file on one line, in ASCII. Line breaks stand in it between tokens only. The NaN and Infinity of Python's
 * json are no JSON, and would make the whole answer none: such a text is passed on as a string.
 */
function passedOn(json: string): string {
  return isStandard(json) ? escapeBeyondAscii(json.replaceAll(/[\t\r\n]+/g, " ")) : dumpsString(json);
}

function isStandard(json: string): boolean {
  if (!/NaN|Infinity/.test(json)) return true;
  try {
    JSON.parse(json);
    return true;
  } catch {
    return false;
  }
}
