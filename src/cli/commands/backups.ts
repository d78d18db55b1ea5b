import type { Command } from "commander";
import { isFromFuture, isGood, knownProblem, regularBackups } from "../../copies/backup-list.js";
import { planForget } from "../../copies/forget-backups.js";
import { isEmptyPolicy } from "../../copies/keep-policy.js";
import { MICROSECONDS_PER_SECOND } from "../../session/timestamp.js";
import { backedUpFile, backupsOf, timeOf, type FolderOptions } from "../backed-up-file.js";
import type { CliContext } from "../context.js";
import { addForgetOptions, carryOutForget, requireAnswerable, type ForgetOptions } from "../forget-backups.js";
import { addKeepOptions, keepPolicyFrom, type KeepOptions } from "../keep-options.js";
import { addKeyOptions } from "../key-options.js";
import { note, paragraph } from "../notes.js";
import { parseDuration } from "../parse/duration.js";
import { addConfirmOption } from "../removal-options.js";
import { count } from "../render/numbers.js";
import { humanDuration } from "../render/time.js";
import { ago, backupJson, backupLines, forgetJson, forgetText, jsonText, VALIDATE_HINT } from "../report-backups.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { shownPath } from "../shown-path.js";
import { verifyBackups, type VerifyOptions } from "../verify-backups.js";

export interface BackupsOptions extends GlobalOptions, FolderOptions {}
export interface BackupsStatusOptions extends BackupsOptions {
  readonly maxAge: number;
}
export interface BackupsForgetOptions extends BackupsOptions, KeepOptions, ForgetOptions {}

const FOLDER = ["--folder <path>", "where they are (default: <file>.d/backups/)"] as const;

export function backupsCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("backups")
    .description("List the backups of the file, newest first; verify them, watch their age, remove old ones.")
    .option(...FOLDER)
    .action(async () => runBackups(context, command.optsWithGlobals<BackupsOptions>()));

  const verify = command
    .command("verify")
    .argument("[backup...]", "names from the list, paths, or latest (the default)")
    .description("Decrypt, decompress and parse backups, and compare them with their manifests.")
    .option("--all", "all of them")
    .option(...FOLDER);
  addKeyOptions(verify).action(async (names: string[]) => {
    const options = verify.optsWithGlobals<BackupsOptions & VerifyOptions>();
    const settings = new Settings(context, options);
    const file = await backedUpFile(context, settings, options);
    await verifyBackups(context, settings, file, names, options);
  });

  const status = command
    .command("status")
    .description("Exit 1 where the newest good backup is too old, or there is none; for cron and monitoring.")
    .requiredOption("--max-age <duration>", "how old it may be, such as 26h", parseDuration)
    .option(...FOLDER)
    .action(async () => runBackupsStatus(context, status.optsWithGlobals<BackupsStatusOptions>()));

  const forget = command
    .command("forget")
    .description("Remove the backups that no --keep-… option keeps; without any of these, none.")
    .option(...FOLDER);
  addConfirmOption(addForgetOptions(addKeepOptions(forget))).action(async () =>
    runBackupsForget(context, forget.optsWithGlobals<BackupsForgetOptions>()),
  );
  return command.addHelpText("after", EXAMPLES);
}

export async function runBackups(context: CliContext, options: BackupsOptions): Promise<void> {
  const settings = new Settings(context, options);
  const file = await backedUpFile(context, settings, options);
  const backups = await backupsOf(context, file);
  if (settings.isJson) {
    await context.stdout.write(jsonText(backups.map(backupJson)));
    return;
  }
  if (backups.length > 0) await context.stdout.write(backupLines(context, settings, backups));
  else
    await note(
      context,
      `There is no backup of ${shownPath(context, file.location)}. ${settings.hint("Make one with: sessions backup")}`,
    );
  const doubtful = backups.filter((backup) => !isGood(backup)).length;
  if (doubtful > 0) {
    const is = doubtful === 1 ? "is" : "are";
    await note(
      context,
      settings.hint(
        `${count(doubtful, "backup")} ${is} not known to be good; look with: sessions backups verify --all`,
      ),
    );
  }
}

export async function runBackupsStatus(context: CliContext, options: BackupsStatusOptions): Promise<void> {
  const settings = new Settings(context, options);
  const file = await backedUpFile(context, settings, options);
  const { now } = settings.retention;
  const backups = await backupsOf(context, file);
  const regular = regularBackups(backups, timeOf(settings));
  const future = backups.filter((backup) => isFromFuture(backup, timeOf(settings)));
  const newest = regular.find(isGood);
  const [latest] = regular;
  const age = newest && now / MICROSECONDS_PER_SECOND - newest.time.getTime() / 1000;
  const isFresh = age !== undefined && age <= options.maxAge;
  if (!isFresh) context.endWith?.(1);
  if (settings.isJson) {
    const body = {
      store: file.location,
      ok: isFresh,
      max_age_seconds: options.maxAge,
      age_seconds: age ?? null,
      newest: newest === undefined ? null : backupJson(newest),
      latest: latest === undefined ? null : backupJson(latest),
      future: future.map(backupJson),
    };
    await context.stdout.write(jsonText(body));
    return;
  }
  const limit = humanDuration(options.maxAge);
  const found =
    newest === undefined
      ? "there is no good backup"
      : `the newest good backup is ${newest.name}, ${ago(newest.time, now)}`;
  await context.stdout.write(
    await paragraph(context.stdout, `${isFresh ? "OK" : "TOO OLD"}: ${found} (allowed: ${limit})`),
  );
  if (future.length > 0) {
    const text = `${count(future.length, "backup")} from after now, not counted: ${future.map(({ name }) => name).join(", ")}; compare the clock with: date -u`;
    await context.stdout.write(await paragraph(context.stdout, text));
  }
  const problem = latest && knownProblem(latest);
  if (problem === undefined) return;
  const next = latest?.problem === undefined ? VALIDATE_HINT : "make another one with: sessions backup";
  const text = `NOT GOOD: the latest one, ${latest?.name ?? ""}: ${problem}; ${settings.hint(next)}`;
  await context.stdout.write(await paragraph(context.stdout, text));
}

export async function runBackupsForget(context: CliContext, options: BackupsForgetOptions): Promise<void> {
  const settings = new Settings(context, options);
  const file = await backedUpFile(context, settings, options);
  const policy = keepPolicyFrom(options);
  if (!isEmptyPolicy(policy)) requireAnswerable(context, "backups forget", options);
  const plan = planForget(await backupsOf(context, file), policy, timeOf(settings));
  const isDryRun = options.dryRun === true;
  if (!isDryRun) await carryOutForget(context, plan, { ...options, guardsHalf: true });
  if (settings.isJson) {
    await context.stdout.write(jsonText({ store: file.location, dry_run: isDryRun, ...forgetJson(plan) }));
    return;
  }
  if (isEmptyPolicy(policy)) await note(context, "No --keep-… option is given, so that every backup stays.");
  await context.stdout.write(forgetText(plan, isDryRun ? "would be removed" : "removed"));
}

const EXAMPLES = `
A backup that is not known to be good has no manifest (as those that repair
makes), has another size than it had, did not pass its last verification, or is
a copy of a file that was damaged already.
What verify finds is noted in the manifest, where there is one.

In another folder than its own a file has the backups whose manifests name its
path; others with such names are left alone.

Exit codes of verify: 0 all are good; 12 a key is missing or wrong; 13 one is
not good.

Examples:
  sessions backups                                  what there is
  sessions backups verify --all -i key.txt          read all of them to the end
  sessions backups status --max-age 26h             for monitoring
  sessions backups forget -n --keep-daily 7 --keep-monthly 12`;
