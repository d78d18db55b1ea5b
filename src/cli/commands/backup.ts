import path from "node:path";
import type { Command } from "commander";
import { backupPlace, namesFolder, requireFree, type BackupDestination } from "../../copies/backup-place.js";
import { planForget } from "../../copies/forget-backups.js";
import { isEmptyPolicy } from "../../copies/keep-policy.js";
import { requireRecipients, type BackupEncryption } from "../../copies/encode-backup.js";
import { writeBackup, type BackupWritten } from "../../copies/write-backup.js";
import { contentProblem } from "../../copies/manifest.js";
import { backupAt } from "../../copies/backup-list.js";
import { SessionsError } from "../../errors.js";
import type { BackupForm } from "../../storage/backup-name.js";
import { openSnapshot } from "../../storage/snapshot.js";
import { backedUpFile, backupsOf, timeOf, type BackedUpFile } from "../backed-up-file.js";
import type { CliContext } from "../context.js";
import { addForgetOptions, carryOutForget, requireAnswerable, type ForgetOptions } from "../forget-backups.js";
import { addKeepOptions, keepPolicyFrom, type KeepOptions } from "../keep-options.js";
import { addEncryptionOptions, encryptionFrom, type EncryptionOptions } from "../key-options.js";
import { namesPassphrase } from "../passphrase.js";
import { note, warn } from "../notes.js";
import { count, humanBytes } from "../render/numbers.js";
import { visibleText } from "../render/visible.js";
import { backupJson, forgetJson, forgetText, jsonText, VALIDATE_HINT } from "../report-backups.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { shownPath } from "../shown-path.js";

export interface BackupOptions extends GlobalOptions, EncryptionOptions, KeepOptions, ForgetOptions {
  readonly gzip?: boolean;
}

export function backupCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("backup")
    .argument("[dest]", "a folder, or a path for the copy (default: <file>.d/backups/)")
    .description("Copy the file: one whole version, also while a server writes, with a manifest to verify it by.")
    .option("--gzip", "compress it");
  addKeepOptions(addForgetOptions(addEncryptionOptions(command)));
  return command.addHelpText("after", EXAMPLES).action(async (dest: string | undefined) => {
    await runBackup(context, dest, command.optsWithGlobals<BackupOptions>(), program.version() ?? "sessions");
  });
}

/** @param tool name and version of this program, for the manifest */
export async function runBackup(
  context: CliContext,
  dest: string | undefined,
  options: BackupOptions,
  tool: string,
): Promise<void> {
  const settings = new Settings(context, options);
  const file = await backedUpFile(context, settings);
  const destination = destinationOf(context, dest);
  const form = { isCompressed: options.gzip === true, isEncrypted: wantsEncryption(options) };
  requireFittingEnd(destination, form);
  const policy = keepPolicyFrom(options);
  if (!isEmptyPolicy(policy)) {
    if (typeof destination === "object" && "file" in destination) {
      throw new SessionsError("USAGE", {
        reason: "--keep-… thins out a folder of backups, and a path was given for this one",
        hint: "name a folder, or leave --keep-… out",
      });
    }
    requireAnswerable(context, "backup", options);
  }
  const now = timeOf(settings);
  const among: BackedUpFile =
    typeof destination === "object" && "folder" in destination ? { ...file, ...destination } : file;
  if (options.dryRun === true) {
    openSnapshot(file.location).close();
    if (options.recipient !== undefined || options.recipientsFile !== undefined) {
      await requireEncryption(context, options);
    }
    if (destination !== "beside the file") {
      requireFree((await backupPlace(file.realPath, destination, { ...form, now })).path);
    }
    await showPlan(context, settings, among, { options, now, policy });
    return;
  }
  // Nobody types a passphrase for a file that is not there, or has mistyped a recipient.
  openSnapshot(file.location).close();
  const encryption = await requireEncryption(context, options);
  const written = await writeBackup(file.location, {
    encoding: { isCompressed: options.gzip === true, encryption },
    destination,
    now,
    tool,
    signal: context.interruptSignal(),
    onRead: context.onRead,
  });
  if (!settings.isJson) await context.stdout.write(writtenText(context, written));
  await warnOfContent(context, settings, written);
  const plan = planForget(isEmptyPolicy(policy) ? [] : await backupsOf(context, among), policy, now, written.path);
  await carryOutForget(context, plan, { ...options, guardsHalf: false });
  // Whoever thins out, by cron as a rule, relies on good copies.
  if (!isEmptyPolicy(policy) && contentProblem(written.manifest) !== undefined) context.endWith?.(13);
  if (settings.isJson) {
    const backup = backupAt(written.path);
    const body = { store: file.location, dry_run: false, backup: backup && backupJson(backup), ...forgetJson(plan) };
    await context.stdout.write(jsonText(body));
  } else if (!isEmptyPolicy(policy)) await context.stdout.write(forgetText(plan, "removed"));
}

async function requireEncryption(context: CliContext, options: BackupOptions): Promise<BackupEncryption | undefined> {
  const encryption = await encryptionFrom(context, options);
  if (encryption !== undefined && "recipients" in encryption) await requireRecipients(encryption.recipients);
  return encryption;
}

function destinationOf({ workingDirectory }: CliContext, dest: string | undefined): BackupDestination {
  if (dest === undefined) return "beside the file";
  if (dest.trim() === "" || dest === "-") {
    throw new SessionsError("USAGE", {
      reason: dest === "-" ? "a backup needs a manifest beside it, and - names no file" : "the destination is empty",
      hint: "name a folder or a path; what is in the file prints: cat",
    });
  }
  if (BACKUPS_COMMANDS.includes(dest)) {
    throw new SessionsError("USAGE", {
      reason: `${dest} is what backups does, and backup would make a file of that name`,
      hint: `did you mean: sessions backups${dest === "list" ? "" : ` ${dest}`}; the file is ./${dest}`,
    });
  }
  const absolute = path.resolve(workingDirectory, dest);
  return namesFolder(dest.endsWith("/") ? `${absolute}/` : absolute) ? { folder: absolute } : { file: absolute };
}

const BACKUPS_COMMANDS: readonly string[] = ["verify", "status", "forget", "list"];

/** @throws SessionsError USAGE where a path ends otherwise than what would be in it */
function requireFittingEnd(destination: BackupDestination, { isCompressed, isEncrypted }: BackupForm): void {
  if (typeof destination === "string" || "folder" in destination) return;
  const name = path.basename(destination.file);
  if (name.endsWith(".age") && !isEncrypted) {
    const hint = "add -r <age1…> or --encrypt, or name another path";
    throw new SessionsError("USAGE", { reason: `${name} would not be encrypted, as its name says`, hint });
  }
  if (/\.gz(?:\.age)?$/.test(name) && !isCompressed) {
    const hint = "add --gzip, or name another path";
    throw new SessionsError("USAGE", { reason: `${name} would not be compressed, as its name says`, hint });
  }
}

/** Whether encryption is asked for, as far as the options say without a passphrase. */
function wantsEncryption({ encrypt, recipient, recipientsFile, ...rest }: EncryptionOptions): boolean {
  return encrypt === true || recipient !== undefined || recipientsFile !== undefined || namesPassphrase(rest);
}

/** As if the backup were there already. */
async function showPlan(
  context: CliContext,
  settings: Settings,
  file: BackedUpFile,
  { options, now, policy }: { options: BackupOptions; now: Date; policy: ReturnType<typeof keepPolicyFrom> },
): Promise<void> {
  using snapshot = openSnapshot(file.location);
  const coming = {
    name: "this backup",
    path: "",
    time: now,
    byteLength: snapshot.byteLength,
    problem: undefined,
    manifest: {
      source: file.realPath,
      createdAt: now.toISOString(),
      tool: "",
      rows: 0,
      broken: 0,
      plain: { bytes: snapshot.byteLength, sha256: "" },
      stored: { bytes: snapshot.byteLength, sha256: "" },
      isCompressed: options.gzip === true,
      isEncrypted: false,
      reason: undefined,
      checked: undefined,
    },
  };
  const plan = planForget(isEmptyPolicy(policy) ? [] : [coming, ...(await backupsOf(context, file))], policy, now);
  if (settings.isJson) {
    await context.stdout.write(jsonText({ store: file.location, dry_run: true, backup: null, ...forgetJson(plan) }));
    return;
  }
  await context.stdout.write(
    `Would back up ${visibleText(shownPath(context, file.location))}, ${humanBytes(snapshot.byteLength)}\n`,
  );
  if (!isEmptyPolicy(policy)) await context.stdout.write(forgetText(plan, "would be removed"));
}

function writtenText(context: CliContext, { path: file, manifest }: BackupWritten): string {
  const { rows, stored, plain, isCompressed, isEncrypted } = manifest;
  const form = [isCompressed ? "compressed" : "", isEncrypted ? "encrypted" : ""].filter((word) => word !== "");
  const size = form.length === 0 ? humanBytes(plain.bytes) : `${humanBytes(stored.bytes)} (${form.join(" and ")})`;
  return `${visibleText(shownPath(context, file))}\n  ${rows === undefined ? "rows not known" : count(rows, "session")}, ${size}\n`;
}

async function warnOfContent(context: CliContext, settings: Settings, { manifest }: BackupWritten): Promise<void> {
  const { broken = 0 } = manifest;
  if (manifest.rows === undefined) {
    await warn(
      context,
      settings,
      `it is copied as it is, and it is no session file that can be read; ${settings.hint(VALIDATE_HINT)}`,
    );
  } else if (broken > 0) {
    await warn(
      context,
      settings,
      `${count(broken, "record")} of it cannot be read for certain; all is copied as it stands; ${settings.hint(VALIDATE_HINT)}`,
    );
  }
  if (manifest.isEncrypted) await note(context, "Without its key nobody can open it: keep that in another place.");
}

const EXAMPLES = `
The copy is made without the lock, so that nobody waits for it. Its manifest has
the count of sessions and SHA-256, and stands beside it: <copy>.manifest.json.

A path that ends in .gz or .age needs --gzip or a key: its name would be wrong.

Encryption is that of age (age-encryption.org): age --decrypt opens it.

--keep-… removes older backups in the same folder after the copy. One reason is
enough to stay; hours, days, weeks and so on are those of UTC, and only those
with a backup count. Damaged backups, those of a damaged file, those that repair
and restore made, and those from a time that is yet to come are thinned out each
apart, and the copy that was just made stays. With --keep-… a copy of a damaged
file ends with exit 13.

Examples:
  sessions backup                                 into sessions.csv.d/backups/
  sessions backup /mnt/backup --gzip              into another folder
  sessions backup --gzip -r age1…                 only for the owner of a key
  sessions backup --yes --keep-daily 7 --keep-weekly 5    for cron`;
