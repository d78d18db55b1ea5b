import { statSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { SessionsError } from "../errors.js";
import { backupName, type BackupForm } from "../storage/backup-name.js";
import { ioFailure } from "../storage/io-failure.js";
import { realTarget } from "../storage/real-target.js";
import { isTaken, makeSidecarSubfolder } from "../storage/sidecar-file.js";
import { ensureSidecarFolder, ownerForSidecar } from "../storage/sidecar.js";
import { manifestPath } from "./manifest.js";

/** Where a backup goes: among the file's own, into another folder under the same kind of name, or to a path. */
export type BackupDestination = "beside the file" | { readonly folder: string } | { readonly file: string };

/** The path that a backup gets. */
export interface BackupPlace {
  readonly path: string;
  readonly folder: string;
  /** Who it is given to; undefined for this process's user. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** Whether a path that was typed names a folder: one that is there, or a name that can be no file's. */
export function namesFolder(typed: string): boolean {
  if (/(?:^|[/\\])\.{0,2}$/.test(typed)) return true;
  try {
    return statSync(typed, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch (error) {
    throw ioFailure("look at", typed, error);
  }
}

/**
 * Chooses the path, and makes the file's own folder for backups where that is meant; no other folder is made. IO_FAILED.
 * @param realPath of the file that is copied
 */
export async function backupPlace(
  realPath: string,
  destination: BackupDestination,
  naming: BackupForm & { readonly now: Date },
): Promise<BackupPlace> {
  if (destination === "beside the file") {
    ensureSidecarFolder(realPath);
    const folder = await makeSidecarSubfolder(realPath, "backups");
    const owner = ownerForSidecar(realPath);
    return { path: freePath(folder, realPath, naming), folder, owner };
  }
  if ("file" in destination) {
    const file = await realTarget(destination.file);
    return { path: file, folder: path.dirname(file), owner: undefined };
  }
  const folder = await realFolder(destination.folder);
  return { path: freePath(folder, realPath, naming), folder, owner: undefined };
}

/** @throws SessionsError STORE_EXISTS where something has the name, a symbolic link that leads nowhere included */
export function requireFree(file: string): void {
  if (isTaken(file)) throw new SessionsError("STORE_EXISTS", { path: file, hint: "name another path, or a folder" });
}

/** A name that neither a backup nor a manifest has. */
function freePath(folder: string, realPath: string, naming: BackupForm & { readonly now: Date }): string {
  const { stem, extension } = backupName(realPath, naming.now, naming);
  for (let counter = 1; ; counter += 1) {
    const file = path.join(folder, `${stem}${counter === 1 ? "" : `-${counter}`}${extension}`);
    if (!isTaken(file) && !isTaken(manifestPath(file))) return file;
  }
}

async function realFolder(folder: string): Promise<string> {
  try {
    return await realpath(folder);
  } catch (error) {
    throw ioFailure("make a backup in", folder, error, `Make the folder first: mkdir -p ${folder}`);
  }
}
