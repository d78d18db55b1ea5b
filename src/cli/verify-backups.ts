import path from "node:path";
import { requireBackup, type Backup } from "../copies/backup-list.js";
import type { OpenBackupOptions } from "../copies/open-backup.js";
import { rememberVerification, verifyBackup, whyNotGood, type VerifiedBackup } from "../copies/verify-backup.js";
import { SessionsError } from "../errors.js";
import { backupsOf, timeOf, type BackedUpFile } from "./backed-up-file.js";
import type { CliContext } from "./context.js";
import { exitCodeOf } from "./exit-codes.js";
import { keysFrom, type KeyOptions } from "./key-options.js";
import { warn } from "./notes.js";
import { errorText } from "./report-error.js";
import { backupJson, jsonText, verifiedText } from "./report-backups.js";
import { visibleText } from "./render/visible.js";
import type { Settings } from "./settings.js";

export interface VerifyOptions extends KeyOptions {
  readonly all?: boolean;
}

/** A backup that was verified, or that could not be looked into. */
type Outcome = VerifiedBackup | { readonly backup: Backup; readonly error: SessionsError };

/**
 * Verifies the backups that are named, all, or the newest one, says what was found, and remembers it. Ends with 13 where
 * one is not good, else with the code of what kept one from being looked into.
 */
export async function verifyBackups(
  context: CliContext,
  settings: Settings,
  file: BackedUpFile,
  names: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  const backups = await chosen(context, file, names, options.all === true);
  const opening: OpenBackupOptions = {
    keys: keysFrom(context, options),
    signal: context.interruptSignal(),
    ...(options.maxSize === undefined ? {} : { maxBytes: options.maxSize }),
  };
  const outcomes: Outcome[] = [];
  for (const backup of backups) {
    const outcome = await verified(context, backup, opening);
    outcomes.push(outcome);
    if (!("error" in outcome)) await remember(context, settings, outcome);
    if (settings.isJson) continue;
    if (!("error" in outcome)) await context.stdout.write(`${visibleText(verifiedText(settings, outcome))}\n`);
    else await context.stderr.write(await errorText(outcome.error, context.stderr));
  }
  if (settings.isJson)
    await context.stdout.write(jsonText({ store: file.location, verified: outcomes.map(outcomeJson) }));
  const isDamaged = outcomes.some((outcome) => !("error" in outcome) && whyNotGood(outcome) !== undefined);
  const [failure] = outcomes.flatMap((outcome) => ("error" in outcome ? [outcome.error] : []));
  if (isDamaged) context.endWith?.(13);
  else if (failure !== undefined) context.endWith?.(exitCodeOf(failure.code));
}

async function chosen(
  context: CliContext,
  file: BackedUpFile,
  names: readonly string[],
  wantsAll: boolean,
): Promise<readonly Backup[]> {
  if (wantsAll && names.length > 0) {
    throw new SessionsError("USAGE", { reason: "--all and names exclude each other", hint: "leave one of them out" });
  }
  const backups = await backupsOf(context, file);
  if (wantsAll && backups.length > 0) return backups;
  const wanted = names.length === 0 ? ["latest"] : names;
  return wanted.map((name) => {
    if (name === "latest" && backups.length === 0) throw noBackups(file);
    return requireBackup(backups, name, (typed) => path.resolve(context.workingDirectory, typed));
  });
}

function noBackups({ location }: BackedUpFile): SessionsError {
  return new SessionsError("STORE_NOT_FOUND", {
    path: location,
    reason: `there is no backup of ${location}`,
    hint: "make one with: sessions backup",
  });
}

async function verified(context: CliContext, backup: Backup, opening: OpenBackupOptions): Promise<Outcome> {
  try {
    return await verifyBackup(backup, opening);
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code === "CANCELLED" || error.code === "USAGE") throw error;
    return { backup, error };
  }
}

/** What was found is told in any case; that it is not remembered, for instance on a read-only disk, is a pity. */
async function remember(context: CliContext, settings: Settings, outcome: VerifiedBackup): Promise<void> {
  try {
    await rememberVerification(outcome, { now: timeOf(settings) });
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    await warn(context, settings, `it could not be noted that ${outcome.backup.name} was checked: ${error.message}`);
  }
}

function outcomeJson(outcome: Outcome): object {
  const backup = backupJson(outcome.backup);
  if ("error" in outcome) {
    const { code, details } = outcome.error;
    return { ...backup, ok: null, error: { code, reason: details.reason } };
  }
  const [problem, rows] = [whyNotGood(outcome) ?? null, outcome.rows ?? null];
  return { ...backup, ok: problem === null, problem, rows };
}
