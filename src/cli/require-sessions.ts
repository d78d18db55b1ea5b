import { SessionsError } from "../errors.js";
import type { Session } from "../session/session.js";
import type { Lookup } from "../store/store.js";

/**
 * The sessions that each text names; all of them or none.
 * @throws SessionsError SESSION_NOT_FOUND, SESSION_AMBIGUOUS, USAGE for an empty text
 */
export function requireSessions(
  texts: readonly string[],
  lookups: readonly Lookup[],
  location: string,
): (readonly Session[])[] {
  if (texts.includes("")) throw new SessionsError("USAGE", { reason: "a session id is empty", hint: "name an id" });
  const missing = lookups.filter(({ sessions, ambiguous }) => sessions.length === 0 && ambiguous.length === 0);
  if (missing.length > 0) {
    const names = missing.map(({ text }) => text).join(", ");
    const [first] = missing;
    throw new SessionsError("SESSION_NOT_FOUND", {
      path: location,
      reason: `no session in ${location} has the id, or the start of one: ${names}`,
      hint: `see what is there with: sessions list; for a user: sessions find ${first?.text ?? ""}`,
    });
  }
  for (const { text, ambiguous } of lookups) {
    if (ambiguous.length === 0) continue;
    throw new SessionsError("SESSION_AMBIGUOUS", {
      reason: `"${text}" is the start of several session ids`,
      hint: `type more of it: ${ambiguous.join(", ")}${ambiguous.length < 5 ? "" : ", …"}`,
    });
  }
  return lookups.map(({ sessions }) => [...sessions]);
}
