// Law 3 on full disks, under other users and on strange mounts: the old file is whole, and the answer says why.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, onTestFinished, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { acquireLock } from "../../src/storage/lock.js";
import { NEW, OLD, describeWith, folderWithOld, setUpDriver } from "./harness.js";
import { requireReplaceable } from "../../src/storage/replaceable.js";
import { content } from "./numbered-lines.js";
import { replaceFile } from "./replace-file.js";

const HUGE = content("huge", 8_000);
const NOBODY = ["--reuid=65534", "--regid=65534", "--clear-groups"];

function mountTmpfs(folder: string, options: string): void {
  fs.mkdirSync(folder, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", [folder]));
}

async function failure(work: Promise<unknown>): Promise<SessionsError> {
  const error = await work.then(
    () => new Error("It did not fail"),
    (reason: unknown) => reason,
  );
  if (error instanceof SessionsError) return error;
  throw error;
}

describeWith(["mount"], "on a full disk", () => {
  const made = setUpDriver();

  function fullDisk(name: string): string {
    const folder = path.join(made.folder, name);
    mountTmpfs(folder, "size=64k");
    const target = path.join(folder, "s.csv");
    fs.writeFileSync(target, OLD);
    return target;
  }

  test("a new version that does not fit leaves the old file untouched and no temp file", async () => {
    const target = fullDisk("no-room");
    const error = await failure(replaceFile(target, HUGE));
    expect([error.code, error.details.reason, error.hint]).toEqual([
      "IO_FAILED",
      "the disk is full",
      "Nothing was changed; make room, then try again",
    ]);
    expect(fs.readFileSync(target, "utf8")).toBe(OLD);
    expect(fs.readdirSync(path.dirname(target)).sort()).toEqual(["s.csv", "s.csv.d"]);
  });

  test("a writer that does not check the size loses most of it and says OK", async () => {
    const target = fullDisk("unchecked");
    const { stdout } = await execa("node", [made.driver, "size-not-checked", target, HUGE]);
    expect([stdout, fs.statSync(target).size < HUGE.length]).toEqual(["OK", true]);
  });

  test("the lock still excludes, without a word on who holds it", async () => {
    const target = fullDisk("lock");
    const filler = fs.openSync(path.join(path.dirname(target), "filler"), "w");
    expect(() => {
      for (;;) fs.writeSync(filler, Buffer.alloc(4096));
    }).toThrow("ENOSPC");
    fs.closeSync(filler);
    const holder = { pid: 1, host: "h", command: "c", since: "2026-01-01T00:00:00Z" };
    using lock = await acquireLock(target, { waitMs: 0, holder });
    const error = await failure(acquireLock(lock.realPath, { waitMs: 0, holder }));
    expect([error.code, error.details.holder]).toEqual(["STORE_LOCKED", undefined]);
  });
});

describeWith(["prlimit"], "under a limit on the size of files", () => {
  const made = setUpDriver();

  test("a new version over the limit leaves the old file untouched and no temp file", async () => {
    const { directory, target } = folderWithOld(made.folder);
    const command = ["--fsize=2000", "node", made.driver, "replace", target, NEW];
    const { stdout } = await execa("prlimit", command, { reject: false });
    expect(stdout).toBe("IO_FAILED");
    expect(fs.readFileSync(target, "utf8")).toBe(OLD);
    expect(fs.readdirSync(directory).sort()).toEqual(["s.csv", "s.csv.d"]);
  });
});

describeWith(["root", "setpriv"], "as a user without rights", () => {
  const made = setUpDriver();

  function asNobody(action: string, target: string) {
    return execa("setpriv", [...NOBODY, "node", made.driver, action, target, NEW], { reject: false });
  }

  test("a directory that cannot be written is left alone, although the file could be written in place", async () => {
    const { directory, target } = folderWithOld(made.folder);
    fs.chmodSync(directory, 0o755);
    expect((await asNobody("replace", target)).stdout).toBe("IO_FAILED");
    expect(fs.readFileSync(target, "utf8")).toBe(OLD);
    expect(fs.readdirSync(directory)).toEqual(["s.csv"]);
  });

  test("nothing is written in place either where only the temp file is refused", async () => {
    const { directory, target } = folderWithOld(made.folder);
    fs.chmodSync(directory, 0o755);
    await replaceFile(target, OLD);
    const { ino } = fs.statSync(target);
    expect((await asNobody("replace", target)).stdout).toBe("IO_FAILED");
    expect([fs.statSync(target).ino, fs.readFileSync(target, "utf8")]).toEqual([ino, OLD]);
  });

  test("a lock made by root stays open to the owner of the file", async () => {
    const { directory, target } = folderWithOld(made.folder);
    fs.chownSync(directory, 65_534, 65_534);
    await replaceFile(target, OLD);
    expect((await asNobody("replace", target)).stdout).toBe("OK");
  });

  test("a file of another owner is replaced with a warning and opened to nobody new", async () => {
    const { directory, target } = folderWithOld(made.folder);
    fs.chownSync(target, 0, 0);
    fs.chmodSync(target, 0o664);
    fs.chownSync(directory, 65_534, 65_534);
    expect((await asNobody("replace", target)).stdout).toBe("OK OWNER_NOT_KEPT");
    const { uid, gid, mode } = fs.statSync(target);
    expect([uid, gid, (mode & 0o777).toString(8)]).toEqual([65_534, 65_534, "644"]);
  });
});

describeWith(["mount"], "on mounts", () => {
  const made = setUpDriver();

  test("a file that is itself a mount point is not replaced, and the hint says what to mount", async () => {
    const { target } = folderWithOld(made.folder);
    execFileSync("mount", ["--bind", target, target]);
    onTestFinished(() => void execFileSync("umount", [target]));
    const error = await failure(replaceFile(target, NEW));
    expect(error.code).toBe("IO_FAILED");
    expect(error.details.hint).toBe("The file itself is a mount point: mount the directory, not the file");
    const foreseen = await failure(requireReplaceable(target));
    expect([foreseen.code, foreseen.details.reason]).toEqual(["IO_FAILED", "the file itself is a mount point"]);
    expect(fs.readFileSync(target, "utf8")).toBe(OLD);
  });

  test("on a read-only mount nothing is made", async () => {
    const folder = path.join(made.folder, "read-only");
    mountTmpfs(folder, "size=64k");
    const target = path.join(folder, "s.csv");
    fs.writeFileSync(target, OLD);
    execFileSync("mount", ["-o", "remount,ro", folder]);
    const error = await failure(replaceFile(target, NEW));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "the file system is read-only"]);
    expect(fs.readdirSync(folder)).toEqual(["s.csv"]);
  });
});
