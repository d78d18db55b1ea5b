// Whether a file can be replaced is known before anybody waits for it, and nothing is left of the look.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { beginReplacement, replacementTemp } from "../../src/storage/atomic-replace.js";
import { acquireLock } from "../../src/storage/lock.js";
import { requireReplaceable } from "../../src/storage/replaceable.js";
import { fileWith, HOLDER, IS_ROOT, failureOf, temporaryFolder } from "./folder.js";

const NOBODY = 65_534;

/** Runs as a user without rights. */
async function asNobody<Result>(work: () => Promise<Result>): Promise<Result> {
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

function folderOf(file: string, mode: number, owner = 0): string {
  const folder = path.dirname(file);
  fs.chownSync(folder, owner, owner);
  fs.chmodSync(folder, mode);
  return folder;
}

test("nothing is made where it can be, also while another holds the lock", async () => {
  const file = fileWith("a\n");
  await requireReplaceable(file);
  expect(fs.readdirSync(path.dirname(file))).toEqual(["s.csv"]);
  using lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  await requireReplaceable(lock.realPath);
  expect(fs.readdirSync(path.dirname(file))).toEqual(["s.csv", "s.csv.d"]);
});

test("a long name that a commit can use is no hindrance", async () => {
  const file = path.join(path.dirname(fileWith("a\n")), "n".repeat(238));
  fs.writeFileSync(file, "a\n");
  await requireReplaceable(file);
});

test.skipIf(!IS_ROOT)("a directory that cannot be written is named (needs root)", async () => {
  const file = fileWith("a\n");
  const folder = folderOf(file, 0o755);
  const { code, details } = await failureOf(() => asNobody(() => requireReplaceable(file)));
  expect([code, details]).toMatchObject([
    "IO_FAILED",
    { operation: "make a temporary file in", path: folder, reason: "permission was refused" },
  ]);
  expect(fs.readdirSync(folder)).toEqual(["s.csv"]);
});

test.skipIf(!IS_ROOT)("a lock that cannot be opened or made is named (needs root)", async () => {
  const file = fileWith("a\n");
  folderOf(file, 0o755, NOBODY);
  fs.mkdirSync(`${file}.d`, { mode: 0o755 });
  const folder = await failureOf(() => asNobody(() => requireReplaceable(file)));
  expect([folder.details.operation, folder.details.path]).toEqual(["make a temporary file in", `${file}.d`]);
  fs.chmodSync(`${file}.d`, 0o700);
  const hidden = await failureOf(() => asNobody(() => requireReplaceable(file)));
  expect([hidden.details.operation, hidden.details.path]).toEqual(["open the lock", `${file}.d/lock`]);
  fs.chmodSync(`${file}.d`, 0o755);
  fs.writeFileSync(`${file}.d/lock`, "", { mode: 0o600 });
  const lock = await failureOf(() => asNobody(() => requireReplaceable(file)));
  expect([lock.details.operation, lock.details.path]).toEqual(["open the lock", `${file}.d/lock`]);
});

test.skipIf(!IS_ROOT)(
  "in a sticky directory the file of another cannot be replaced, one's own can, and root any (needs root)",
  async () => {
    const file = fileWith("a\n");
    folderOf(file, 0o1777);
    const { details } = await failureOf(() => asNobody(() => requireReplaceable(file)));
    expect([details.operation, details.path]).toEqual(["replace", file]);
    fs.chownSync(file, NOBODY, NOBODY);
    await asNobody(() => requireReplaceable(file));
    folderOf(file, 0o1777, NOBODY);
    await requireReplaceable(file);
  },
);

test.skipIf(!IS_ROOT)(
  "a file that may only be read can be replaced by who may write beside it (needs root)",
  async () => {
    const file = fileWith("a\n");
    fs.chmodSync(file, 0o444);
    onTestFinished(() => fs.chmodSync(file, 0o644));
    folderOf(file, 0o755, NOBODY);
    await asNobody(() => requireReplaceable(file));
  },
);

test.skipIf(!IS_ROOT || process.platform !== "linux")(
  "a file that is a mount point is named (needs root and mount)",
  async ({ skip }) => {
    const file = path.join(temporaryFolder(), "a b\\c\t.csv");
    fs.writeFileSync(file, "a\n");
    if (spawnSync("mount", ["--bind", file, file]).status !== 0) skip("mounting is not permitted here");
    onTestFinished(() => void spawnSync("umount", [file]));
    const { details } = await failureOf(() => requireReplaceable(file));
    expect([details.operation, details.path, details.reason]).toEqual([
      "replace",
      file,
      "the file itself is a mount point",
    ]);
  },
);

const CAN_CHATTR = IS_ROOT && spawnSync("chattr").error === undefined;
test.skipIf(!CAN_CHATTR)("a file that may not be changed at all is named (needs root and chattr)", async ({ skip }) => {
  const file = fileWith("a\n");
  if (spawnSync("chattr", ["+i", file]).status !== 0) skip("this file system has no such attribute");
  onTestFinished(() => void spawnSync("chattr", ["-i", file]));
  const { details } = await failureOf(() => requireReplaceable(file));
  expect([details.operation, details.hint]).toEqual(["replace", "See with lsattr whether it is immutable"]);
});

test.each([
  ["a directory in the place of the temporary file", "use", ".s.csv.sessions-tmp", (at: string) => fs.mkdirSync(at)],
  ["a link in the place of the folder of the lock", "open the folder", "s.csv.d", linkAt],
  [
    "a file in the place of the folder of the lock",
    "open the folder",
    "s.csv.d",
    (at: string) => fs.writeFileSync(at, ""),
  ],
  ["a directory in the place of the lock", "open the lock", "s.csv.d/lock", (at: string) => makeAt(at, fs.mkdirSync)],
  ["a link in the place of the lock", "open the lock", "s.csv.d/lock", (at: string) => makeAt(at, linkAt)],
  [
    "a lock with a second name",
    "open the lock",
    "s.csv.d/lock",
    (at: string) => makeAt(at, () => fs.linkSync(path.join(at, "../../s.csv"), at)),
  ],
])("%s is named, which a commit would meet", async (_, operation, name, put) => {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, "a\n");
  const there = path.join(path.dirname(file), name);
  put(there);
  const { code, details } = await failureOf(() => requireReplaceable(file));
  expect([code, details.operation, details.path]).toEqual(["IO_FAILED", operation, there]);
});

function linkAt(at: string): void {
  fs.symlinkSync("elsewhere", at);
}

/** In a folder that is made for it. */
function makeAt(at: string, make: (at: string) => void): void {
  fs.mkdirSync(path.dirname(at));
  make(at);
}

test("a commit names what it cannot remove in the place of its temporary file", async () => {
  const file = path.join(temporaryFolder(), "s.csv");
  fs.writeFileSync(file, "a\n");
  fs.mkdirSync(replacementTemp(file));
  const { code, details } = await failureOf(() => beginReplacement(file, { replaces: undefined }));
  expect([code, details.operation, details.path]).toEqual(["IO_FAILED", "remove", replacementTemp(file)]);
  expect(fs.readFileSync(file, "utf8")).toBe("a\n");
});
