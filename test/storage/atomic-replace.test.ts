// Laws 3 to 5. The whole sequence under faults, kills and power cuts is in test/process.
import fs from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { beginReplacement, replacementTemp } from "../../src/storage/atomic-replace.js";
import type { CommitResult, Replacement } from "../../src/storage/atomic-replace.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { IS_ROOT, failureOf, fileWith, temporaryFolder } from "./folder.js";

afterEach(() => {
  vi.restoreAllMocks();
});

/** Replaces the file at `file`, with `meanwhile` happening just before the commit. */
async function replace(file: string, content: string, meanwhile?: () => void): Promise<CommitResult> {
  using replaces = openSnapshot(file);
  const replacement = await beginReplacement(replaces.realPath, { replaces });
  await replacement.write(Buffer.from(content));
  meanwhile?.();
  return await replacement.commit();
}

async function make(file: string, content: string, mode?: number): Promise<CommitResult> {
  const replacement = await beginReplacement(file, { replaces: undefined, ...(mode === undefined ? {} : { mode }) });
  await replacement.write(Buffer.from(content));
  return replacement.commit();
}

/** `name content` of each file in the folder, by name. */
function listing(file: string): string[] {
  const folder = path.dirname(file);
  const names = fs.readdirSync(folder).sort();
  return names.map((name) => `${name} ${fs.readFileSync(path.join(folder, name), "utf8")}`);
}

describe("a replacement", () => {
  test("has its temp file beside the file, under one fixed name", () => {
    expect(replacementTemp("/data/sessions.csv")).toBe("/data/.sessions.csv.sessions-tmp");
  });

  test("puts the new version in place and leaves nothing else", async () => {
    const file = fileWith("old");
    await replace(file, "new");
    expect(listing(file)).toEqual(["s.csv new"]);
  });

  test("is invisible until the commit", async () => {
    const file = fileWith("old");
    await replace(file, "new", () => {
      expect(fs.readFileSync(file, "utf8")).toBe("old");
    });
  });

  test("appends each write", async () => {
    const file = fileWith("old");
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    for (const text of ["a", "", "bc"]) await replacement.write(Buffer.from(text));
    await replacement.commit();
    expect(listing(file)).toEqual(["s.csv abc"]);
  });

  test("may be empty", async () => {
    const file = fileWith("old");
    await replace(file, "");
    expect(listing(file)).toEqual(["s.csv "]);
  });

  test("writes a piece of a larger buffer and no more", async () => {
    const file = fileWith("old");
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    await replacement.write(Buffer.from("abcdef").subarray(2, 4));
    await replacement.commit();
    expect(listing(file)).toEqual(["s.csv cd"]);
  });

  test("says how the new file looks", async () => {
    const file = fileWith("old");
    const result = await replace(file, "newer");
    using snapshot = openSnapshot(file);
    expect(result).toEqual({ stamp: snapshot.stamp, byteLength: 5, warnings: [] });
  });

  test("replaces the file behind a symbolic link, which stays", async () => {
    const file = fileWith("old");
    const link = path.join(temporaryFolder(), "link");
    fs.symlinkSync(file, link);
    await replace(link, "new");
    expect([fs.readlinkSync(link), fs.lstatSync(file).isFile(), listing(file)]).toEqual([file, true, ["s.csv new"]]);
  });

  test("keeps the permissions, whatever the umask", async () => {
    const file = fileWith("old");
    fs.chmodSync(file, 0o666);
    await replace(file, "new");
    expect(fs.statSync(file).mode & 0o7777).toBe(0o666);
  });

  test.skipIf(!IS_ROOT)("keeps owner and permissions of another user's file (needs root)", async () => {
    const file = fileWith("old");
    fs.chmodSync(file, 0o640);
    fs.chownSync(file, 65_534, 65_533);
    const { warnings } = await replace(file, "new");
    const { uid, gid, mode } = fs.statSync(file);
    expect([uid, gid, mode & 0o7777, warnings]).toEqual([65_534, 65_533, 0o640, []]);
  });

  test("warns when the file had another name, which keeps the old version", async () => {
    const file = fileWith("old");
    fs.linkSync(file, `${file}.second`);
    const { warnings } = await replace(file, "new");
    expect([warnings, listing(file)]).toEqual([["HARD_LINKS_BROKEN"], ["s.csv new", "s.csv.second old"]]);
  });
});

describe("the temp file", () => {
  test("can be read by its owner only while it is written", async () => {
    const file = fileWith("old");
    fs.chmodSync(file, 0o644);
    await replace(file, "new", () => {
      expect(fs.statSync(replacementTemp(file)).mode & 0o777).toBe(0o600);
    });
  });

  test("takes the place of one that a killed writer left", async () => {
    const file = fileWith("old");
    fs.writeFileSync(replacementTemp(file), "left behind, and longer than the new one");
    await replace(file, "new");
    expect(listing(file)).toEqual(["s.csv new"]);
  });

  test("takes the place of a symbolic link that was planted there, which is not followed", async () => {
    const file = fileWith("old");
    const precious = fileWith("precious");
    fs.symlinkSync(precious, replacementTemp(file));
    await replace(file, "new");
    expect([listing(file), listing(precious)]).toEqual([["s.csv new"], ["s.csv precious"]]);
  });

  test("cannot take the place of a directory", async () => {
    const file = fileWith("old");
    fs.mkdirSync(replacementTemp(file));
    const error = await failureOf(() => replace(file, "new"));
    expect([error.code, fs.readFileSync(file, "utf8")]).toEqual(["IO_FAILED", "old"]);
  });

  test("is not put in place when somebody else's stands there", async () => {
    const file = fileWith("old");
    const plant = () => {
      fs.unlinkSync(replacementTemp(file));
      fs.writeFileSync(replacementTemp(file), "planted");
    };
    expect((await failureOf(() => replace(file, "new", plant))).code).toBe("IO_FAILED");
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test("that was cut short behind our back is not put in place", async () => {
    const file = fileWith("old");
    const error = await failureOf(() => replace(file, "new", () => fs.truncateSync(replacementTemp(file), 1)));
    expect([error.code, error.details.reason, error.hint]).toEqual([
      "IO_FAILED",
      "3 bytes were written and 1 are there",
      "Nothing was changed; make sure that there is room, then try again",
    ]);
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test("needs its directory", async () => {
    const error = await failureOf(() => beginReplacement("/nowhere/s.csv", { replaces: undefined }));
    expect([error.code, error.details.path]).toEqual(["IO_FAILED", "/nowhere"]);
  });
});

describe("a file that changed between reading and commit", () => {
  test.each([
    ["is replaced by another program", (file: string) => swap(file, "theirs"), ["s.csv theirs"]],
    ["is written in place", (file: string) => fs.writeFileSync(file, "theirs"), ["s.csv theirs"]],
    ["gets another line", (file: string) => fs.appendFileSync(file, "!"), ["s.csv old!"]],
    ["is deleted", (file: string) => fs.unlinkSync(file), []],
  ])("%s: it stays as it is now", async (_, change, left) => {
    const file = fileWith("old");
    const error = await failureOf(() =>
      replace(file, "new", () => {
        change(file);
      }),
    );
    expect([error.code, error.details.path, listing(file)]).toEqual(["STORE_CHANGED", file, left]);
  });

  function swap(file: string, content: string): void {
    fs.writeFileSync(`${file}.other`, content);
    fs.renameSync(`${file}.other`, file);
  }
});

describe("a new file", () => {
  test("is made where there is none, for its owner only", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    await make(file, "new");
    expect([listing(file), fs.statSync(file).mode & 0o7777]).toEqual([["s.csv new"], 0o600]);
  });

  test("gets the permissions that were asked for, whatever the umask", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    await make(file, "new", 0o666);
    expect(fs.statSync(file).mode & 0o7777).toBe(0o666);
  });

  test("has one name", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    await make(file, "new");
    expect(fs.statSync(file).nlink).toBe(1);
  });

  test("never takes the place of one that is there", async () => {
    const file = fileWith("old");
    const error = await failureOf(() => make(file, "new"));
    expect([error.code, error.details.path, listing(file)]).toEqual(["STORE_EXISTS", file, ["s.csv old"]]);
  });

  test("never takes the place of a link, even to nowhere", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    fs.symlinkSync("nowhere", file);
    expect((await failureOf(() => make(file, "new"))).code).toBe("STORE_EXISTS");
    expect(fs.readlinkSync(file)).toBe("nowhere");
  });
});

describe("an abandoned replacement", () => {
  test("leaves the old file and no temp file", async () => {
    const file = fileWith("old");
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    await replacement.write(Buffer.from("new"));
    await replacement.abandon();
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test("may be abandoned again, and removes no other writer's temp file then", async () => {
    const file = fileWith("old");
    const replacement = await beginReplacement(file, { replaces: undefined });
    await replacement.abandon();
    fs.writeFileSync(replacementTemp(file), "another writer's");
    await replacement.abandon();
    expect(fs.readFileSync(replacementTemp(file), "utf8")).toBe("another writer's");
  });

  test("is what the end of its block does", async () => {
    const file = fileWith("old");
    {
      await using replacement = await beginReplacement(file, { replaces: undefined });
      await replacement.write(Buffer.from("new"));
    }
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test("is not what the end of its block does after the commit", async () => {
    const file = fileWith("old");
    {
      using replaces = openSnapshot(file);
      await using replacement = await beginReplacement(file, { replaces });
      await replacement.write(Buffer.from("new"));
      await replacement.commit();
    }
    expect(listing(file)).toEqual(["s.csv new"]);
  });

  test("takes no more bytes", async () => {
    const replacement = await beginReplacement(fileWith("old"), { replaces: undefined });
    await replacement.abandon();
    await expect(replacement.write(Buffer.from("new"))).rejects.toThrow("This replacement has ended");
  });

  test("cannot be committed", async () => {
    const replacement = await beginReplacement(fileWith("old"), { replaces: undefined });
    await replacement.abandon();
    await expect(replacement.commit()).rejects.toThrow("This replacement has ended");
  });

  test("keeps no descriptor open", async () => {
    const file = fileWith("old");
    const replacement = await beginReplacement(file, { replaces: undefined });
    await replacement.abandon();
    expect(openUnder(path.dirname(file))).toEqual([]);
  });
});

describe("the end of a replacement", () => {
  test("closes every descriptor after a commit", async () => {
    const file = fileWith("old");
    await replace(file, "new");
    expect(openUnder(path.dirname(file))).toEqual([]);
  });

  test("closes every descriptor after a failure", async () => {
    const file = fileWith("old");
    await failureOf(() => make(file, "new"));
    expect(openUnder(path.dirname(file))).toEqual([]);
  });

  test("tells what was installed once it is", async () => {
    const file = fileWith("old");
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    const before = replacement.installed;
    const result = await replacement.commit();
    expect([before, replacement.installed]).toEqual([undefined, result]);
  });

  test("comes once", async () => {
    const file = path.join(temporaryFolder(), "s.csv");
    const replacement = await beginReplacement(file, { replaces: undefined });
    await replacement.commit();
    await expect(replacement.commit()).rejects.toThrow("This replacement has ended");
  });
});

describe("two calls at a time", () => {
  test("are refused before they can mix their bytes", async () => {
    const replacement = await beginReplacement(fileWith("old"), { replaces: undefined });
    const first = replacement.write(Buffer.from("a"));
    await expect(replacement.write(Buffer.from("b"))).rejects.toThrow("one call at a time");
    await first;
    await replacement.abandon();
  });
});

describe("a cancelled replacement", () => {
  test("does not begin", async () => {
    const file = fileWith("old");
    const options = { replaces: undefined, signal: AbortSignal.abort() };
    expect((await failureOf(() => beginReplacement(file, options))).code).toBe("CANCELLED");
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test.each([
    ["write", (replacement: Replacement) => replacement.write(Buffer.from("more"))],
    ["commit", (replacement: Replacement) => replacement.commit()],
  ])("ends at the next %s, and leaves the old file and no temp file", async (_, next) => {
    const file = fileWith("old");
    const abort = new AbortController();
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces, signal: abort.signal });
    await replacement.write(Buffer.from("new"));
    abort.abort();
    expect((await failureOf(() => next(replacement))).code).toBe("CANCELLED");
    expect(listing(file)).toEqual(["s.csv old"]);
  });

  test("ends before the rename also when it is cancelled during the commit", async () => {
    const file = fileWith("old");
    const abort = new AbortController();
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces, signal: abort.signal });
    const committing = replacement.commit();
    abort.abort();
    expect((await failureOf(() => committing)).code).toBe("CANCELLED");
    expect(listing(file)).toEqual(["s.csv old"]);
  });
});

describe("a large new version", () => {
  const MANY = Buffer.alloc(65 * 1024 * 1024, "x");

  test("is handed to the disk on the way, and is whole", async () => {
    const file = fileWith("old");
    const early = vi.spyOn(await handlePrototype(), "datasync");
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    await replacement.write(MANY);
    expect(early).toHaveBeenCalledOnce();
    await replacement.write(Buffer.from("end"));
    await replacement.commit();
    expect(fs.statSync(file).size).toBe(MANY.length + 3);
  });

  test("is not committed where the disk refused it on the way, also if it takes it in the end", async () => {
    const file = fileWith("old");
    vi.spyOn(await handlePrototype(), "datasync").mockRejectedValueOnce(
      Object.assign(new Error("EIO"), { code: "EIO", syscall: "fdatasync" }),
    );
    using replaces = openSnapshot(file);
    const replacement = await beginReplacement(file, { replaces });
    await replacement.write(MANY);
    await replacement.write(Buffer.from("end"));
    expect((await failureOf(() => replacement.commit())).code).toBe("IO_FAILED");
    expect(listing(file)).toEqual(["s.csv old"]);
  });
});

/** Of all handles of files. */
async function handlePrototype(): Promise<FileHandle> {
  const handle = await open("/dev/null");
  await handle.close();
  return Object.getPrototypeOf(handle) as FileHandle;
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
