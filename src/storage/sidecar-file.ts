import { lstatSync, readdirSync, rmdirSync, unlinkSync } from "node:fs";
import path from "node:path";
import { beginReplacement, type Replacement } from "./atomic-replace.js";
import { openDirectory, syncDirectory } from "./directory.js";
import { ioFailure, throwIfCancelled } from "./io-failure.js";
import {
  ensureSidecarSubfolder,
  ownerForSidecar,
  SIDECAR_KINDS,
  sidecarFolder,
  sidecarSubfolder,
  type SidecarKind,
} from "./sidecar.js";

/** What a file that is kept beside another one is for, and its name. */
export interface SidecarFileName {
  readonly kind: SidecarKind;
  /** The name is `<stem><extension>`, with a counter between them where that is taken. */
  readonly stem: string;
  readonly extension: string;
}

/** The path that `beginSidecarFile` would use now. Writes nothing. IO_FAILED: the folder cannot be looked at. */
export function sidecarFilePath(realPath: string, { kind, stem, extension }: SidecarFileName): string {
  const folder = sidecarSubfolder(realPath, kind);
  for (let counter = 1; ; counter += 1) {
    const name = counter === 1 ? `${stem}${extension}` : `${stem}-${counter}${extension}`;
    const candidate = path.join(folder, name);
    if (!isTaken(candidate)) return candidate;
  }
}

/**
 * Opens a new file, mode 0600, in a folder of the sidecar of `realPath`, whose lock the caller holds. It gets its name
 * only by `commit`, when it is whole and on the disk, and never takes the place of another file. The folders above it
 * are on the disk before this returns.
 *
 * IO_FAILED: the folder or the file cannot be made. CANCELLED: the signal fired. After both there is no new file; an
 * empty folder may have been made.
 */
export async function beginSidecarFile(
  realPath: string,
  name: SidecarFileName,
  options: { readonly signal?: AbortSignal } = {},
): Promise<{ readonly path: string; readonly replacement: Replacement }> {
  throwIfCancelled(options.signal, "write", realPath);
  await makeSidecarSubfolder(realPath, name.kind);
  const target = sidecarFilePath(realPath, name);
  const owner = ownerForSidecar(realPath);
  const replacement = await beginReplacement(target, {
    replaces: undefined,
    ...(owner === undefined ? {} : { owner: { uid: owner.uid, gid: owner.gid } }),
    ...options,
  });
  return { path: target, replacement };
}

/** Makes a folder of the sidecar, which must be there, so that it is on the disk too; returns its path. IO_FAILED. */
export async function makeSidecarSubfolder(realPath: string, kind: SidecarFileName["kind"]): Promise<string> {
  const folder = ensureSidecarSubfolder(realPath, kind);
  await syncFolders([sidecarFolder(realPath), path.dirname(realPath)]);
  return folder;
}

/**
 * Removes what killed writers left in the folders: under the lock of `realPath` no temp file there belongs to a writer that
 * is still alive. IO_FAILED: a folder cannot be read, or the file not removed.
 */
export function removeSidecarTemps(realPath: string): void {
  for (const kind of SIDECAR_KINDS) {
    const folder = sidecarSubfolder(realPath, kind);
    try {
      // Not through a link: what lies behind it is not ours.
      if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) continue;
      for (const name of readdirSync(folder)) {
        if (name.startsWith(".") && name.endsWith(".sessions-tmp")) unlinkSync(path.join(folder, name));
      }
    } catch (error) {
      throw ioFailure("clean up", folder, error, "Nothing was changed; try again");
    }
  }
}

/** Takes back the folders that `beginSidecarFile` made, where nothing came to be in them. Never throws. */
export function removeEmptySidecarSubfolders(realPath: string): void {
  for (const kind of SIDECAR_KINDS) {
    try {
      rmdirSync(sidecarSubfolder(realPath, kind));
    } catch {
      // Something is in it, or it was never made.
    }
  }
}

/** Whether a name is taken, also by a symbolic link that leads nowhere. IO_FAILED. */
export function isTaken(candidate: string): boolean {
  try {
    return lstatSync(candidate, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    throw ioFailure("look at", candidate, error);
  }
}

/** Without this a power cut may take a whole folder away that a file was safely written into. */
async function syncFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    try {
      const directory = await openDirectory(folder);
      try {
        await syncDirectory(directory);
      } finally {
        await directory?.close();
      }
    } catch (error) {
      throw ioFailure("sync the folder", folder, error, "Nothing was changed; try again");
    }
  }
}
