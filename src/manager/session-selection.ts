import { stateOf, type Retention } from "../session/retention.js";
import { requireNames, requireValue, type Names } from "./known-names.js";
import type { Faults } from "../store/store.js";
import type { LiveSession, LiveSessions } from "./live-sessions.js";
import type { ListRequest, LoadedContents } from "./options.js";

export function isActive({ lastActivity }: LiveSession, retention: Retention): boolean {
  return stateOf(lastActivity, retention) === "active";
}

export function activeOf(sessions: Iterable<LiveSession>, retention: Retention): LiveSession[] {
  return Array.from(sessions).filter((session) => isActive(session, retention));
}

export function expiredOf(sessions: LiveSessions, retention: Retention): LiveSession[] {
  return Array.from(sessions.all()).filter((session) => !isActive(session, retention));
}

export function contentsOf(sessions: LiveSessions, damaged: Faults, retention: Retention): LoadedContents {
  let expired = 0;
  for (const { lastActivity } of sessions.all()) if (stateOf(lastActivity, retention) === "expired") expired += 1;
  return { sessions: sessions.size, expired, damaged };
}

/** The active session of a user on a platform that was active last. */
export function latestOf(
  sessions: LiveSessions,
  userId: string,
  platform: string,
  retention: Retention,
): LiveSession | undefined {
  let latest: LiveSession | undefined;
  for (const session of sessions.of(userId)) {
    if (session.platform !== platform || !isActive(session, retention)) continue;
    if (latest === undefined || session.lastActivity > latest.lastActivity) latest = session;
  }
  return latest;
}

const STATES: readonly string[] = ["active", "all"] satisfies ListRequest["state"][];

function isCount(value: unknown): boolean {
  return Number.isInteger(value) && (value as number) >= 0;
}

const NAMES: Names<Required<ListRequest>> = { userId: true, platform: true, state: true, offset: true, limit: true };

/** One page of the sessions that are asked for, and how many there are in all. @throws SessionsError USAGE for what a request cannot have */
export function pageOf(
  sessions: LiveSessions,
  request: ListRequest,
  retention: Retention,
): { readonly page: readonly LiveSession[]; readonly count: number } {
  requireNames("request", request, NAMES);
  const { userId, platform, state = "active", offset = 0, limit = Infinity } = request;
  requireValue("userId", userId, userId === undefined || typeof userId === "string", "a text");
  requireValue("platform", platform, platform === undefined || typeof platform === "string", "a text");
  // Whoever deletes what a misspelt state lists would delete all.
  requireValue("state", state, STATES.includes(state), `one of ${STATES.join(", ")}`);
  requireValue("offset", offset, offset === Infinity || isCount(offset), "a whole number from 0 up");
  requireValue("limit", limit, limit === Infinity || isCount(limit), "a whole number from 0 up");
  const page: LiveSession[] = [];
  let count = 0;
  for (const session of userId === undefined ? sessions.all() : sessions.of(userId)) {
    if (platform !== undefined && session.platform !== platform) continue;
    if (state === "active" && !isActive(session, retention)) continue;
    if (count >= offset && page.length < limit) page.push(session);
    count += 1;
  }
  return { page, count };
}
