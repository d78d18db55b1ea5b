// The one place of the library that looks at the clock, for a manager that is given none.
import { MICROSECONDS_PER_SECOND, type Instant } from "../session/timestamp.js";

/** A timer that can be called off. */
export interface Timer {
  cancel(): void;
}

/** Time as a manager sees it. */
export interface TimeSource {
  /** Microseconds since 1970. */
  now(): Instant;
  /**
   * Calls back once, after so many milliseconds; those of the system after 24 days at the latest.
   * @param keepsAlive the process must not end before, because something waits to be written; left out, it may
   */
  after(milliseconds: number, callback: () => void, keepsAlive?: boolean): Timer;
}

/** What is more, Node takes for 1. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const SYSTEM_TIME: TimeSource = {
  // eslint-disable-next-line no-restricted-properties -- see above
  now: () => Date.now() * (MICROSECONDS_PER_SECOND / 1000),
  after(milliseconds, callback, keepsAlive = false) {
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER_MS));
    if (!keepsAlive) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
