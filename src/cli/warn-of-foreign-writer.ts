import { realpathSync, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { MICROSECONDS_PER_SECOND, type Instant } from "../session/timestamp.js";
import { readLockRecord, wasWrittenByUs } from "../storage/lock-record.js";
import { stampOf, type Snapshot } from "../storage/snapshot.js";
import type { SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import { warn } from "./notes.js";
import type { Settings } from "./settings.js";

/** A file that another program wrote to this recently belongs to a running backend. */
const FOREIGN_WRITER_SECONDS = 300;
/** How often it is looked who wrote the file, and the pause between: a server of ours may just be writing it. */
const LOOKS = 10;
const PAUSE_MS = 3;

/**
 * Seconds since the store was written, where that was in the last minutes and not, as far as is known, by us; undefined
 * otherwise.
 */
export async function foreignWriteAge(context: CliContext, store: SessionStore): Promise<number | undefined> {
  const { modifiedAt, lastWrittenByUs } = await store.describe();
  if (lastWrittenByUs === true) return undefined;
  return ageOfForeignWrite(context, store.location, modifiedAt);
}

/** The same for one version of a file. */
export async function ageOfForeignSnapshot(context: CliContext, snapshot: Snapshot): Promise<number | undefined> {
  const modifiedAt = (snapshot.mtime.getTime() / 1000) * MICROSECONDS_PER_SECOND;
  return ageOfForeignWrite(context, snapshot.realPath, modifiedAt);
}

async function ageOfForeignWrite(
  { clock }: CliContext,
  path: string,
  modifiedAt: Instant | undefined,
): Promise<number | undefined> {
  if (modifiedAt === undefined) return undefined;
  const seconds = (clock() - modifiedAt) / MICROSECONDS_PER_SECOND;
  if (seconds > FOREIGN_WRITER_SECONDS) return undefined;
  for (let look = 1; look <= LOOKS; look += 1) {
    if (isOurs(path)) return undefined;
    await pause(PAUSE_MS);
  }
  return Math.max(0, seconds);
}

/** The file as it is now is what the last commit under the lock left. */
function isOurs(path: string): boolean {
  try {
    const realPath = realpathSync.native(path);
    const stamp = stampOf(statSync(realPath, { bigint: true }));
    return wasWrittenByUs(readLockRecord(realPath), { stamp }) === true;
  } catch {
    return false;
  }
}

/** @param change what the backend would undo */
export async function warnOfForeignWriter(
  context: CliContext,
  settings: Settings,
  ageSeconds: number,
  change = "this change",
): Promise<void> {
  const { humanDuration } = await import("./render/time.js");
  const text =
    `this file was written ${humanDuration(ageSeconds)} ago, and not under our lock. If that was a running backend, it ` +
    `keeps its sessions in memory and undoes ${change} with its next save: stop it first.`;
  await warn(context, settings, text);
}
