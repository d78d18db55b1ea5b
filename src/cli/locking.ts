import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { LockOptions } from "../storage/lock.js";
import type { CliContext } from "./context.js";
import { note } from "./notes.js";
import type { Settings } from "./settings.js";

/** How a command takes a lock: as who, how long it waits, and that it says so. */
export function lockingOf(context: CliContext, settings: Settings): Omit<LockOptions, "signal"> {
  const holder = {
    ...context.process,
    // Asked for when the lock is taken.
    get since() {
      return new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000)).toISOString();
    },
  };
  return {
    waitMs: settings.lockWaitMs,
    holder,
    onWait: (current) => {
      const who = current === undefined ? "another process" : `${current.command} (process ${current.pid})`;
      void note(context, `Waiting for ${who}, which is writing the file …`);
    },
  };
}
