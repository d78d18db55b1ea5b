import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { readLockRecord, wasWrittenByUs } from "../storage/lock-record.js";
import type { Snapshot } from "../storage/snapshot.js";
import type { SessionStore, StoreDescription } from "../store/store.js";
import type { CliContext } from "./context.js";
import { warn } from "./notes.js";
import type { Settings } from "./settings.js";

/** A file that another program wrote to this recently belongs to a running backend. */
const FOREIGN_WRITER_SECONDS = 300;

/**
 * Seconds since the store was written, where that was in the last minutes and not, as far as is known, by us; undefined
 * otherwise.
 */
export async function foreignWriteAge(context: CliContext, store: SessionStore): Promise<number | undefined> {
  return ageOfForeignWrite(context, await store.describe());
}

function ageOfForeignWrite(
  context: CliContext,
  { modifiedAt, lastWrittenByUs }: Pick<StoreDescription, "modifiedAt" | "lastWrittenByUs">,
): number | undefined {
  if (modifiedAt === undefined || lastWrittenByUs === true) return undefined;
  const seconds = (context.clock() - modifiedAt) / MICROSECONDS_PER_SECOND;
  return seconds > FOREIGN_WRITER_SECONDS ? undefined : Math.max(0, seconds);
}

/** The same for one version of a file. */
export function ageOfForeignSnapshot(context: CliContext, snapshot: Snapshot): number | undefined {
  return ageOfForeignWrite(context, {
    modifiedAt: (snapshot.mtime.getTime() / 1000) * MICROSECONDS_PER_SECOND,
    lastWrittenByUs: wasWrittenByUs(readLockRecord(snapshot.realPath), snapshot),
  });
}

export async function warnOfForeignWriter(context: CliContext, settings: Settings, ageSeconds: number): Promise<void> {
  const { humanDuration } = await import("./render/time.js");
  const text =
    `this file was written ${humanDuration(ageSeconds)} ago, and not under our lock. If that was a running backend, it ` +
    "keeps its sessions in memory and undoes this change with its next save: stop it first.";
  await warn(context, settings, text);
}
