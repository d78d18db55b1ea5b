import path from "node:path";
import { backupFolder, listBackups, type Backup } from "../copies/backup-list.js";
import { SessionsError } from "../errors.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { CliContext } from "./context.js";
import { note } from "./notes.js";
import { chooseStore, requireFile, STANDARD_INPUT } from "./open-store.js";
import { count } from "./render/numbers.js";
import { realPathOf } from "./same-file.js";
import type { Settings } from "./settings.js";

/** The option of commands that look at backups. */
export interface FolderOptions {
  readonly folder?: string;
}

/** A file and where its backups are. The file itself may be gone. */
export interface BackedUpFile {
  /** As it was named, as an absolute path. */
  readonly location: string;
  /** With symbolic links resolved, as far as it is there. */
  readonly realPath: string;
  /** Undefined for the file's own. */
  readonly folder: string | undefined;
}

export async function backedUpFile(
  context: CliContext,
  settings: Settings,
  { folder }: FolderOptions = {},
): Promise<BackedUpFile> {
  const named = await chooseStore(context, settings);
  requireFile(named);
  if (named === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "standard input has no backups",
      hint: "name the file with --store <path>",
    });
  }
  const location = path.resolve(context.workingDirectory, named);
  const absolute = folder === undefined ? undefined : path.resolve(context.workingDirectory, folder);
  return { location, realPath: realPathOf(location), folder: absolute };
}

/**
 * Newest first. In a folder that may be shared only those that are of this file by their manifests; a note says of what
 * the others are that have such names.
 *
 * @throws SessionsError IO_FAILED
 */
export async function backupsOf(
  context: CliContext,
  { realPath, folder = backupFolder(realPath) }: BackedUpFile,
): Promise<readonly Backup[]> {
  const isOwn = folder === backupFolder(realPath) || realPathOf(folder) === backupFolder(realPath);
  if (isOwn) return listBackups(realPath);
  const own: Backup[] = [];
  const others = new Map<string, number>();
  for (const backup of listBackups(realPath, folder)) {
    const { manifest } = backup;
    if (manifest?.source === realPath) own.push(backup);
    else {
      const of = manifest === undefined ? "without a manifest that can be read" : `of ${manifest.source}`;
      others.set(of, (others.get(of) ?? 0) + 1);
    }
  }
  const texts = [...others].map(([of, number]) => `${count(number, "backup")} ${of}`);
  if (texts.length > 0) await note(context, `Left alone in ${folder}: ${texts.join(", ")}`);
  return own;
}

/** Now, as the options say. */
export function timeOf({ retention }: Settings): Date {
  return new Date(retention.now / (MICROSECONDS_PER_SECOND / 1000));
}
