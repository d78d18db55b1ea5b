import type { Instant } from "../session/timestamp.js";
import type { Random } from "./random.js";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** When a session was made and last used, and whether it waits for an approval. */
export interface Activity {
  readonly created: Instant;
  /** After `created`, not after now. */
  readonly last: Instant;
  readonly pending: boolean;
}

/**
 * Draws the times of a session. Half of all sessions are idle for 183 to 364 days, the others for less; some are in use
 * now (idle for under 55 minutes): about 4 % in a small file, fewer in a large one, as a busy server has many more old sessions
 * than current ones. So that even a short file shows each state on each platform, the first session of a platform is in
 * use and the second waits for an approval.
 *
 * @param rank how many sessions the same platform has before this one
 * @param rows how many sessions the file will hold
 */
export function drawActivity(random: Random, now: Instant, rank: number, rows: number): Activity {
  const activeShare = 0.04 * Math.min(1, (1000 / rows) ** 0.25);
  const active = rank === 0 || (rank > 1 && random.chance(activeShare));
  const last = wholeSecondAtTimes(random, now - Math.floor(drawIdle(random, active, activeShare)));
  const duration = Math.ceil(random.exponential(active ? 2 * HOUR : HOUR));
  const created = Math.max(last - duration - 1, now - 365 * DAY);
  return { created: wholeSecondAtTimes(random, created), last, pending: rank === 1 || random.chance(0.15) };
}

function drawIdle(random: Random, active: boolean, activeShare: number): number {
  if (active) return random.fraction() ** 1.5 * 55 * MINUTE;
  if (random.chance(0.5 / (1 - activeShare))) return (183 + 181 * random.fraction()) * DAY;
  return HOUR + random.fraction() ** 2 * (179 * DAY - HOUR);
}

/** One time in a hundred cuts the microseconds off, which Python then does not write at all. */
function wholeSecondAtTimes(random: Random, instant: Instant): Instant {
  return random.chance(0.01) ? Math.floor(instant / SECOND) * SECOND : instant;
}
