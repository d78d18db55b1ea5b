import fs from "node:fs";
import path from "node:path";
import { setAttr, getAttr } from "fs-native-extensions";
import { describe, expect, test } from "vitest";
import { beginReplacement } from "../../src/storage/atomic-replace.js";
import type { CommitResult } from "../../src/storage/atomic-replace.js";
import { keptPermissions } from "../../src/storage/ownership.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { fileWith } from "./folder.js";

const OCTAL = 8;
const OURS = { uid: 1000, gid: 1000 };

/** POSIX ACL, version 2: owner rw, user 65534 rw, group nothing, mask rw, others nothing. So `ls` shows rw-rw----. */
const LIST = aclBytes([
  [0x01, 6, 0xffffffff],
  [0x02, 6, 65_534],
  [0x04, 0, 0xffffffff],
  [0x10, 6, 0xffffffff],
  [0x20, 0, 0xffffffff],
]);

function aclBytes(entries: readonly (readonly [tag: number, permissions: number, id: number])[]): Buffer {
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  for (const [index, [tag, permissions, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(permissions, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  return bytes;
}

async function setAttribute(file: string, name: string, value: Uint8Array): Promise<void> {
  const fd = fs.openSync(file, "r+");
  await setAttr(fd, name, value);
  fs.closeSync(fd);
}

async function attribute(file: string, name: string): Promise<Buffer | undefined> {
  const fd = fs.openSync(file, "r");
  const value = await getAttr(fd, name);
  fs.closeSync(fd);
  return value === null ? undefined : Buffer.from(value);
}

async function replace(file: string): Promise<CommitResult> {
  using replaces = openSnapshot(file);
  const replacement = await beginReplacement(file, { replaces });
  return await replacement.commit();
}

describe("the permissions that a new version gets", () => {
  test.each([
    ["the same owner and group keep all", 0o2640, OURS, OURS, false, 0o2640],
    ["another owner keeps all but set-id", 0o4640, { uid: 1, gid: 1000 }, OURS, false, 0o640],
    ["another group gets only what everybody had", 0o664, { uid: 1000, gid: 1 }, OURS, false, 0o644],
    ["another group gets nothing where everybody had nothing", 0o660, { uid: 1000, gid: 1 }, OURS, false, 0o600],
    ["another group gets no more than the old group had", 0o606, { uid: 1000, gid: 1 }, OURS, false, 0o606],
    ["the group gets nothing until the list is copied", 0o664, OURS, OURS, true, 0o604],
  ])("%s", (_, mode, old, now, hasList, expected) => {
    expect(keptPermissions({ ...old, mode }, now, hasList).toString(OCTAL)).toBe(expected.toString(OCTAL));
  });
});

describe("extended attributes", () => {
  test("are copied", async () => {
    const file = fileWith("old");
    await setAttribute(file, "user.origin", Buffer.from("bot"));
    const { warnings } = await replace(file);
    expect([warnings, (await attribute(file, "user.origin"))?.toString()]).toEqual([[], "bot"]);
  });

  test("are copied when they are an access control list, with the permissions that show its mask", async () => {
    const file = fileWith("old");
    await setAttribute(file, "system.posix_acl_access", LIST);
    const { warnings } = await replace(file);
    expect([warnings, await attribute(file, "system.posix_acl_access")]).toEqual([[], LIST]);
    expect((fs.statSync(file).mode & 0o777).toString(OCTAL)).toBe("660");
  });

  test("that the folder gives to new files are taken away where the old file had no list", async () => {
    const file = fileWith("old");
    fs.chmodSync(file, 0o640);
    const folder = fs.openSync(path.dirname(file), "r");
    await setAttr(folder, "system.posix_acl_default", LIST);
    fs.closeSync(folder);
    const { warnings } = await replace(file);
    expect([warnings, await attribute(file, "system.posix_acl_access")]).toEqual([[], undefined]);
    expect((fs.statSync(file).mode & 0o777).toString(OCTAL)).toBe("640");
  });
});
