import path from "node:path";
import { SessionsError } from "../errors.js";
import { CsvStore } from "../store/csv-store.js";
import type { SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import { lockingOf } from "./locking.js";
import { note } from "./notes.js";
import type { Settings } from "./settings.js";

/** Opens the store that the settings name, and says on stderr which one it is when nobody named it. */
export async function openStore(
  context: CliContext,
  settings: Settings,
  { toWrite = false }: { toWrite?: boolean } = {},
): Promise<SessionStore> {
  const location = await chooseStore(context, settings);
  if (toWrite && location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "standard input can only be read",
      hint: "name the file with --store <path>, or look at what would happen with --dry-run",
    });
  }
  return openStoreAt(context, settings, location);
}

/** The store that the settings name; says on stderr which one it is when nobody named it. */
export async function chooseStore(context: CliContext, settings: Settings): Promise<string> {
  const { location, found } = settings.findStore();
  if (found !== undefined) await note(context, `Using ${location} (${found})`);
  return location;
}

/** What `--store` calls standard input, and `-o` standard output. */
export const STANDARD_INPUT = "-";

/** How what is read from standard input is called. */
export const STANDARD_INPUT_NAME = "standard input";

/** All of standard input; says on stderr what is awaited where a person would have to type it. */
export async function readStandardInput(context: CliContext): Promise<Buffer> {
  if (context.stdin.isTerminal) await note(context, "Reading the file from the terminal; end it with Ctrl-D.");
  return context.stdin.readAll();
}

/** @throws SessionsError ENGINE_UNAVAILABLE where the location is not a file's path, nor standard input */
export function requireFile(location: string): void {
  const engine = /^([a-z][a-z0-9+]*):\/\//i.exec(location)?.[1];
  if (engine === undefined) return;
  throw new SessionsError("ENGINE_UNAVAILABLE", {
    reason: `this version works on CSV files; it has no engine for ${engine}:// stores`,
    hint: "name a CSV file with --store <path>",
  });
}

export async function openStoreAt(context: CliContext, settings: Settings, location: string): Promise<SessionStore> {
  requireFile(location);
  const { naiveOffset } = settings;
  if (location === STANDARD_INPUT) {
    return CsvStore.inMemory(await readStandardInput(context), STANDARD_INPUT_NAME, naiveOffset);
  }
  return CsvStore.atPath(path.resolve(context.workingDirectory, location), {
    naiveOffset,
    ...(context.onRead === undefined ? {} : { onRead: context.onRead }),
    lock: lockingOf(context, settings),
  });
}
