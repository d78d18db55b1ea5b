// Laws 3, 4 and 5 while the operating system refuses: each call on the file's directory fails once, counted up until a
// run meets no fault any more.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { NEW, NEXT, OLD, PLAIN_CALLS, describeWith, folderWithOld, setUpDriver } from "./harness.js";
import { replaceFile } from "./replace-file.js";

const { EIO, ENOSPC } = os.constants.errno;

interface Fault {
  readonly errno: number;
  readonly every?: boolean;
  readonly shortWrite?: number;
}

interface Outcome {
  readonly said: string;
  readonly failed: readonly string[];
  readonly after: string | undefined;
  readonly tempLeft: boolean;
  readonly next: string;
}

describeWith(["gcc"], "a replacement whose Nth system call fails", () => {
  const made = setUpDriver();
  let library = "";
  beforeAll(() => {
    library = path.join(made.folder, "fault.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", library, "test/process/fault.c", "-ldl"]);
  });

  async function run(action: string, callNumber: number, fault: Fault, start: string | undefined): Promise<Outcome> {
    const { directory, target } = folderWithOld(made.folder);
    if (start === undefined) fs.rmSync(target);
    const env = {
      ...PLAIN_CALLS,
      LD_PRELOAD: library,
      FAULT_DIR: directory,
      FAULT_AT: String(callNumber),
      FAULT_ERRNO: String(fault.errno),
      ...(fault.every === true ? { FAULT_EVERY: "1" } : {}),
      ...(fault.shortWrite === undefined ? {} : { FAULT_SHORT: String(fault.shortWrite) }),
    };
    const { stdout, stderr } = await execa("node", [made.driver, action, target, NEW], { env, reject: false });
    const after = fs.existsSync(target) ? fs.readFileSync(target, "utf8") : undefined;
    const tempLeft = fs.readdirSync(directory).includes(".s.csv.sessions-tmp");
    await replaceFile(target, NEXT);
    return {
      said: stdout,
      failed: [...stderr.matchAll(/^FAULT (\w+)$/gm)].map(([, name = ""]) => name),
      after,
      tempLeft,
      next: `${fs.readFileSync(target, "utf8") === NEXT ? "NEXT" : "?"} ${fs.readdirSync(directory).sort().join(" ")}`,
    };
  }

  const ONE_EIO: Fault = { errno: EIO };
  let oneEio: Promise<readonly Outcome[]> | undefined;

  /** Two tests look at the same runs. */
  function sweep(fault: Fault, start: string | undefined): Promise<readonly Outcome[]> {
    return fault === ONE_EIO && start === OLD ? (oneEio ??= countUp(fault, start)) : countUp(fault, start);
  }

  /** Three calls at a time, because a run is mostly the start of a process. */
  async function countUp(fault: Fault, start: string | undefined): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (;;) {
      const calls = [1, 2, 3].map((step) => outcomes.length + step);
      const batch = await Promise.all(calls.map((call) => run("replace", call, fault, start)));
      outcomes.push(...batch.filter(({ failed }) => failed.length > 0));
      if (batch.some(({ failed }) => failed.length === 0)) return outcomes;
    }
  }

  /** What each answer promises about the file; anything else is a broken promise. */
  function promised(said: string, start: string | undefined): string | undefined {
    const isNew = said.startsWith("OK") || said === "DURABILITY_UNKNOWN";
    return isNew ? NEW : said === "IO_FAILED" ? start : "no such answer";
  }

  test.each([
    ["fails once, EIO", ONE_EIO, OLD],
    ["and all after it fail, EIO", { errno: EIO, every: true }, OLD],
    ["fails once, disk full, and writes are short", { errno: ENOSPC, shortWrite: 1000 }, OLD],
    ["fails once while the file is made anew", { errno: EIO }, undefined],
    ["and all after it fail while the file is made anew", { errno: EIO, every: true }, undefined],
  ] satisfies [string, Fault, string | undefined][])(
    "%s: the file is what the answer says",
    async (_, fault, start) => {
      const outcomes = await sweep(fault, start);
      const calls = outcomes.map(({ failed: [first] }) => first);
      expect(calls).toEqual(
        expect.arrayContaining(["mkdir", "open", "write", "fchmod", "fsync", start === undefined ? "link" : "rename"]),
      );
      expect(outcomes.map(({ after }) => after)).toEqual(outcomes.map(({ said }) => promised(said, start)));
      expect(outcomes.map(({ next }) => next)).toEqual(outcomes.map(() => "NEXT s.csv s.csv.d"));
      const leftBehind = outcomes.filter(({ tempLeft, failed }) => tempLeft && !failed.includes("unlink"));
      expect(leftBehind).toEqual([]);
    },
  );

  test("short writes alone lose nothing", async () => {
    const { said, after } = await run("replace", 0, { errno: 0, shortWrite: 7 }, OLD);
    expect([said, after === NEW]).toEqual(["OK", true]);
  });

  test("a writer that does not check the size loses the rest where the disk is full after a short write", async () => {
    const secondWrite = 3;
    const { said, failed, after } = await run(
      "size-not-checked",
      secondWrite,
      { errno: ENOSPC, shortWrite: 1000 },
      OLD,
    );
    expect([said, failed, after === NEW.slice(0, 1000)]).toEqual(["OK", ["write"], true]);
  });

  test("a failed sync of the directory is reported as unknown durability", async () => {
    const outcomes = await sweep(ONE_EIO, OLD);
    const answers = outcomes.filter(({ failed }) => failed[0] === "fsync").map(({ said }) => said);
    expect(answers).toEqual(["IO_FAILED", "DURABILITY_UNKNOWN"]);
  });
});
