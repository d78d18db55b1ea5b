// What comes in is checked against these, what goes out is told by them in the OpenAPI document.

import { ID_PATTERN } from "../session/id-text.js";

const bareText = { type: "string", minLength: 1, pattern: ID_PATTERN, description: "without white space around it" };
export const DIGITS_PATTERN = "^[0-9]{1,9}$";

const userId = { ...bareText, maxLength: 1024 };
const platform = { ...bareText, maxLength: 128 };
const count = { type: "integer", minimum: 0 };
const jsonObject = { type: "object", additionalProperties: true };
const pythonJson = { type: "string", description: "the text, where NaN or Infinity stand in it" };

const SESSION_PROPERTIES = {
  session_id: { type: "string" },
  user_id: { type: "string" },
  platform: { type: "string" },
  thread_id: { type: "string" },
  created_at: { type: "string", description: "as it stands in the file; without an offset it is UTC" },
  last_activity: { type: "string", description: "as it stands in the file; without an offset it is UTC" },
  has_pending_approval: { type: "boolean" },
  metadata: {
    anyOf: [jsonObject, pythonJson],
    description: "numbers with all digits that stand in the file",
  },
};

const STATE = { type: "string", enum: ["active", "expired"] };

export const SESSION = closed(SESSION_PROPERTIES);
const SESSION_WITH_STATE = {
  ...closed({ ...SESSION_PROPERTIES, state: STATE }),
  required: Object.keys(SESSION_PROPERTIES),
};
export const SESSION_DETAIL = closed({
  ...SESSION_PROPERTIES,
  pending_approval: { anyOf: [{ ...jsonObject, type: ["object", "null"] }, pythonJson] },
  state: STATE,
});
export const SESSION_LIST = closed({ active_sessions: { type: "array", items: SESSION_WITH_STATE }, count });
export const USER_SESSIONS = closed({ user_id: { type: "string" }, sessions: { type: "array", items: SESSION } });
export const DELETED = closed({ status: { type: "string", const: "deleted" }, session_id: { type: "string" } });
export const HEALTH = {
  ...closed({
    status: { type: "string", enum: ["healthy", "unhealthy"] },
    timestamp: { type: "string" },
    active_sessions: count,
    damaged: { ...count, description: "where there are any: records that cannot be decoded, and stay as they are" },
    detail: { type: "string", description: "where it is unhealthy: why, and what to do" },
  }),
  required: ["status", "timestamp", "active_sessions"],
};
export const STATS = {
  ...jsonObject,
  description: "what `sessions stats --json` prints, and damaged",
  properties: {
    damaged: {
      ...count,
      description: "records that this server cannot decode: it serves them not, and keeps them as they are",
    },
    damaged_findings: {
      type: "array",
      items: jsonObject,
      description: "what is wrong with the first twenty: line, byte_offset, message",
    },
  },
  required: ["damaged", "damaged_findings"],
};

/** An answer that is no JSON. */
export function text(mediaType: string): object {
  return { description: "as text", content: { [mediaType]: { schema: { type: "string" } } } };
}

const ERROR = closed({
  detail: { type: "string", description: "what failed, why, and what to do next" },
  code: { type: "string", description: "stable, for programs" },
});

/** The answers of a route: those named, and the errors that any route may give, unless they are named. */
export function answers(named: Readonly<Record<number, object>>, isWriting = false): Record<string, object> {
  const writing = isWriting
    ? { 413: error("the body is too large"), 415: error("the body is no JSON, not in UTF-8, or compressed") }
    : {};
  return {
    400: error("the request is malformed"),
    401: error("the bearer token is missing or wrong"),
    403: error("the host or the origin is not allowed"),
    ...writing,
    429: error("too many requests of one connection are under way"),
    422: error("a value has a wrong type or is out of bounds"),
    503: error("the file is locked, damaged, gone, or the disk is full; or others do not read their answers"),
    ...named,
  };
}

export const NOT_FOUND = error("there is no such session");
export const TOO_MANY = error("too many listen already, or too many requests of one connection are under way");

function error(description: string): object {
  return { ...ERROR, description };
}

export const SESSION_ID_PARAM = closed({ session_id: { type: "string" } });
export const USER_ID_PARAM = closed({ user_id: { type: "string", minLength: 1 } });

/** Query strings are text; the patterns say which. */
export const LIST_QUERY = {
  ...closed({
    platform: { type: "string" },
    user_id: { type: "string" },
    limit: { type: "string", pattern: DIGITS_PATTERN, description: "at most so many; 0 gives the count alone" },
    offset: { type: "string", pattern: DIGITS_PATTERN, description: "leave out so many before" },
    state: { type: "string", enum: ["active", "all"], description: "all: expired ones too, each with its state" },
  }),
  required: [],
};

export const CREATE_BODY = {
  ...closed({ user_id: userId, platform, metadata: { ...jsonObject, description: "of a new session" } }),
  required: ["user_id", "platform"],
};

export const OBJECT_BODY = jsonObject;

function closed(properties: Readonly<Record<string, object>>): object {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}
