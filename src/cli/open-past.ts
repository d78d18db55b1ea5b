import { hash } from "node:crypto";
import path from "node:path";
import type { Command } from "commander";
import type { Manifest } from "../copies/manifest.js";
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
  const { openSnapshot } = await import("../storage/snapshot.js");
  const { CsvStore } = await import("../store/csv-store.js");
  const file = path.resolve(context.workingDirectory, location);
  using snapshot = openSnapshot(file);
  const instant = resolveTime(at, settings.retention.now);
  const unusable: string[] = [];
  const copies = listBackups(snapshot.realPath)
    .filter(({ problem, manifest, name }) => problem === undefined && !(manifest?.isEncrypted ?? name.endsWith(".age")))
    .map(({ name, time, manifest, path: copy }) => ({
      name,
      // The name tells the second only: without a manifest it may have been made at its end.
      time: manifest === undefined ? new Date(time.getTime() + 999) : new Date(manifest.createdAt),
      wasReplaced: manifest?.reason !== undefined,
      read: async () => {
        try {
          return await contentOf(copy, manifest);
        } catch (error) {
          if (!(error instanceof SessionsError) || !UNUSABLE.has(error.code)) throw error;
          unusable.push(`${name} (${error.details.reason ?? error.message})`);
          return undefined;
        }
      },
    }))
    .sort((one, other) => other.time.getTime() - one.time.getTime());
  const time = new Date(instant / (MICROSECONDS_PER_SECOND / 1000));
  const { bytes, since, from } = await versionAt(file, time, copies);
  if (unusable.length > 0) await note(context, `Left out, as not good: ${unusable.join(", ")}`);
  const sinceText = formatInstant(since.getTime() * (MICROSECONDS_PER_SECOND / 1000));
  await note(context, `As of ${formatInstant(instant)}: the version of ${sinceText}, from ${from}.`);
  return CsvStore.inMemory(bytes, `${location} as of ${formatInstant(instant)}`, settings.naiveOffset);
}

/** A copy with these is left out; one from before it is taken. */
const UNUSABLE: ReadonlySet<string> = new Set(["STORE_DAMAGED", "WRONG_KEY"]);

/** All of a copy. @throws SessionsError STORE_DAMAGED where it is not what its manifest says, and as `openBackup` */
async function contentOf(copy: string, manifest: Manifest | undefined): Promise<Buffer> {
  const { openBackup } = await import("../copies/open-backup.js");
  const pieces: Uint8Array[] = [];
  for await (const piece of (await openBackup(copy, { maxBytes: LARGEST_BYTES })).plain) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  if (manifest === undefined || hash("sha256", bytes, "hex") === manifest.plain.sha256) return bytes;
  throw new SessionsError("STORE_DAMAGED", { path: copy, reason: "its content is not what was backed up" });
}

/** An earlier version is made in memory. */
const LARGEST_BYTES = 1024 * 1024 * 1024;
