import { statSync } from "node:fs";
import path from "node:path";
import { SessionsError } from "../errors.js";
import { backupFolder, listBackups, type Backup } from "../copies/backup-list.js";
import { formatInstant } from "../session/timestamp.js";
import type { CliContext } from "./context.js";
import { timeInputOf, resolveTime } from "./parse/time.js";
import { realPathOf } from "./same-file.js";
import type { Settings } from "./settings.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";
import { suggest } from "./suggest.js";

/** What a word on the command line means: the file itself, or a copy of it. */
export interface ChosenVersion {
  readonly path: string;
  /** The backup among those of the file; undefined for any other file. */
  readonly backup: Backup | undefined;
}

/** The file that a word names: something is there, or it can be nothing but a path. Undefined for any other word. */
export function pathOfFile({ workingDirectory }: CliContext, word: string): string | undefined {
  const file = path.resolve(workingDirectory, word);
  const isPath = word.includes("/") || word.includes(path.sep);
  return isPath || (word !== "latest" && word !== "current" && isThere(file)) ? file : undefined;
}

/**
 * Finds the version that a word means: `latest`, the path of a file, the name of a backup, or a time, which means the
 * newest backup that is not younger. A file that has one of these names is meant by `./latest`.
 *
 * @param storePath the sessions file that the backups are of
 * @throws SessionsError STORE_NOT_FOUND where it means nothing here
 */
export function chooseVersion(context: CliContext, settings: Settings, storePath: string, word: string): ChosenVersion {
  const realPath = realPathOf(storePath);
  const folder = shownPath(context, backupFolder(realPath));
  const file = pathOfFile(context, word);
  if (file !== undefined) return { path: requireFileAt(context, realPath, file), backup: undefined };
  const backups = listBackups(realPath);
  const [newest] = backups;
  if (word === "latest") {
    if (newest !== undefined) return chosen(newest);
    throw notFound(`there is no backup in ${folder}`, storePath, { hint: BACKUP_HINT });
  }
  const named = backups.find(({ name }) => name === word || bareName(name) === word);
  if (named !== undefined) return chosen(named);
  const input = timeInputOf(word);
  if (input === undefined) {
    const suggestions = suggest(word, [...backups.map(({ name }) => name), "latest", "current"]);
    throw notFound(`there is no backup and no file "${word}"`, word, {
      suggestions,
      hint: `name a file, a backup in ${folder}, latest, or a time such as 2025-09-30T10:30:00Z, yesterday or "2h ago"`,
    });
  }
  const time = resolveTime(input, settings.retention.now);
  const found = backups.find((backup) => backup.time.getTime() * 1000 <= time);
  if (found !== undefined) return chosen(found);
  const oldest = backups.at(-1);
  const reason = `there is no backup from ${formatInstant(time)} or before in ${folder}`;
  throw notFound(oldest === undefined ? reason : `${reason}; the oldest is ${oldest.name}`, storePath, {
    hint: oldest === undefined ? BACKUP_HINT : `take the oldest one with its name: ${shellQuote(oldest.name)}`,
  });
}

/** A name may leave out what stands behind the time. */
function bareName(name: string): string {
  return name.replace(/\.csv(?:\.gz)?(?:\.age)?$/, "");
}

const BACKUP_HINT = "make one with: sessions backup";

function chosen(backup: Backup): ChosenVersion {
  return { path: backup.path, backup };
}

function notFound(
  reason: string,
  file: string,
  more: { readonly hint: string; readonly suggestions?: readonly string[] },
): SessionsError {
  return new SessionsError("STORE_NOT_FOUND", { path: file, reason, ...more });
}

/** @throws SessionsError STORE_NOT_FOUND, STORE_NOT_A_FILE for a folder, with the way to what is meant */
function requireFileAt(context: CliContext, realPath: string, file: string): string {
  if (!isThere(file)) {
    throw notFound(`there is no file ${shownPath(context, file)}`, file, {
      hint: "check the path, or see what there is: sessions backups",
    });
  }
  if (!isFolder(file)) return file;
  const [newest] = listBackups(realPath, file);
  const hint =
    newest === undefined
      ? "no backup of the file is in it; see those that there are: sessions backups"
      : `name the backup in it: ${shellQuote(shownPath(context, newest.path))}`;
  throw new SessionsError("STORE_NOT_A_FILE", { path: file, hint });
}

function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    // Opening it says what is wrong.
    return false;
  }
}

function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}
