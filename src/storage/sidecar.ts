import { closeSync, constants, fchmodSync, fchownSync, lstatSync, mkdirSync, openSync, statSync } from "node:fs";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { ioFailure } from "./io-failure.js";

const OPEN_FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The folder beside a file that holds what belongs to it: the lock, and what other parts keep. Pure. */
export function sidecarFolder(realPath: string): string {
  return `${realPath}.d`;
}

/** The lock file in the sidecar folder. Pure. */
export function sidecarLock(realPath: string): string {
  return path.join(sidecarFolder(realPath), "lock");
}

/** What kinds of files have a folder of their own in the sidecar folder. */
export const SIDECAR_KINDS = ["backups", "quarantine", "log"] as const;
export type SidecarKind = (typeof SIDECAR_KINDS)[number];

/** A folder in the sidecar folder, for one kind of file. Pure. */
export function sidecarSubfolder(realPath: string, kind: SidecarKind): string {
  return path.join(sidecarFolder(realPath), kind);
}

/**
 * Makes the sidecar folder, mode 0700, unless it is there, and returns its path.
 *
 * A folder made by root goes to the owner of the file (or of the directory, where there is no file yet): otherwise one
 * command run by an administrator would shut the file's own service out of its lock.
 *
 * IO_FAILED: the folder cannot be made, or a symbolic link or another thing that is not a directory stands there;
 * nothing was made or followed.
 */
export function ensureSidecarFolder(realPath: string): string {
  const hint = `The folder for the lock must be made in ${path.dirname(realPath)}; allow writing there`;
  return ensureFolder(realPath, sidecarFolder(realPath), hint);
}

/** The same for a folder in the sidecar folder, which must be there. */
export function ensureSidecarSubfolder(realPath: string, kind: SidecarKind): string {
  const hint = `Nothing was changed; allow writing in ${sidecarFolder(realPath)}`;
  return ensureFolder(realPath, sidecarSubfolder(realPath, kind), hint);
}

/**
 * Whether the sidecar folder is there.
 *
 * @throws SessionsError IO_FAILED where something else stands there, such as a symbolic link, which is not followed
 */
export function hasSidecarFolder(realPath: string): boolean {
  return isFolderThere(sidecarFolder(realPath));
}

/** The same for a folder in the sidecar folder. */
export function hasSidecarSubfolder(realPath: string, kind: SidecarKind): boolean {
  return hasSidecarFolder(realPath) && isFolderThere(sidecarSubfolder(realPath, kind));
}

function isFolderThere(folder: string): boolean {
  if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) return false;
  refuseWhatIsNoFolder(folder);
  return true;
}

function ensureFolder(realPath: string, folder: string, hint: string): string {
  try {
    // Asked first: making it waits for whoever writes in the directory above.
    if (lstatSync(folder, { throwIfNoEntry: false }) !== undefined) {
      refuseWhatIsNoFolder(folder);
      return folder;
    }
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (error instanceof SessionsError) throw error;
    if (systemErrorCode(error) !== "EEXIST") throw ioFailure("make the folder", folder, error, hint);
    refuseWhatIsNoFolder(folder);
    return folder;
  }
  try {
    giveToOwner(realPath, folder);
  } catch (error) {
    throw ioFailure("set the owner of the folder", folder, error);
  }
  return folder;
}

/**
 * The user and group that a thing made beside `realPath` should belong to, or undefined where this process is not root
 * and so has no choice.
 */
export function ownerForSidecar(realPath: string): { readonly uid: number; readonly gid: number } | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  return statSync(realPath, { throwIfNoEntry: false }) ?? statSync(path.dirname(realPath));
}

/** By descriptor, because the owner of the directory may put something else under the name meanwhile. */
function giveToOwner(realPath: string, folder: string): void {
  const owner = ownerForSidecar(realPath);
  if (owner === undefined) return;
  const fd = openSync(folder, OPEN_FOLDER);
  try {
    fchownSync(fd, owner.uid, owner.gid);
    fchmodSync(fd, 0o700);
  } finally {
    closeSync(fd);
  }
}

function refuseWhatIsNoFolder(folder: string): void {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw new SessionsError("IO_FAILED", {
    operation: "open the folder",
    path: folder,
    reason:
      found?.isSymbolicLink() === true ? "a symbolic link stands there" : "something stands there that is no folder",
    hint: "See what it is and who put it there, then move it away",
  });
}
