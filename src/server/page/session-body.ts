import { MICROSECONDS_PER_SECOND, type Instant } from "../../session/timestamp.js";

/** What the page reads of a session as the server sends it. */
export interface SessionBody {
  readonly session_id: string;
  readonly user_id: string;
  readonly platform: string;
  readonly thread_id: string;
  readonly created_at: string;
  readonly last_activity: string;
  readonly has_pending_approval: boolean;
}

/** A session of the list. Metadata is left out: ten thousand of them would fill a telephone's memory. */
export interface ListedSession {
  readonly id: string;
  readonly userId: string;
  readonly platform: string;
  /** To the millisecond; NaN for a form that this browser cannot read. */
  readonly createdAt: Instant;
  readonly lastActivity: Instant;
  /** The times as they stand in the file. */
  readonly createdText: string;
  readonly activityText: string;
  readonly isPending: boolean;
  /** What the filter looks in, in lower case. */
  readonly searched: string;
  /** Whether it was deleted; it stands in the list until its order is renewed. */
  readonly isGone: boolean;
}

export function listedSession(body: SessionBody): ListedSession {
  return {
    id: body.session_id,
    userId: body.user_id,
    platform: body.platform,
    createdAt: instantOf(body.created_at),
    lastActivity: instantOf(body.last_activity),
    createdText: body.created_at,
    activityText: body.last_activity,
    isPending: body.has_pending_approval,
    searched: [body.user_id, body.session_id, body.thread_id, body.platform].join("\n").toLowerCase(),
    isGone: false,
  };
}

/** The instant of a time as the file has it, to the millisecond; without an offset it is UTC. NaN for what no browser reads. */
export function instantOf(text: string): Instant {
  const [, date = "", time = "", offset = "Z"] = /^(\d{4}-\d\d-\d\d)[T ]([\d:.]+)(Z|[+-]\d\d:\d\d)?$/i.exec(text) ?? [];
  return Date.parse(`${date}T${time}${offset}`) * (MICROSECONDS_PER_SECOND / 1000);
}
