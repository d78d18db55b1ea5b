// Laws 4 and 5: a backup is one whole version or none, whatever happens to the process that makes it, or to the file.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { listBackups, type Backup } from "../../src/copies/backup-list.js";
import { verifyBackup } from "../../src/copies/verify-backup.js";
import { writeBackup } from "../../src/copies/write-backup.js";
import { OLD, PLAIN_CALLS, describeWith, folderWithOld, setUpDriver } from "./harness.js";
import { versionText } from "./numbered-lines.js";

const { EIO, ENOSPC } = os.constants.errno;

/** What a backup looks like in the list, and what it really is. */
async function judged(backup: Backup): Promise<string> {
  const looks = backup.manifest === undefined ? "unchecked" : "good";
  const { problem } = await verifyBackup(backup);
  const isWhole = fs.readFileSync(backup.path, "utf8") === OLD;
  return `looks ${looks}, is ${isWhole && (looks === "unchecked" || problem === undefined) ? "whole" : "not whole"}`;
}

async function lookAt(target: string): Promise<string> {
  return (await Promise.all(listBackups(target).map(judged))).join("; ") || "none";
}

describeWith(["strace"], "a backup killed at each system call that changes something", () => {
  const made = setUpDriver();

  /**
   * All but the opening of files, which changes nothing but that a hidden file is there, empty. strace counts the calls of
   * each thread by itself; the main thread and the one of the pool share the counting up.
   */
  const CALLS = ["mkdir", "write", "fchown", "fchmod", "fsync", "link", "unlink"];

  async function kill(call: string, count: number) {
    const { target } = folderWithOld(made.folder);
    const inject = `inject=${call}:signal=KILL:when=${count}`;
    const options = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${call}`, "-e", inject];
    const { signal } = await execa("strace", [...options, "node", made.driver, "backup", target, OLD], {
      env: PLAIN_CALLS,
      reject: false,
    });
    return { target, wasKilled: signal === "SIGKILL" };
  }

  test("leaves no file that looks like a good backup and is not, and the next backup is made", async () => {
    const seen: { at: string; after: string; next: string }[] = [];
    const calls = [...CALLS];
    const countUp = async (): Promise<void> => {
      for (let call = calls.shift(); call !== undefined; call = calls.shift()) {
        for (let count = 1; ; count += 1) {
          const { target, wasKilled } = await kill(call, count);
          if (!wasKilled) break;
          const after = await lookAt(target);
          await execa("node", [made.driver, "backup", target, OLD]);
          seen.push({ at: `${call} ${count}`, after, next: await lookAt(target) });
        }
      }
    };
    await Promise.all([countUp(), countUp()]);
    const points = seen.map(({ at }) => at);
    expect(points).toEqual(expect.arrayContaining(["mkdir 2", "fchmod 2", "fsync 6", "link 2", "unlink 2"]));
    expect(new Set(seen.map(({ after }) => after))).toEqual(new Set(["none", "looks good, is whole"]));
    expect(seen.filter(({ next }) => !/^looks good, is whole(?:; looks good, is whole)?$/.test(next))).toEqual([]);
  });

  test("a copy that is written under its own name is caught by such a kill", async () => {
    const { target } = folderWithOld(made.folder);
    const copy = `${target}.d/backups/s-20260101T000000Z.csv`;
    fs.mkdirSync(path.dirname(copy), { recursive: true });
    const options = ["-f", "-qq", "-o", "/dev/null", "-P", copy, "-e", "trace=write"];
    const command = ["node", made.driver, "truncate-and-write", copy, OLD];
    await execa("strace", [...options, "-e", "inject=write:signal=KILL:when=1", ...command], {
      env: PLAIN_CALLS,
      reject: false,
    });
    expect(await lookAt(target)).toBe("looks unchecked, is not whole");
  });
});

describeWith(["gcc"], "a backup whose Nth system call fails", () => {
  const made = setUpDriver();
  let library = "";
  beforeAll(() => {
    library = path.join(made.folder, "fault.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", library, "test/process/fault.c", "-ldl"]);
  });

  test.each([
    ["fails once, EIO", EIO, {}],
    ["and all after it fail, EIO", EIO, { FAULT_EVERY: "1" }],
    ["fails once, disk full, and writes are short", ENOSPC, { FAULT_SHORT: "1000" }],
  ] satisfies [string, number, Record<string, string>][])(
    "%s: there is what the answer says",
    async (_, errno, more) => {
      const wrong: string[] = [];
      const calls = new Set<string>();
      for (let call = 1; ; call += 1) {
        const { target } = folderWithOld(made.folder);
        fs.mkdirSync(`${target}.d/backups`, { recursive: true });
        const env = {
          ...PLAIN_CALLS,
          ...more,
          LD_PRELOAD: library,
          FAULT_DIR: `${target}.d/backups`,
          FAULT_AT: String(call),
          FAULT_ERRNO: String(errno),
        };
        const { stdout, stderr } = await execa("node", [made.driver, "backup", target, OLD], { env, reject: false });
        const failed = [...stderr.matchAll(/^FAULT (\w+)$/gm)].map(([, name = ""]) => name);
        if (failed.length === 0) break;
        calls.add(failed[0] ?? "");
        const promised = stdout === "IO_FAILED" ? "none" : "looks good, is whole";
        const after = await lookAt(target);
        if (after !== promised) wrong.push(`${stdout}: ${after} (${failed.join(" ")})`);
      }
      expect([...calls]).toEqual(expect.arrayContaining(["open", "write", "fchmod", "fsync", "link"]));
      expect(wrong).toEqual([]);
    },
  );
});

describeWith([], "backups while a writer commits as fast as it can", () => {
  const made = setUpDriver();
  /** BACKUPS=200 npx vitest run test/process/backup.test.ts */
  const count = Number(process.env["BACKUPS"] ?? 25);

  test("each is one whole version", async () => {
    const { target } = folderWithOld(made.folder);
    fs.writeFileSync(target, versionText(1));
    const writer = execa("node", [made.driver, "churn", target, ""], { reject: false });
    const versions = new Set<string>();
    try {
      for (let n = 0; n < count; n += 1) {
        const now = new Date(Date.now());
        const encoding = { isCompressed: n % 2 === 1, encryption: undefined };
        await writeBackup(target, { encoding, destination: "beside the file", now, tool: "test" });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      writer.kill("SIGKILL");
      await writer;
    }
    const backups = listBackups(target);
    expect(backups).toHaveLength(count);
    for (const backup of backups) {
      expect((await verifyBackup(backup)).problem).toBeUndefined();
      const text = await plainText(backup.path);
      const version = /^v(\d+) /.exec(text)?.[1] ?? "";
      expect(text === versionText(Number(version)), backup.name).toBe(true);
      versions.add(version);
    }
    expect(versions.size).toBeGreaterThan(count / 4);
  });
});

async function plainText(file: string): Promise<string> {
  const { openBackup } = await import("../../src/copies/open-backup.js");
  const { plain } = await openBackup(file);
  const pieces: Uint8Array[] = [];
  for await (const piece of plain) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
