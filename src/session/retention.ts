import { MICROSECONDS_PER_SECOND, type Instant } from "./timestamp.js";

/** What decides whether a session is expired: the clock, and how long a session may be idle. */
export interface Retention {
  readonly now: Instant;
  /** A session that has been idle for this long or longer is expired. Seconds, more than 0. */
  readonly timeoutSeconds: number;
}

export type SessionState = "active" | "expired" | "unknown";

/** The latest `last_activity` of a session that has been idle for at least `idleSeconds`. */
export function idleCutoff(now: Instant, idleSeconds: number): Instant {
  return now - Math.round(idleSeconds * MICROSECONDS_PER_SECOND);
}

/** The latest `last_activity` of an expired session. */
export function expiryCutoff({ now, timeoutSeconds }: Retention): Instant {
  return idleCutoff(now, timeoutSeconds);
}

/** `unknown` where `last_activity` cannot be decoded: such a session is never taken for an expired one. */
export function stateOf(lastActivity: Instant | undefined, retention: Retention): SessionState {
  if (lastActivity === undefined) return "unknown";
  return lastActivity <= expiryCutoff(retention) ? "expired" : "active";
}

/** Seconds since the last activity; negative where it lies in the future. */
export function idleSeconds(lastActivity: Instant, now: Instant): number {
  return (now - lastActivity) / MICROSECONDS_PER_SECOND;
}
