import { accessSync, constants, lstatSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { beginReplacement, replacementTemp } from "./atomic-replace.js";
import { ioFailure } from "./io-failure.js";
import { hasLockFile } from "./lock.js";
import { hasSidecarFolder, sidecarFolder, sidecarLock } from "./sidecar.js";
import { uniqueTemp } from "./unique-temp.js";

const STICKY = 0o1000;

/**
 * Makes sure that a new version could take the place of the file at `realPath` (absolute, symbolic links resolved, there),
 * as far as that can be known without making one. Takes no lock.
 *
 * @throws SessionsError IO_FAILED: what a commit would be refused, and what to do about it. Nothing is changed or left behind.
 */
export async function requireReplaceable(realPath: string): Promise<void> {
  const directory = path.dirname(realPath);
  await requireWritable(directory, realPath);
  await requireLockable(realPath);
  if (isMountPoint(realPath)) {
    throw refused(realPath, "the file itself is a mount point", "Mount its directory, not the file");
  }
  if (isKeptByItsOwner(realPath, directory)) {
    const hint = "Run it as the owner of the file, or keep the file in a directory of its own";
    throw refused(realPath, `in ${directory} only the owner of a file may replace it`, hint);
  }
  requireMutable(realPath);
  requireRemovable(replacementTemp(realPath));
}

/** What stands in the place of the temporary file goes with the next commit, unless it is a directory. */
function requireRemovable(tempPath: string): void {
  const found = lstatSync(tempPath, { throwIfNoEntry: false });
  if (found?.isDirectory() !== true) return;
  throw refused(tempPath, "a directory stands where new versions are written", "Move it away", "use");
}

function refused(path: string, reason: string, hint: string, operation = "replace"): SessionsError {
  return new SessionsError("IO_FAILED", { operation, path, reason, hint });
}

/** With a name of its own, because no lock is held, and one that is shorter than that of a commit. */
async function requireWritable(directory: string, realPath: string): Promise<void> {
  const tempPath = uniqueTemp(path.join(directory, "s"));
  await (await beginReplacement(realPath, { replaces: undefined, tempPath })).abandon();
}

/** The lock can be opened, or made. */
async function requireLockable(realPath: string): Promise<void> {
  if (hasLockFile(realPath) || !hasSidecarFolder(realPath)) return;
  await requireWritable(sidecarFolder(realPath), sidecarLock(realPath));
}

/** A file that may not be written can be replaced, unless an attribute forbids that too, such as that of `chattr +i`. */
function requireMutable(realPath: string): void {
  try {
    accessSync(realPath, constants.W_OK);
  } catch (error) {
    if (systemErrorCode(error) !== "EPERM") return;
    throw ioFailure("replace", realPath, error, "See with lsattr whether it is immutable");
  }
}

/** In a sticky directory, such as /tmp: rename(2). */
function isKeptByItsOwner(realPath: string, directory: string): boolean {
  const user = process.geteuid?.();
  const { mode, uid } = statSync(directory);
  return user !== undefined && user !== 0 && (mode & STICKY) !== 0 && user !== uid && user !== statSync(realPath).uid;
}

/** Known on Linux only, see proc_pid_mountinfo(5). */
function isMountPoint(realPath: string): boolean {
  const escaped = realPath.replaceAll(
    /[ \t\n\\]/g,
    (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`,
  );
  try {
    const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
    return mounts.some((mount) => mount.split(" ")[4] === escaped);
  } catch {
    return false;
  }
}
