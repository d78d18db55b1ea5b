/// <reference types="./fs-native-extensions.d.ts" />
import { fstatSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { systemErrorCode } from "../errors.js";
import type { Snapshot } from "./snapshot.js";

/** Something about the old file that the new one could not keep. Closed and append-only. */
export type ReplacementWarning =
  /** The old file had other names, which keep the old version. */
  | "HARD_LINKS_BROKEN"
  /** Owner or group are now those of this process; permissions were narrowed where they would have reached others. */
  | "OWNER_NOT_KEPT"
  /** Extended attributes or an access control list could not be copied; the group then has no permissions. */
  | "XATTRS_NOT_KEPT";

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const ACCESS_CONTROL_LIST = "system.posix_acl_access";
/** What fchown(2) answers to those who may not, and where the file system or user namespace has no such owner. */
const OWNER_REFUSED: ReadonlySet<string | undefined> = new Set(["EPERM", "EINVAL", "ENOSYS", "ENOTSUP"]);

/**
 * Gives `temp`, mode 0600 and owned by this process, the owner, permissions and extended attributes of the old file, and
 * returns what it could not keep. What cannot be kept never opens the file to anybody who could not read the old one.
 * Throws what fchown(2) and fchmod(2) report, except that the owner may not be set.
 */
export async function keepOwnership(temp: FileHandle, old: Snapshot): Promise<ReplacementWarning[]> {
  const warnings: ReplacementWarning[] = [];
  const made = fstatSync(temp.fd);
  const owner = await keepOwner(temp, made, old);
  const ownerKept = owner.uid === old.uid && owner.gid === old.gid;
  if (!ownerKept) warnings.push("OWNER_NOT_KEPT");

  const attributes = await attributeNames(old.fd);
  const listed = attributes.includes(ACCESS_CONTROL_LIST);
  // A folder can give a list to each new file, which lets others in with the mode of the old one.
  if (!listed && (await attributeNames(temp.fd)).includes(ACCESS_CONTROL_LIST)) await removeList(temp.fd);
  const permissions = keptPermissions(old, owner, listed);
  // Setting what is set already may take as long as a sync where the disk is busy.
  if (owner !== made || (made.mode & 0o7777) !== (permissions & 0o7777)) await temp.chmod(permissions);
  // A list says what "the group" may do; under another group it would say it of other people.
  const copied = attributes.length === 0 || (ownerKept && (await copyAttributes(old.fd, temp.fd, attributes)));
  if (!copied) warnings.push("XATTRS_NOT_KEPT");
  return warnings;
}

/**
 * The permission bits for a file that takes the place of `old` under the owner `now`. Pure.
 *
 * Under another group, its members get no more than everybody had. With an access control list the group bits are not
 * the group's own (acl(5): they are the mask), so that they are left out until the list itself is copied.
 */
export function keptPermissions(old: Owner & { readonly mode: number }, now: Owner, hasList: boolean): number {
  const others = old.mode & 0o007;
  if (hasList) return old.mode & 0o707;
  if (now.gid !== old.gid) return (old.mode & 0o707) | (old.mode & (others << 3));
  return now.uid === old.uid ? old.mode : old.mode & 0o777;
}

/** @param made who the file belongs to; is returned where that stays so */
async function keepOwner(temp: FileHandle, made: Owner, old: Owner): Promise<Owner> {
  if (made.uid === old.uid && made.gid === old.gid) return made;
  if (await chownIfPermitted(temp, old)) return old;
  // Who is not root may still choose among the groups that they are in.
  const sameGroup = { uid: made.uid, gid: old.gid };
  return (await chownIfPermitted(temp, sameGroup)) ? sameGroup : made;
}

async function chownIfPermitted(temp: FileHandle, { uid, gid }: Owner): Promise<boolean> {
  try {
    await temp.chown(uid, gid);
    return true;
  } catch (error) {
    if (OWNER_REFUSED.has(systemErrorCode(error))) return false;
    throw error;
  }
}

async function removeList(fd: number): Promise<void> {
  const { removeAttr } = await import("fs-native-extensions");
  await removeAttr(fd, ACCESS_CONTROL_LIST);
}

/** Empty where the file system or the platform has none. At once: looking costs less than a turn through the thread pool. */
async function attributeNames(fd: number): Promise<readonly string[]> {
  try {
    const { listAttrsSync } = await import("fs-native-extensions");
    return listAttrsSync(fd);
  } catch {
    return [];
  }
}

async function copyAttributes(fromFd: number, toFd: number, names: readonly string[]): Promise<boolean> {
  const { getAttr, setAttr } = await import("fs-native-extensions");
  let allCopied = true;
  for (const name of names) {
    try {
      const value = await getAttr(fromFd, name);
      const present = await getAttr(toFd, name);
      // Labels that the system gives to each new file may not be set, and need not be.
      if (value === null || (present !== null && Buffer.compare(value, present) === 0)) continue;
      await setAttr(toFd, name, value);
    } catch {
      allCopied = false;
    }
  }
  return allCopied;
}
