import type { SessionStats } from "../../session/stats.js";

/** The sizes from which on a database serves better than one file. */
export const DATABASE_SIZES = { activeSessions: 10_000, writesPerSecond: 100 } as const;

/** Writes a second over the last hour, at least: each session that was touched in it was written once or more. */
export function writesPerSecond({ touchedLastHour }: SessionStats): number {
  return Number((touchedLastHour / 3600).toFixed(2));
}
