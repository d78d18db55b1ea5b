import { SessionsError } from "../errors.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { Faults, Lookup, SessionStore } from "../store/store.js";
import { count } from "./render/numbers.js";
import { shellQuote } from "./shell-quote.js";
import { suggestIds } from "./suggest-ids.js";

/** Ids that are looked for once more, each in the whole store, when they are not there. */
const MOST_EXPLAINED = 3;
const MOST_NAMED = 10;

/**
 * The sessions that each text names; all of them or none.
 * @throws SessionsError SESSION_NOT_FOUND, SESSION_AMBIGUOUS, USAGE for an empty text
 */
export async function requireSessions(
  store: SessionStore,
  texts: readonly string[],
  retention: Retention,
): Promise<(readonly Session[])[]> {
  if (texts.includes("")) throw new SessionsError("USAGE", { reason: "a session id is empty", hint: "name an id" });
  const { lookups, leftOut } = await store.lookup(texts);
  const missing = lookups.filter(({ sessions, ambiguous }) => sessions.length === 0 && ambiguous.length === 0);
  if (missing.length > 0) throw await notFound(store, missing, leftOut, retention);
  for (const { text, ambiguous } of lookups) {
    if (ambiguous.length === 0) continue;
    throw new SessionsError("SESSION_AMBIGUOUS", {
      reason: `"${text}" is the start of several session ids`,
      hint: `type more of it: ${ambiguous.join(", ")}${ambiguous.length < 5 ? "" : ", …"}`,
    });
  }
  return lookups.map(({ sessions }) => [...sessions]);
}

async function notFound(
  store: SessionStore,
  missing: readonly Lookup[],
  leftOut: Faults,
  retention: Retention,
): Promise<SessionsError> {
  const suggestions: string[] = [];
  for (const { text } of missing.slice(0, MOST_EXPLAINED)) {
    suggestions.push(...(await suggestIds(store, text, retention)));
  }
  const named = missing.slice(0, MOST_NAMED).map(({ text }) => `"${text}"`);
  const others = missing.length - named.length;
  const names = named.join(", ") + (others === 0 ? "" : ` and ${count(others, "other")}`);
  const start = missing.length === 1 ? "is, or starts with," : "is, or starts with, any of";
  return new SessionsError("SESSION_NOT_FOUND", {
    path: store.location,
    reason:
      `no session id in ${store.location} ${start} ${names}` +
      (leftOut.count === 0 ? "" : `; ${count(leftOut.count, "record")} could not be looked at, not being whole`),
    ...(leftOut.count === 0 ? {} : { findings: leftOut.findings, findingCount: leftOut.count }),
    suggestions: [...new Set(suggestions)],
    hint: `if it is a user's, look with: sessions find ${shellQuote(missing[0]?.text ?? "")}`,
  });
}
