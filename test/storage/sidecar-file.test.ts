// Laws 3 and 4 for the files that are kept beside another one. Kills, power cuts and full disks are in test/process.
import fs from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import {
  beginSidecarFile,
  removeEmptySidecarSubfolders,
  removeSidecarTemps,
  sidecarFilePath,
  type SidecarFileName,
} from "../../src/storage/sidecar-file.js";
import { IS_ROOT, failureOf, fileWith, temporaryFolder } from "./folder.js";

const NAME: SidecarFileName = { kind: "backups", stem: "s-20250930T104500Z", extension: ".csv" };
const NOBODY = 65_534;

/** A file with an empty sidecar folder, as it is while its lock is held. */
function lockedFile(): string {
  const file = fileWith("a");
  fs.mkdirSync(`${file}.d`, { mode: 0o700 });
  return file;
}

/** All that stands in the sidecar folder, as paths in it. */
function inSidecar(file: string): string[] {
  return fs.readdirSync(`${file}.d`, { recursive: true }).map(String).sort();
}

async function asNobody<T>(work: () => T | Promise<T>): Promise<T> {
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

/** Notes which folder or file each fsync is for; `failAt` lets the one of that number, from 1, fail. */
async function watchSyncs(failAt = 0): Promise<string[]> {
  const synced: string[] = [];
  const handle = await open("/");
  const prototype = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const spy = vi.spyOn(prototype, "sync").mockImplementation(async function (this: typeof handle) {
    synced.push(fs.readlinkSync(`/proc/self/fd/${this.fd}`));
    if (synced.length === failAt) throw Object.assign(new Error("EIO"), { code: "EIO" });
  });
  onTestFinished(() => spy.mockRestore());
  return synced;
}

function openUnder(folder: string): string[] {
  return fs.readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

describe("the path of a new file", () => {
  test("is its name in the folder of its kind", () => {
    const file = fileWith("a");
    expect(sidecarFilePath(file, NAME)).toBe(`${file}.d/backups/s-20250930T104500Z.csv`);
    expect(sidecarFilePath(file, { kind: "quarantine", stem: "t", extension: ".jsonl" })).toBe(
      `${file}.d/quarantine/t.jsonl`,
    );
  });

  test("is found without making anything", () => {
    const file = fileWith("a");
    sidecarFilePath(file, NAME);
    expect(fs.readdirSync(path.dirname(file))).toEqual(["s.csv"]);
  });

  test.each([
    ["a file", (taken: string) => fs.writeFileSync(taken, "")],
    ["a directory", (taken: string) => fs.mkdirSync(taken)],
    ["a link to nowhere", (taken: string) => fs.symlinkSync("nowhere", taken)],
    ["a link in a circle", (taken: string) => fs.symlinkSync(path.basename(taken), taken)],
  ])("has a counter where %s has the name", (_, take) => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d/backups`, { recursive: true });
    take(`${file}.d/backups/s-20250930T104500Z.csv`);
    expect(sidecarFilePath(file, NAME)).toBe(`${file}.d/backups/s-20250930T104500Z-2.csv`);
  });

  test("counts on while names are taken, and takes the first that is free", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d/backups`, { recursive: true });
    for (const name of ["s.csv", "s-2.csv", "s-3.csv", "s-5.csv"]) fs.writeFileSync(`${file}.d/backups/${name}`, "");
    expect(sidecarFilePath(file, { ...NAME, stem: "s" })).toBe(`${file}.d/backups/s-4.csv`);
  });

  test("is not another kind's business", () => {
    const file = fileWith("a");
    fs.mkdirSync(`${file}.d/quarantine`, { recursive: true });
    fs.writeFileSync(`${file}.d/quarantine/s.csv`, "");
    expect(sidecarFilePath(file, { ...NAME, stem: "s" })).toBe(`${file}.d/backups/s.csv`);
  });

  test.each([
    ["a link in a circle stands there", (folder: string) => fs.symlinkSync("s.csv.d", folder)],
    ["a file stands there", (folder: string) => fs.writeFileSync(folder, "")],
  ])("cannot be told where the folder cannot be looked at: %s", async (_, plant) => {
    const file = fileWith("a");
    plant(`${file}.d`);
    const error = await failureOf(() => sidecarFilePath(file, NAME));
    expect([error.code, error.details.operation, error.details.path]).toEqual([
      "IO_FAILED",
      "look at",
      `${file}.d/backups/s-20250930T104500Z.csv`,
    ]);
  });

  test.skipIf(!IS_ROOT)("cannot be told by who may not look at the folder (needs root)", async () => {
    const file = lockedFile();
    fs.chmodSync(path.dirname(file), 0o755);
    const error = await asNobody(() => failureOf(() => sidecarFilePath(file, NAME)));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "permission was refused"]);
  });
});

describe("a new file", () => {
  test("has its name only when it is committed", async () => {
    const file = lockedFile();
    const { path: target, replacement } = await beginSidecarFile(file, NAME);
    await replacement.write(Buffer.from("content"));
    expect([target, fs.existsSync(target)]).toEqual([`${file}.d/backups/s-20250930T104500Z.csv`, false]);
    await replacement.commit();
    expect([inSidecar(file), fs.readFileSync(target, "utf8")]).toEqual([
      ["backups", "backups/s-20250930T104500Z.csv"],
      "content",
    ]);
  });

  test("is for its owner only, and so is its folder", async () => {
    const file = lockedFile();
    const { path: target, replacement } = await beginSidecarFile(file, NAME);
    await replacement.commit();
    expect([fs.statSync(target).mode & 0o7777, fs.statSync(path.dirname(target)).mode & 0o7777]).toEqual([
      0o600, 0o700,
    ]);
  });

  test.skipIf(!IS_ROOT)("made by root belongs to the owner of the file (needs root)", async () => {
    const file = lockedFile();
    fs.chownSync(file, NOBODY, 65_533);
    const { path: target, replacement } = await beginSidecarFile(file, NAME);
    await replacement.commit();
    const { uid, gid } = fs.statSync(target);
    expect([uid, gid]).toEqual([NOBODY, 65_533]);
  });

  test("stands beside one of the same name", async () => {
    const file = lockedFile();
    for (const content of ["first", "second"]) {
      const { replacement } = await beginSidecarFile(file, NAME);
      await replacement.write(Buffer.from(content));
      await replacement.commit();
    }
    expect(fs.readFileSync(`${file}.d/backups/s-20250930T104500Z.csv`, "utf8")).toBe("first");
    expect(fs.readFileSync(`${file}.d/backups/s-20250930T104500Z-2.csv`, "utf8")).toBe("second");
  });

  test("never takes the place of one that came meanwhile", async () => {
    const file = lockedFile();
    const { path: target, replacement } = await beginSidecarFile(file, NAME);
    fs.writeFileSync(target, "theirs");
    expect((await failureOf(() => replacement.commit())).code).toBe("STORE_EXISTS");
    expect([inSidecar(file), fs.readFileSync(target, "utf8")]).toEqual([
      ["backups", "backups/s-20250930T104500Z.csv"],
      "theirs",
    ]);
  });

  test("is gone when it is abandoned", async () => {
    const file = lockedFile();
    const { replacement } = await beginSidecarFile(file, NAME);
    await replacement.abandon();
    expect(inSidecar(file)).toEqual(["backups"]);
  });
});

describe("the folders above a new file", () => {
  test("are synced before it begins, the inner one first", async () => {
    const file = lockedFile();
    const synced = await watchSyncs();
    const { replacement } = await beginSidecarFile(file, NAME);
    expect(synced).toEqual([`${file}.d`, path.dirname(file)]);
    await replacement.abandon();
  });

  test.each([
    ["sidecar folder", 1, (file: string) => `${file}.d`],
    ["folder of the file", 2, (file: string) => path.dirname(file)],
  ])("may refuse to be synced, and then there is no new file: the %s", async (_, failAt, folderOf) => {
    const file = lockedFile();
    await watchSyncs(failAt);
    const error = await failureOf(() => beginSidecarFile(file, NAME));
    expect([error.code, error.details.operation, error.details.path, error.details.reason, error.details.hint]).toEqual(
      ["IO_FAILED", "sync the folder", folderOf(file), "the disk reported an error", "Nothing was changed; try again"],
    );
    expect([inSidecar(file), openUnder(path.dirname(file))]).toEqual([["backups"], []]);
  });

  test("are not held open", async () => {
    const file = lockedFile();
    const { replacement } = await beginSidecarFile(file, NAME);
    await replacement.commit();
    expect(openUnder(path.dirname(file))).toEqual([]);
  });
});

describe("no new file is begun where", () => {
  test("the sidecar folder is missing", async () => {
    const file = fileWith("a");
    const error = await failureOf(() => beginSidecarFile(file, NAME));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "there is no such file or folder"]);
    expect(fs.readdirSync(path.dirname(file))).toEqual(["s.csv"]);
  });

  test("a link stands in the place of its folder, and nothing is written behind it", async () => {
    const file = lockedFile();
    const elsewhere = temporaryFolder();
    fs.symlinkSync(elsewhere, `${file}.d/backups`);
    const error = await failureOf(() => beginSidecarFile(file, NAME));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "a symbolic link stands there"]);
    expect(fs.readdirSync(elsewhere)).toEqual([]);
  });

  test("a file stands in the place of its folder", async () => {
    const file = lockedFile();
    fs.writeFileSync(`${file}.d/backups`, "theirs");
    const error = await failureOf(() => beginSidecarFile(file, NAME));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "something stands there that is no folder"]);
    expect(fs.readFileSync(`${file}.d/backups`, "utf8")).toBe("theirs");
  });

  test("a directory stands in the place of its temp file", async () => {
    const file = lockedFile();
    fs.mkdirSync(`${file}.d/backups/.s-20250930T104500Z.csv.sessions-tmp`, { recursive: true });
    expect((await failureOf(() => beginSidecarFile(file, NAME))).code).toBe("IO_FAILED");
  });

  test("the signal has fired: not even its folder is made", async () => {
    const file = lockedFile();
    const error = await failureOf(() => beginSidecarFile(file, NAME, { signal: AbortSignal.abort() }));
    expect([error.code, error.details.operation, error.details.path]).toEqual(["CANCELLED", "write", file]);
    expect(inSidecar(file)).toEqual([]);
  });

  test("the signal fires on the way: an empty folder may stay", async () => {
    const file = lockedFile();
    const abort = new AbortController();
    const beginning = beginSidecarFile(file, NAME, { signal: abort.signal });
    abort.abort();
    expect((await failureOf(() => beginning)).code).toBe("CANCELLED");
    expect(inSidecar(file)).toEqual(["backups"]);
  });

  test("the signal fires before the commit", async () => {
    const file = lockedFile();
    const abort = new AbortController();
    const { replacement } = await beginSidecarFile(file, NAME, { signal: abort.signal });
    abort.abort();
    expect((await failureOf(() => replacement.commit())).code).toBe("CANCELLED");
    expect(inSidecar(file)).toEqual(["backups"]);
  });

  test.skipIf(!IS_ROOT)("this user may not write beside the file (needs root)", async () => {
    const file = lockedFile();
    fs.chmodSync(path.dirname(file), 0o755);
    fs.chmodSync(`${file}.d`, 0o755);
    const error = await asNobody(() => failureOf(() => beginSidecarFile(file, NAME)));
    expect([error.code, error.details.operation, error.details.reason]).toEqual([
      "IO_FAILED",
      "make the folder",
      "permission was refused",
    ]);
    expect(inSidecar(file)).toEqual([]);
  });

  test.skipIf(!IS_ROOT)("this user may not read the folder of the file, and so not sync it (needs root)", async () => {
    const file = lockedFile();
    fs.chownSync(`${file}.d`, NOBODY, NOBODY);
    fs.chmodSync(path.dirname(file), 0o711);
    const error = await asNobody(() => failureOf(() => beginSidecarFile(file, NAME)));
    expect([error.code, error.details.operation, error.details.path]).toEqual([
      "IO_FAILED",
      "sync the folder",
      path.dirname(file),
    ]);
    expect(inSidecar(file)).toEqual(["backups"]);
  });
});

describe("what killed writers left", () => {
  const temp = ".s-1.csv.sessions-tmp";

  test.each(["backups", "quarantine"])("is removed from the folder %s, and nothing else is", (kind) => {
    const file = lockedFile();
    const folder = `${file}.d/${kind}`;
    fs.mkdirSync(folder);
    for (const name of [temp, ".t-2.jsonl.sessions-tmp", "s-1.csv", "s.sessions-tmp", ".s-1.csv.sessions-tmp.csv"]) {
      fs.writeFileSync(path.join(folder, name), "");
    }
    fs.writeFileSync(`${file}.d/${temp}`, "");
    removeSidecarTemps(file);
    expect(fs.readdirSync(folder).sort()).toEqual([".s-1.csv.sessions-tmp.csv", "s-1.csv", "s.sessions-tmp"]);
    expect(fs.existsSync(`${file}.d/${temp}`)).toBe(true);
  });

  test("is looked for in both folders", () => {
    const file = lockedFile();
    for (const kind of ["backups", "quarantine"]) {
      fs.mkdirSync(`${file}.d/${kind}`);
      fs.writeFileSync(`${file}.d/${kind}/${temp}`, "");
    }
    removeSidecarTemps(file);
    expect(inSidecar(file)).toEqual(["backups", "quarantine"]);
  });

  test("may be nothing: without folders, or any sidecar, nothing is done", () => {
    const file = fileWith("a");
    removeSidecarTemps(file);
    expect(fs.readdirSync(path.dirname(file))).toEqual(["s.csv"]);
  });

  test("is not looked for behind a link", () => {
    const file = lockedFile();
    const elsewhere = temporaryFolder();
    fs.writeFileSync(path.join(elsewhere, temp), "not ours");
    fs.symlinkSync(elsewhere, `${file}.d/backups`);
    removeSidecarTemps(file);
    expect(fs.readdirSync(elsewhere)).toEqual([temp]);
  });

  test("is looked for in the second folder also where the first is a file", () => {
    const file = lockedFile();
    fs.writeFileSync(`${file}.d/backups`, "");
    fs.mkdirSync(`${file}.d/quarantine`);
    fs.writeFileSync(`${file}.d/quarantine/${temp}`, "");
    removeSidecarTemps(file);
    expect(inSidecar(file)).toEqual(["backups", "quarantine"]);
  });

  test("is removed where it is a link, and what lies behind that stays", () => {
    const file = lockedFile();
    const precious = fileWith("precious");
    fs.mkdirSync(`${file}.d/backups`);
    fs.symlinkSync(precious, `${file}.d/backups/${temp}`);
    removeSidecarTemps(file);
    expect([inSidecar(file), fs.readFileSync(precious, "utf8")]).toEqual([["backups"], "precious"]);
  });

  test("cannot be removed where it is a directory", async () => {
    const file = lockedFile();
    fs.mkdirSync(`${file}.d/backups/${temp}`, { recursive: true });
    const error = await failureOf(() => removeSidecarTemps(file));
    expect([error.code, error.details.operation, error.details.path, error.details.hint]).toEqual([
      "IO_FAILED",
      "clean up",
      `${file}.d/backups`,
      "Nothing was changed; try again",
    ]);
  });

  test.skipIf(!IS_ROOT)("cannot be found by who may not read the folder (needs root)", async () => {
    const file = lockedFile();
    fs.mkdirSync(`${file}.d/backups`, { mode: 0o700 });
    fs.chmodSync(path.dirname(file), 0o755);
    fs.chmodSync(`${file}.d`, 0o755);
    const error = await asNobody(() => failureOf(() => removeSidecarTemps(file)));
    expect([error.code, error.details.reason]).toEqual(["IO_FAILED", "permission was refused"]);
  });
});

describe("the folders of files that did not come to be", () => {
  test("are removed", () => {
    const file = lockedFile();
    for (const kind of ["backups", "quarantine"]) fs.mkdirSync(`${file}.d/${kind}`);
    removeEmptySidecarSubfolders(file);
    expect([inSidecar(file), fs.existsSync(`${file}.d`)]).toEqual([[], true]);
  });

  test("stay where something is in them", () => {
    const file = lockedFile();
    for (const kind of ["backups", "quarantine"]) fs.mkdirSync(`${file}.d/${kind}`);
    fs.writeFileSync(`${file}.d/backups/s-1.csv`, "");
    removeEmptySidecarSubfolders(file);
    expect(inSidecar(file)).toEqual(["backups", "backups/s-1.csv"]);
  });

  test("need not be there, nor be folders", () => {
    const file = lockedFile();
    fs.symlinkSync(temporaryFolder(), `${file}.d/backups`);
    removeEmptySidecarSubfolders(file);
    removeEmptySidecarSubfolders("/nowhere/s.csv");
    expect(inSidecar(file)).toEqual(["backups"]);
  });
});
