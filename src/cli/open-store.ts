import path from "node:path";
import { SessionsError } from "../errors.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { CsvStore } from "../store/csv-store.js";
import type { SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import { note } from "./notes.js";
import type { Settings } from "./settings.js";

/** Opens the store that the settings name, and says on stderr which one it is when nobody named it. */
export async function openStore(
  context: CliContext,
  settings: Settings,
  { toWrite = false }: { toWrite?: boolean } = {},
): Promise<SessionStore> {
  const { location, found } = settings.findStore();
  if (found !== undefined) await note(context, `Using ${location} (${found})`);
  if (toWrite && location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "standard input can only be read",
      hint: "name the file with --store <path>, or look at what would happen with --dry-run",
    });
  }
  return openStoreAt(context, settings, location);
}

/** What `--store` calls standard input, and `-o` standard output. */
export const STANDARD_INPUT = "-";

export async function openStoreAt(context: CliContext, settings: Settings, location: string): Promise<SessionStore> {
  const engine = /^([a-z][a-z0-9+]*):\/\//i.exec(location)?.[1];
  if (engine !== undefined) {
    throw new SessionsError("ENGINE_UNAVAILABLE", {
      reason: `this version works on CSV files; it has no engine for ${engine}:// stores`,
      hint: "name a CSV file with --store <path>",
    });
  }
  const { naiveOffset } = settings;
  if (location === STANDARD_INPUT && context.stdin.isTerminal) {
    await note(context, "Reading the file from the terminal; end it with Ctrl-D.");
  }
  if (location === STANDARD_INPUT)
    return CsvStore.inMemory(await context.stdin.readAll(), "standard input", naiveOffset);
  const holder = {
    ...context.process,
    // Asked for when the lock is taken.
    get since() {
      return new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000)).toISOString();
    },
  };
  return CsvStore.atPath(path.resolve(context.workingDirectory, location), {
    naiveOffset,
    ...(context.onRead === undefined ? {} : { onRead: context.onRead }),
    lock: {
      waitMs: settings.lockWaitMs,
      holder,
      onWait: (current) => {
        const who = current === undefined ? "another process" : `${current.command} (process ${current.pid})`;
        void note(context, `Waiting for ${who}, which is writing the file …`);
      },
    },
  });
}
