import { unlinkSync } from "node:fs";
import { systemErrorCode } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import { isFromFuture, isGood, type Backup } from "./backup-list.js";
import { applyKeepPolicy, type KeepPolicy, type Kept } from "./keep-policy.js";
import { manifestPath } from "./manifest.js";

/** What a policy does to the backups of a file. */
export interface ForgetPlan {
  /** Newest first, each with its reasons to stay. */
  readonly kept: readonly Kept<Backup>[];
  /** Newest first. */
  readonly removed: readonly Backup[];
}

/**
 * Applies a policy to good backups and to all others apart, as restic does to different paths: a damaged one, one that
 * `repair` or `restore` made of what it replaced, or one from after now never takes the place of a good one. Pure.
 *
 * @param backups newest first
 * @param written the path of the one that was just made, which stays
 */
export function planForget(backups: readonly Backup[], policy: KeepPolicy, now: Date, written?: string): ForgetPlan {
  // Of those of one second the policy takes the first for the newest.
  const ordered = [
    ...backups.filter(({ path }) => path === written),
    ...backups.filter(({ path }) => path !== written),
  ];
  const groups = new Set(ordered.map((backup) => groupOf(backup, now)));
  const judged = [...groups]
    .map((group) => ordered.filter((backup) => groupOf(backup, now) === group))
    .flatMap((group) => applyKeepPolicy(group, policy, now))
    .toSorted((a, b) => b.item.time.getTime() - a.item.time.getTime());
  return {
    kept: judged.filter(({ reasons }) => reasons.length > 0),
    removed: judged.filter(({ reasons }) => reasons.length === 0).map(({ item }) => item),
  };
}

function groupOf(backup: Backup, now: Date): string {
  if (isFromFuture(backup, now)) return "from after now";
  return isGood(backup) ? `good, made by ${backup.manifest?.reason ?? "a person"}` : "not known to be good";
}

/**
 * Removes backups, oldest first, each before its manifest: what is left after a failure is as good as it was.
 *
 * IO_FAILED: one of them cannot be removed; those behind it stay.
 */
export function forgetBackups(backups: readonly Backup[]): void {
  for (const { path } of backups.toSorted((a, b) => a.time.getTime() - b.time.getTime())) {
    remove(path);
    remove(manifestPath(path));
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw ioFailure("remove", path, error);
  }
}
