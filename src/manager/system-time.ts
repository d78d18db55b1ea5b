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
  /** Calls back once, after so many milliseconds; those of the system after 24 days at the latest. It does not keep the process alive. */
  after(milliseconds: number, callback: () => void): Timer;
}

/** What is more, Node takes for 1. */
const LONGEST_TIMER_MS = 2_147_483_647;

export const SYSTEM_TIME: TimeSource = {
  // eslint-disable-next-line no-restricted-properties -- see above
  now: () => Date.now() * (MICROSECONDS_PER_SECOND / 1000),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, Math.min(milliseconds, LONGEST_TIMER_MS)).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
