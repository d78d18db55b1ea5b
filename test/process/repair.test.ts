// Laws 3, 4 and 8 for a repair in place: killed at each of its system calls, and with each of them failing once, the file
// is wholly old, or wholly new with a whole backup and a whole quarantine.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, expect, onTestFinished, test } from "vitest";
import { describeWith, folderWithOld, PLAIN_CALLS, setUpDriver } from "./harness.js";
import { BACKUP, companionsOf, DAMAGED, QUARANTINE, REPAIRED, repairByLines, tempsBeside } from "./repair-by-lines.js";

const BACKUP_TEMP = `s.csv.d/backups/.${BACKUP}.sessions-tmp`;
const QUARANTINE_TEMP = `s.csv.d/quarantine/.${QUARANTINE}.sessions-tmp`;
const TEMP_CALLS = ["unlink", "openat", "write", "fchown", "fchmod", "fsync", "close", "link"];

/** See `kill.test.ts` on how strace counts. */
const CALLS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  "s.csv.d": ["mkdir", "openat", "fsync"],
  "s.csv.d/lock": ["openat", "pwrite64", "close"],
  "s.csv.d/backups": ["mkdir", "openat", "fsync"],
  "s.csv.d/quarantine": ["mkdir", "openat", "fsync"],
  [BACKUP_TEMP]: TEMP_CALLS,
  [QUARANTINE_TEMP]: TEMP_CALLS,
  ".s.csv.sessions-tmp": ["unlink", "openat", "write", "fchown", "fchmod", "fsync", "close", "rename"],
  "s.csv": ["openat", "close"],
  ".": ["openat", "fsync", "close"],
};

function damagedFile(parent: string): { readonly directory: string; readonly target: string } {
  const made = folderWithOld(parent);
  fs.writeFileSync(made.target, DAMAGED);
  return made;
}

interface Outcome {
  readonly at: string;
  readonly said: string;
  readonly after: "damaged" | "repaired" | "torn";
  readonly backup: string;
  readonly quarantine: string;
  readonly next: string;
}

/** What stands there now, and whether the next repair works and cleans up. */
async function outcomeOf(at: string, said: string, target: string): Promise<Outcome> {
  const text = fs.readFileSync(target, "utf8");
  const after = text === DAMAGED ? "damaged" : text === REPAIRED ? "repaired" : "torn";
  const companions = companionsOf(target);
  await repairByLines(target);
  const isRepaired = fs.readFileSync(target, "utf8") === REPAIRED;
  return { at, said, after, ...companions, next: [isRepaired ? "REPAIRED" : "?", ...tempsBeside(target)].join(" ") };
}

function badlyEnded(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(
    ({ after, backup, quarantine, next }) =>
      after === "torn" ||
      backup === "torn" ||
      quarantine === "torn" ||
      (after === "repaired" && (backup !== "whole" || quarantine !== "whole")) ||
      next !== "REPAIRED",
  );
}

describeWith(["strace"], "a repair killed at each system call", () => {
  const made = setUpDriver();

  async function kill(at: { file: string; call: string; count: number }): Promise<Outcome | undefined> {
    const { directory, target } = damagedFile(made.folder);
    const inject = `inject=${at.call}:signal=KILL:when=${at.count}`;
    const options = ["-f", "-qq", "-o", "/dev/null", "-P", path.resolve(directory, at.file)];
    const { stdout, signal } = await execa(
      "strace",
      [...options, "-e", `trace=${at.call}`, "-e", inject, "node", made.driver, "repair", target, "-"],
      { env: PLAIN_CALLS, reject: false },
    );
    return signal === "SIGKILL" ? outcomeOf(`${at.call} ${at.file} ${at.count}`, stdout, target) : undefined;
  }

  test("leaves the file wholly old, or wholly new with its backup and quarantine", { timeout: 240_000 }, async () => {
    const kills: Outcome[] = [];
    const points = Object.entries(CALLS_BY_PATH).flatMap(([file, calls]) => calls.map((call) => ({ file, call })));
    const countUp = async (): Promise<void> => {
      for (let point = points.shift(); point !== undefined; point = points.shift()) {
        for (let count = 1; ; count++) {
          const outcome = await kill({ ...point, count });
          if (outcome === undefined) break;
          kills.push(outcome);
        }
      }
    };
    await Promise.all([countUp(), countUp(), countUp()]);
    expect(kills.map(({ at }) => at)).toEqual(
      expect.arrayContaining([
        "mkdir s.csv.d/backups 1",
        `write ${BACKUP_TEMP} 1`,
        `fsync ${BACKUP_TEMP} 1`,
        `link ${BACKUP_TEMP} 1`,
        `link ${QUARANTINE_TEMP} 1`,
        "fsync s.csv.d/quarantine 1",
        "rename .s.csv.sessions-tmp 1",
        "fsync . 1",
      ]),
    );
    expect(badlyEnded(kills)).toEqual([]);
    expect(kills.filter(({ said, after }) => said.startsWith("OK") && after !== "repaired")).toEqual([]);
    expect(new Set(kills.map(({ after }) => after))).toEqual(new Set(["damaged", "repaired"]));
  });

  test("puts backup and quarantine on the disk, with the folders above them, before the file changes", async () => {
    const { directory, target } = damagedFile(made.folder);
    const log = path.join(made.folder, "order.log");
    const options = ["-f", "-qq", "-y", "-o", log, "-e", "trace=mkdir,fsync,link,rename"];
    await execa("strace", [...options, "node", made.driver, "repair", target, "-"], { env: PLAIN_CALLS });
    const calls = [...fs.readFileSync(log, "utf8").matchAll(/(mkdir|fsync|link|rename)\((?:\d+<)?"?([^">,]+)/g)]
      .map(([, call = "", name = ""]) => `${call} ${path.relative(directory, name) || "."}`)
      .filter((call) => !call.includes(".."));
    expect(calls).toEqual([
      "mkdir s.csv.d",
      "mkdir s.csv.d/backups",
      "fsync s.csv.d",
      "fsync .",
      "mkdir s.csv.d/quarantine",
      "fsync s.csv.d",
      "fsync .",
      `fsync ${BACKUP_TEMP}`,
      `link ${BACKUP_TEMP}`,
      "fsync s.csv.d/backups",
      `fsync ${QUARANTINE_TEMP}`,
      `link ${QUARANTINE_TEMP}`,
      "fsync s.csv.d/quarantine",
      "fsync .s.csv.sessions-tmp",
      "rename .s.csv.sessions-tmp",
      "fsync .",
    ]);
  });
});

describeWith(["gcc"], "a repair whose Nth system call fails", () => {
  const made = setUpDriver();
  let library = "";
  beforeAll(() => {
    library = path.join(made.folder, "fault.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", library, "test/process/fault.c", "-ldl"]);
  });

  async function run(callNumber: number, fault: Readonly<Record<string, string>>) {
    const { directory, target } = damagedFile(made.folder);
    const env = { ...PLAIN_CALLS, LD_PRELOAD: library, FAULT_DIR: directory, FAULT_AT: String(callNumber), ...fault };
    const { stdout, stderr } = await execa("node", [made.driver, "repair", target, "-"], { env, reject: false });
    const failed = [...stderr.matchAll(/^FAULT (\w+)$/gm)].map(([, name = ""]) => name);
    return { failed, ...(await outcomeOf(failed.join(" "), stdout, target)) };
  }

  test.for<[string, Record<string, string>]>([
    ["fails once, EIO", { FAULT_ERRNO: String(os.constants.errno.EIO) }],
    [
      "fails once, disk full, and writes are short",
      { FAULT_ERRNO: String(os.constants.errno.ENOSPC), FAULT_SHORT: "1000" },
    ],
    ["and all after it fail, EIO", { FAULT_ERRNO: String(os.constants.errno.EIO), FAULT_EVERY: "1" }],
  ])("%s: the file is what the answer says, and nothing is left half done", { timeout: 240_000 }, async ([, fault]) => {
    const outcomes: Awaited<ReturnType<typeof run>>[] = [];
    for (let isOver = false; !isOver;) {
      const calls = [1, 2, 3].map((step) => outcomes.length + step);
      const batch = await Promise.all(calls.map((call) => run(call, fault)));
      outcomes.push(...batch.filter(({ failed }) => failed.length > 0));
      isOver = batch.some(({ failed }) => failed.length === 0);
    }
    expect(outcomes.map(({ failed: [first] }) => first)).toEqual(
      expect.arrayContaining(["mkdir", "open", "write", "fchmod", "fsync", "link", "rename"]),
    );
    expect(badlyEnded(outcomes)).toEqual([]);
    expect(outcomes.map(({ said, after }) => [said.split(" ")[0], after])).toEqual(
      outcomes.map(({ said }) =>
        said === "IO_FAILED" ? [said, "damaged"] : [said === "DURABILITY_UNKNOWN" ? said : "OK", "repaired"],
      ),
    );
    if (fault["FAULT_EVERY"] !== undefined) return;
    const refused = outcomes.filter(({ said }) => said === "IO_FAILED");
    expect(refused.filter(({ backup, quarantine }) => backup !== "absent" || quarantine !== "absent")).toEqual([]);
  });
});

describeWith(["mount"], "a repair on a full disk", () => {
  const made = setUpDriver();

  test.for(["64k", "96k"])("of %s that has no room for the backup or the new version changes nothing", async (size) => {
    const folder = path.join(made.folder, `full-${size}`);
    fs.mkdirSync(folder);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", folder]);
    onTestFinished(() => void execFileSync("umount", [folder]));
    const target = path.join(folder, "s.csv");
    const large = DAMAGED.repeat(5);
    fs.writeFileSync(target, large);
    await expect(repairByLines(target)).rejects.toMatchObject({
      code: "IO_FAILED",
      details: { reason: "the disk is full", hint: "Nothing was changed; make room, then try again" },
    });
    expect(fs.readFileSync(target, "utf8") === large).toBe(true);
    expect(fs.readdirSync(folder, { recursive: true }).sort()).toEqual(["s.csv", "s.csv.d", "s.csv.d/lock"]);
  });
});

describeWith(["root", "setpriv"], "a repair by a user without rights", () => {
  const made = setUpDriver();

  test("to the folder beside the file changes nothing", async () => {
    const { directory, target } = damagedFile(made.folder);
    fs.chownSync(directory, 65_534, 65_534);
    fs.mkdirSync(`${target}.d`, { mode: 0o755 });
    fs.writeFileSync(`${target}.d/lock`, "");
    fs.chmodSync(`${target}.d/lock`, 0o666);
    const command = ["--reuid=65534", "--regid=65534", "--clear-groups", "node", made.driver, "repair", target, "-"];
    expect((await execa("setpriv", command, { reject: false })).stdout).toBe("IO_FAILED");
    expect(fs.readFileSync(target, "utf8")).toBe(DAMAGED);
    expect(fs.readdirSync(directory, { recursive: true }).sort()).toEqual(["s.csv", "s.csv.d", "s.csv.d/lock"]);
  });
});
