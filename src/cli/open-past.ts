import path from "node:path";
import type { Command } from "commander";
import { SessionsError } from "../errors.js";
import { formatInstant, MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import { note } from "./notes.js";
import { chooseStore, openStore, requireFile, STANDARD_INPUT } from "./open-store.js";
import { parseTime, resolveTime, type TimeInput } from "./parse/time.js";
import type { Settings } from "./settings.js";

/** The option of commands that can read the past. */
export interface PastOptions {
  readonly at?: TimeInput;
}

export function addPastOption(command: Command): Command {
  return command.option("--at <time>", "the file as it was then, from the change log and from backups", parseTime);
}

/**
 * The store that the settings name: as it is, or with `--at` as it was, in memory.
 * @throws SessionsError USAGE where no version of that time is known
 */
export async function openStoreOf(context: CliContext, settings: Settings, { at }: PastOptions): Promise<SessionStore> {
  if (at === undefined) return openStore(context, settings);
  const location = await chooseStore(context, settings);
  requireFile(location);
  if (location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", { reason: "standard input has no past", hint: "name a file with --store <path>" });
  }
  const { versionAt } = await import("../copies/past.js");
  const { listBackups } = await import("../copies/backup-list.js");
  const { openBackup } = await import("../copies/open-backup.js");
  const { openSnapshot } = await import("../storage/snapshot.js");
  const { CsvStore } = await import("../store/csv-store.js");
  const file = path.resolve(context.workingDirectory, location);
  using snapshot = openSnapshot(file);
  const instant = resolveTime(at, context.clock());
  const copies = listBackups(snapshot.realPath)
    .filter(({ problem, manifest }) => problem === undefined && manifest?.isEncrypted !== true)
    .map(({ name, time, manifest, path: copy }) => ({
      name,
      // The name tells the second only: without a manifest it may have been made at its end.
      time: manifest === undefined ? new Date(time.getTime() + 999) : new Date(manifest.createdAt),
      read: async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of (await openBackup(copy, { maxBytes: LARGEST_BYTES })).plain) pieces.push(piece);
        return Buffer.concat(pieces);
      },
    }));
  const time = new Date(instant / (MICROSECONDS_PER_SECOND / 1000));
  const { bytes, since, from } = await versionAt(file, time, copies);
  const sinceText = formatInstant(since.getTime() * (MICROSECONDS_PER_SECOND / 1000));
  await note(context, `As of ${formatInstant(instant)}: the version of ${sinceText}, from ${from}.`);
  return CsvStore.inMemory(bytes, `${location} as of ${formatInstant(instant)}`, settings.naiveOffset);
}

/** An earlier version is made in memory. */
const LARGEST_BYTES = 1024 * 1024 * 1024;
