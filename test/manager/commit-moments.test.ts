// What happens at one moment of a commit: when its folder is opened before the write, and when it is synced after the rename.
import { readFileSync, writeFileSync } from "node:fs";
import { beforeEach, expect, test, vi } from "vitest";
import { fileOf, manage, row } from "./managing.js";

const moments = vi.hoisted(() => ({
  onOpen: (): void => undefined,
  onSync: (): void => undefined,
  syncs: 0,
}));

vi.mock("../../src/storage/directory.js", async (importOriginal) => {
  const real = await importOriginal<typeof import("../../src/storage/directory.js")>();
  return {
    openDirectory: (folder: string) => {
      moments.onOpen();
      return real.openDirectory(folder);
    },
    syncDirectory: async (folder: Parameters<typeof real.syncDirectory>[0]) => {
      moments.onSync();
      await real.syncDirectory(folder);
      moments.syncs += 1;
    },
  };
});

beforeEach(() => {
  moments.onOpen = moments.onSync = () => undefined;
  moments.syncs = 0;
});

/** At the next such moment, and then no more. */
function once(moment: "onOpen" | "onSync", act: () => void): void {
  moments[moment] = () => {
    moments[moment] = () => undefined;
    act();
  };
}

test("an edit of the same length between the rename and the sync is not overwritten", async () => {
  const { manager, file, text } = await manage(fileOf(row("s1"), row("s2")));
  once("onSync", () => writeFileSync(file, readFileSync(file, "utf8").replace("t-s2", "t-sX")));
  await manager.setPendingApproval("s1", { first: 1 });
  await manager.setPendingApproval("s1", { second: 2 });
  expect(text()).toContain("t-sX");
  expect(text()).toContain("second");
});

test("a change that comes while a commit begins is acknowledged by a commit that was synced", async () => {
  const { manager, text } = await manage(fileOf(row("s1"), row("s2")));
  let second: Promise<unknown> | undefined;
  once("onOpen", () => void (second = manager.setPendingApproval("s2", { second: 2 })));
  once("onSync", () => {
    throw new Error("EIO");
  });
  await expect(manager.setPendingApproval("s1", { first: 1 })).rejects.toThrow("DURABILITY_UNKNOWN");
  await second;
  expect(moments.syncs).toBe(1);
  expect(text()).toContain("second");
});

test("a session that is deleted while a commit begins is told to be deleted, whoever writes the file meanwhile", async () => {
  const { manager, file } = await manage(fileOf(row("s1"), row("s2")));
  let deleted: Promise<boolean> | undefined;
  once("onOpen", () => void (deleted = manager.deleteSession("s2")));
  once("onSync", () => writeFileSync(file, `${readFileSync(file, "utf8")}${row("s3")}\r\n`));
  await manager.setPendingApproval("s1", { first: 1 });
  expect(await deleted).toBe(true);
});

test("who asks for what is not there while a commit is written takes nothing of it away", async () => {
  const { manager, text } = await manage(fileOf(row("s1"), row("s2")));
  await manager.setPendingApproval("s1", { before: 1 });
  once("onOpen", () => expect(manager.findSession("none")).toBeUndefined());
  await manager.setPendingApproval("s1", { first: 1 });
  await manager.setPendingApproval("s2", { second: 2 });
  expect(manager.findSession("s1")?.pendingApproval).toEqual({ first: 1 });
  expect(text()).toContain("first");
});

test("a flush after a change of which a power cut may take away what it wrote writes it again", async () => {
  const { manager } = await manage(fileOf(row("s1")));
  once("onSync", () => {
    throw new Error("EIO");
  });
  await expect(manager.setPendingApproval("s1", { first: 1 })).rejects.toThrow("DURABILITY_UNKNOWN");
  // A version of it is in place all the same.
  expect(manager.commitCount).toBe(1);
  await manager.flush();
  expect(moments.syncs).toBe(1);
  await manager.flush();
  expect(moments.syncs).toBe(1);
});

test("closed after such a change, it writes it again", async () => {
  const { manager } = await manage(fileOf(row("s1")));
  once("onSync", () => {
    throw new Error("EIO");
  });
  await expect(manager.setPendingApproval("s1", { first: 1 })).rejects.toThrow("DURABILITY_UNKNOWN");
  await manager.close();
  expect(moments.syncs).toBe(1);
});
