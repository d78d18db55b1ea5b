import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { backupStem, parseBackupName } from "../storage/backup-name.js";
import { ioFailure } from "../storage/io-failure.js";
import { hasSidecarSubfolder, sidecarSubfolder } from "../storage/sidecar.js";
import { contentProblem, readManifest, type Manifest } from "./manifest.js";

/** A backup as far as it is known without reading it. */
export interface Backup {
  readonly name: string;
  readonly path: string;
  /** From its name. */
  readonly time: Date;
  /** Bytes on the disk. */
  readonly byteLength: number;
  /** Undefined where there is none, as for the backups that `repair` makes, or where it cannot be read. */
  readonly manifest: Manifest | undefined;
  /** What is wrong, as far as size, manifest and the last verification tell; undefined where nothing is. */
  readonly problem: string | undefined;
}

/** Where the backups of a file are unless said otherwise. Pure. */
export function backupFolder(realPath: string): string {
  return sidecarSubfolder(realPath, "backups");
}

/**
 * The backups of a file in a folder, told by their names, newest first; none where there is no such folder. Links,
 * folders and files of other names are left out.
 *
 * IO_FAILED: the folder cannot be read, or is the file's own and something else stands in its place, such as a link.
 * @param realPath of the file that they are of
 */
export function listBackups(realPath: string, folder: string = backupFolder(realPath)): readonly Backup[] {
  const stem = backupStem(realPath);
  const found = namesIn(realPath, folder).flatMap((name) => {
    const parts = parseBackupName(name);
    if (parts?.stem !== stem) return [];
    const backup = backupAt(path.join(folder, name), parts.time);
    return backup === undefined ? [] : [{ backup, second: parts.time.getTime(), counter: parts.counter }];
  });
  return found
    .sort((a, b) => b.second - a.second || madeAt(b.backup) - madeAt(a.backup) || b.counter - a.counter)
    .map(({ backup }) => backup);
}

/** What is wrong with a backup, or was with the file when it was made, as far as is known. Undefined where nothing is. */
export function knownProblem({ manifest, problem }: Backup): string | undefined {
  return problem ?? (manifest && contentProblem(manifest));
}

/** It has a manifest, which says that what was backed up was in order, and no problem is known. */
export function isGood(backup: Backup): boolean {
  return backup.manifest !== undefined && knownProblem(backup) === undefined;
}

/** Backups of one second are told apart by their manifests. */
function madeAt({ manifest, time }: Backup): number {
  return manifest === undefined ? time.getTime() : Date.parse(manifest.createdAt);
}

/** Whether it is from after now: the clock was wrong then, or is wrong now. */
export function isFromFuture({ time }: Backup, now: Date): boolean {
  return time.getTime() > now.getTime();
}

/** Without those from after now and those that a restore made of what it replaced. Pure. */
export function regularBackups(backups: readonly Backup[], now: Date): readonly Backup[] {
  return backups.filter((backup) => backup.manifest?.reason === undefined && !isFromFuture(backup, now));
}

/**
 * The backup that a person means: `latest`, a name in the list, or the path of a file.
 *
 * STORE_NOT_FOUND: there is none; with names that are close.
 * @param backups newest first
 * @param resolve makes a path absolute
 */
export function requireBackup(backups: readonly Backup[], text: string, resolve: (typed: string) => string): Backup {
  const isPath = /[/\\]/.test(text);
  const found = isPath
    ? backupAt(resolve(text))
    : text === "latest"
      ? backups[0]
      : backups.find(({ name }) => name === text);
  if (found !== undefined) return found;
  throw new SessionsError("STORE_NOT_FOUND", {
    path: text,
    reason: `there is no backup ${text}`,
    hint: isPath ? "check the path; symbolic links are not followed" : "see what is there with: sessions backups",
  });
}

/**
 * What is known of a file that is taken for a backup; undefined where there is no such file, or it is a link or a folder.
 * @param time left out, from its name or else from its last change
 */
export function backupAt(file: string, time?: Date): Backup | undefined {
  const name = path.basename(file);
  try {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats?.isFile() !== true) return undefined;
    const made = time ?? parseBackupName(name)?.time ?? stats.mtime;
    return { name, path: file, time: made, byteLength: stats.size, ...knownOf(file, stats.size) };
  } catch (error) {
    throw ioFailure("look at", file, error);
  }
}

function knownOf(file: string, byteLength: number): Pick<Backup, "manifest" | "problem"> {
  try {
    const manifest = readManifest(file);
    if (manifest === undefined) return { manifest, problem: undefined };
    const { stored, checked } = manifest;
    const isSize = stored.bytes === byteLength;
    const problem = isSize ? checked?.problem : `it has ${byteLength} bytes, and had ${stored.bytes}`;
    return { manifest, problem };
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    return { manifest: undefined, problem: "its manifest cannot be read" };
  }
}

/** The file's own folder is no symbolic link: who may write beside the file must not name others to be removed. */
function namesIn(realPath: string, folder: string): readonly string[] {
  try {
    const isThere = folder !== backupFolder(realPath) || hasSidecarSubfolder(realPath, "backups");
    return isThere ? readdirSync(folder) : [];
  } catch (error) {
    if (error instanceof SessionsError) throw error;
    if (systemErrorCode(error) === "ENOENT") return [];
    throw ioFailure("list the backups in", folder, error, "ask whoever may read the file, or see its owner and mode");
  }
}
