// Laws 3, 4 and 5 while the writer is killed (kill -9) at each of its system calls in turn.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { readLockRecord, wasWrittenByUs } from "../../src/storage/lock-record.js";
import { openSnapshot } from "../../src/storage/snapshot.js";
import { NEW, NEXT, OLD, PLAIN_CALLS, describeWith, folderWithOld, setUpDriver } from "./harness.js";
import { replaceFile } from "./replace-file.js";

/**
 * strace counts calls for each thread and path filter. All calls of one name on one path come from one thread, so that
 * counting up for each path and name reaches every call.
 */
const CALLS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  "s.csv.d": ["mkdir"],
  "s.csv.d/lock": ["openat", "pwrite64", "ftruncate", "fchown", "fchmod", "close"],
  "s.csv": ["openat", "link", "close"],
  ".s.csv.sessions-tmp": ["unlink", "openat", "write", "fchown", "fchmod", "fsync", "close", "rename"],
  ".": ["openat", "fsync", "close"],
};

interface Kill {
  readonly at: string;
  readonly acknowledged: boolean;
  readonly after: string | undefined;
  readonly takenForForeign: boolean;
  readonly next: string;
}

describeWith(["strace"], "a writer killed at each system call", () => {
  const made = setUpDriver();

  async function kill(action: string, at: { file: string; call: string; count: number }, start: string | undefined) {
    const { directory, target } = folderWithOld(made.folder);
    if (start === undefined) fs.rmSync(target);
    // A writer was killed here before.
    fs.writeFileSync(path.join(directory, ".s.csv.sessions-tmp"), "left");
    const inject = `inject=${at.call}:signal=KILL:when=${at.count}`;
    const options = ["-f", "-qq", "-o", "/dev/null", "-P", path.resolve(directory, at.file)];
    const { stdout, signal } = await execa(
      "strace",
      [...options, "-e", `trace=${at.call}`, "-e", inject, "node", made.driver, action, target, NEW],
      { env: PLAIN_CALLS, reject: false },
    );
    if (signal !== "SIGKILL") return undefined;
    const after = fs.existsSync(target) ? fs.readFileSync(target, "utf8") : undefined;
    return {
      at: `${at.call} ${at.file} ${at.count}`,
      acknowledged: stdout.startsWith("OK"),
      after,
      takenForForeign: after !== undefined && seemsForeign(target),
      next: await nextRun(directory, target),
    };
  }

  function seemsForeign(target: string): boolean {
    using snapshot = openSnapshot(target);
    return wasWrittenByUs(readLockRecord(target), snapshot) === false;
  }

  async function nextRun(directory: string, target: string): Promise<string> {
    await replaceFile(target, NEXT);
    const isNext = fs.readFileSync(target, "utf8") === NEXT;
    return `${isNext ? "NEXT" : "?"} ${fs.readdirSync(directory).sort().join(" ")}`;
  }

  async function killEverywhere(action: string, start: string | undefined): Promise<readonly Kill[]> {
    const kills: Kill[] = [];
    const points = Object.entries(CALLS_BY_PATH).flatMap(([file, calls]) => calls.map((call) => ({ file, call })));
    const countUp = async (): Promise<void> => {
      for (let point = points.shift(); point !== undefined; point = points.shift()) {
        for (let count = 1; ; count++) {
          const outcome = await kill(action, { ...point, count }, start);
          if (outcome === undefined) break;
          kills.push(outcome);
        }
      }
    };
    await Promise.all([countUp(), countUp(), countUp()]);
    return kills;
  }

  test.each([
    ["replacing a file", OLD, "rename .s.csv.sessions-tmp 1"],
    ["making a new file", undefined, "link s.csv 1"],
  ])("%s leaves it wholly old or wholly new, and the next run works", async (_, start, install) => {
    const kills = await killEverywhere("replace", start);
    const points = kills.map(({ at }) => at);
    expect(points).toEqual(
      expect.arrayContaining([
        "mkdir s.csv.d 1",
        "openat s.csv.d/lock 1",
        "unlink .s.csv.sessions-tmp 1",
        "openat .s.csv.sessions-tmp 2",
        "write .s.csv.sessions-tmp 2",
        "fchmod .s.csv.sessions-tmp 1",
        "fsync .s.csv.sessions-tmp 1",
        "close .s.csv.sessions-tmp 1",
        install,
        "fsync . 1",
        "close s.csv.d/lock 1",
      ]),
    );
    expect(kills.filter(({ after }) => after !== start && after !== NEW)).toEqual([]);
    expect(kills.filter(({ acknowledged, after }) => acknowledged && after !== NEW)).toEqual([]);
    expect(kills.filter(({ takenForForeign }) => takenForForeign)).toEqual([]);
    expect(kills.filter(({ next }) => next !== "NEXT s.csv s.csv.d")).toEqual([]);
    expect(kills.map(({ after }) => after)).toContain(NEW);
  });

  test("a writer that truncates and writes in place is caught by the same kills", async () => {
    const { directory, target } = folderWithOld(made.folder);
    const options = ["-f", "-qq", "-o", "/dev/null", "-P", path.join(directory, "s.csv"), "-e", "trace=write"];
    const command = ["node", made.driver, "truncate-and-write", target, NEW];
    await execa("strace", [...options, "-e", "inject=write:signal=KILL:when=1", ...command], {
      env: PLAIN_CALLS,
      reject: false,
    });
    expect(fs.readFileSync(target, "utf8")).toBe("");
  });
});
