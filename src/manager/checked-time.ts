import { SessionsError } from "../errors.js";
import type { Instant } from "../session/timestamp.js";
import type { TimeSource, Timer } from "./system-time.js";

/** Timestamps hold the years 1 to 9999. */
const BEGIN_OF_YEAR_1: Instant = Date.parse("0001-01-01T00:00:00Z") * 1000;
const END_OF_YEAR_9999: Instant = Date.parse("+010000-01-01T00:00:00Z") * 1000;

/** A clock that is never taken for what a timestamp cannot hold, which nobody could read again. */
export class CheckedTime implements TimeSource {
  readonly #source: TimeSource;
  #last: Instant | undefined;

  constructor(source: TimeSource) {
    this.#source = source;
  }

  /**
   * What the clock says; while it says what no timestamp can hold, what it said before that. For what is on its way already and
   * must not stop half way.
   */
  now(): Instant {
    const now = this.#source.now();
    return isTime(now) ? (this.#last = Math.floor(now)) : (this.#last ?? this.requireNow());
  }

  /**
   * What the clock says, in whole microseconds. To be asked before anything is changed.
   * @throws SessionsError USAGE where no timestamp can hold it
   */
  requireNow(): Instant {
    const now = this.#source.now();
    if (isTime(now)) return (this.#last = Math.floor(now));
    throw new SessionsError("USAGE", {
      reason: `the clock says ${String(now)}, which is no time of the years 1 to 9999`,
      hint: "Set this machine's clock, or give one that counts microseconds since 1970",
    });
  }

  after(milliseconds: number, callback: () => void, keepsAlive = false): Timer {
    return this.#source.after(milliseconds, callback, keepsAlive);
  }
}

function isTime(now: unknown): now is Instant {
  return typeof now === "number" && now >= BEGIN_OF_YEAR_1 && now < END_OF_YEAR_9999;
}

/**
 * When a change was made: now, or where the clock is not past the last activity, the next time that can be told from it, so that
 * every change moves it. The end of the year 9999 stays as it is.
 */
export function timeOfChange(lastActivity: Instant, now: Instant): Instant {
  if (now > lastActivity) return now;
  // A number holds every 32nd microsecond in the year 9999.
  const spacing = 2 ** (Math.floor(Math.log2(Math.max(Math.abs(lastActivity), 1))) - 52);
  const next = lastActivity + Math.max(spacing, 1);
  return isTime(next) ? next : lastActivity;
}
