// Laws 3, 4 and 8 for a restore: killed at each of its system calls, and with each of them failing once, the file is wholly
// the old one, or wholly the backup with a whole copy of the old one.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { describeWith, folderWithOld, PLAIN_CALLS, setUpDriver } from "./harness.js";
import { tempsBeside } from "./repair-by-lines.js";
import { CURRENT, layOut, RESTORED, restoreBackup, SAFETY, safetyCopyOf } from "./restore-backup.js";

const SAFETY_TEMP = `s.csv.d/backups/.${SAFETY}.sessions-tmp`;
const MANIFEST_TEMP = `s.csv.d/backups/.${SAFETY}.manifest.json.sessions-tmp`;
const LOG_TEMP = "s.csv.d/log/.000001-20250930T104500Z.jsonl.sessions-tmp";
const TEMP_CALLS = ["unlink", "openat", "write", "fchmod", "fsync", "close", "link"];

/** See `kill.test.ts` on how strace counts. */
const CALLS_BY_PATH: Readonly<Record<string, readonly string[]>> = {
  "s.csv.d": ["openat", "fsync"],
  "s.csv.d/lock": ["openat", "pwrite64", "close"],
  "s.csv.d/backups": ["openat", "fsync"],
  "s.csv.d/log": ["mkdir", "openat", "fsync"],
  [SAFETY_TEMP]: TEMP_CALLS,
  [MANIFEST_TEMP]: TEMP_CALLS,
  [LOG_TEMP]: TEMP_CALLS,
  ".s.csv.sessions-tmp": ["unlink", "openat", "write", "fchown", "fchmod", "fsync", "close", "rename"],
  "s.csv": ["openat", "close"],
  ".": ["openat", "fsync", "close"],
};

interface Outcome {
  readonly at: string;
  readonly said: string;
  readonly after: "current" | "restored" | "torn";
  readonly copy: string;
  readonly next: string;
}

async function outcomeOf(at: string, said: string, target: string): Promise<Outcome> {
  const text = fs.readFileSync(target, "utf8");
  const after = text === CURRENT ? "current" : text === RESTORED ? "restored" : "torn";
  const copy = safetyCopyOf(target);
  await restoreBackup(target);
  const isRestored = fs.readFileSync(target, "utf8") === RESTORED;
  return { at, said, after, copy, next: [isRestored ? "RESTORED" : "?", ...tempsBeside(target)].join(" ") };
}

function badlyEnded(outcomes: readonly Outcome[]): readonly Outcome[] {
  return outcomes.filter(
    ({ said, after, copy, next }) =>
      after === "torn" ||
      (copy !== "absent" && copy !== "whole") ||
      (after === "restored" && copy !== "whole") ||
      (said.startsWith("OK") && after !== "restored") ||
      next !== "RESTORED",
  );
}

describeWith(["strace"], "a restore", () => {
  const made = setUpDriver();

  async function run(
    at: { file: string; call: string; count: number },
    fault: string,
  ): Promise<readonly [target: string, said: string, signal: string | undefined]> {
    const { directory, target } = folderWithOld(made.folder);
    layOut(target);
    const inject = `inject=${at.call}:${fault}:when=${at.count}`;
    const options = ["-f", "-qq", "-o", "/dev/null", "-P", path.resolve(directory, at.file)];
    const { stdout, signal } = await execa(
      "strace",
      [...options, "-e", `trace=${at.call}`, "-e", inject, "node", made.driver, "restore", target, "-"],
      { env: PLAIN_CALLS, reject: false },
    );
    return [target, stdout, signal];
  }

  test(
    "killed at each system call leaves the old file, or the backup with a whole copy of it",
    { timeout: 300_000 },
    async () => {
      const kills: Outcome[] = [];
      const points = Object.entries(CALLS_BY_PATH).flatMap(([file, calls]) => calls.map((call) => ({ file, call })));
      const countUp = async (): Promise<void> => {
        for (let point = points.shift(); point !== undefined; point = points.shift()) {
          for (let count = 1; ; count++) {
            const [target, said, signal] = await run({ ...point, count }, "signal=KILL");
            if (signal !== "SIGKILL") break;
            kills.push(await outcomeOf(`${point.call} ${point.file} ${count}`, said, target));
          }
        }
      };
      await Promise.all([countUp(), countUp(), countUp()]);
      expect(kills.map(({ at }) => at)).toEqual(
        expect.arrayContaining([
          `link ${MANIFEST_TEMP} 1`,
          `write ${SAFETY_TEMP} 1`,
          `fsync ${SAFETY_TEMP} 1`,
          `link ${SAFETY_TEMP} 1`,
          `link ${LOG_TEMP} 1`,
          "fsync .s.csv.sessions-tmp 1",
          "rename .s.csv.sessions-tmp 1",
          "fsync . 1",
        ]),
      );
      expect(badlyEnded(kills)).toEqual([]);
      expect(new Set(kills.map(({ after }) => after))).toEqual(new Set(["current", "restored"]));
    },
  );

  test.each([
    [SAFETY_TEMP, "write", "ENOSPC"],
    [SAFETY_TEMP, "fsync", "EIO"],
    [SAFETY_TEMP, "link", "EIO"],
    [MANIFEST_TEMP, "fsync", "EIO"],
    [LOG_TEMP, "fsync", "EIO"],
    [".s.csv.sessions-tmp", "write", "ENOSPC"],
    [".s.csv.sessions-tmp", "fsync", "EIO"],
    [".s.csv.sessions-tmp", "rename", "EIO"],
  ])("with a failure at %s %s (%s) changes nothing, and leaves no copy", async (file, call, code) => {
    const [target, said] = await run({ file, call, count: 1 }, `error=${code}`);
    const { after, copy, next } = await outcomeOf("", said, target);
    expect({ said, after, copy, next }).toEqual({
      said: "IO_FAILED",
      after: "current",
      copy: "absent",
      next: "RESTORED",
    });
  });
});
