// Law 4 for a server while the operating system refuses: each call on the file's directory fails once, counted up until a
// run meets no fault any more.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { describeWith, PLAIN_CALLS, setUpDriver } from "./harness.js";

const { EIO, ENOSPC } = os.constants.errno;
const WRITTEN = new Set(["OK", "DURABILITY_UNKNOWN"]);

interface Outcome {
  readonly failed: string | undefined;
  /** Of opening, the three changes, and closing. */
  readonly answers: readonly string[];
  /** What the manager said last that there is: users, and lengths of their metadata. */
  readonly held: readonly (readonly [string, number])[];
  readonly inFile: readonly (readonly [string, number])[];
  readonly leftBehind: readonly string[];
}

describeWith(["gcc"], "a manager whose Nth system call fails", () => {
  const made = setUpDriver("test/process/manage-once.ts");
  let library = "";
  beforeAll(() => {
    library = path.join(made.folder, "fault.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", library, "test/process/fault.c", "-ldl"]);
  });

  async function run(callNumber: number, fault: Readonly<Record<string, string>>): Promise<Outcome> {
    const directory = fs.mkdtempSync(path.join(made.folder, "case-"));
    const file = path.join(directory, "s.csv");
    fs.writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
    const env = { ...PLAIN_CALLS, LD_PRELOAD: library, FAULT_DIR: directory, FAULT_AT: String(callNumber), ...fault };
    const { stdout, stderr } = await execa("node", [made.driver, file], { env, reject: false });
    const records = parse<Record<string, string>>(fs.readFileSync(file), { columns: true });
    return {
      ...(JSON.parse(stdout) as Pick<Outcome, "answers" | "held">),
      failed: /^FAULT (\w+)$/m.exec(stderr)?.[1],
      inFile: records.map(({ user_id: user = "", metadata = "" }) => [user, metadata.length]),
      leftBehind: fs.readdirSync(directory).filter((name) => name !== "s.csv" && name !== "s.csv.d"),
    };
  }

  async function countUp(fault: Readonly<Record<string, string>>): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (;;) {
      const batch = await Promise.all([1, 2, 3].map((step) => run(outcomes.length + step, fault)));
      outcomes.push(...batch.filter(({ failed }) => failed !== undefined));
      if (batch.some(({ failed }) => failed === undefined)) return outcomes;
    }
  }

  test.each([
    ["EIO", { FAULT_ERRNO: String(EIO) }],
    ["disk full, and writes are short", { FAULT_ERRNO: String(ENOSPC), FAULT_SHORT: "1000" }],
  ])("%s: what was acknowledged is in the file, what was refused is not, and the manager knows", async (_, fault) => {
    const outcomes = await countUp(fault);
    expect(outcomes.map(({ failed }) => failed)).toEqual(
      expect.arrayContaining(["open", "write", "fchmod", "fsync", "rename"]),
    );
    for (const { failed, answers, held, inFile } of outcomes) {
      const [opened = "", first = "", second = "", third = ""] = answers;
      const expected: [string, number][] = [];
      if (WRITTEN.has(first)) expected.push(["u1", WRITTEN.has(third) ? '{"n": 1}'.length : "{}".length]);
      if (WRITTEN.has(second)) expected.push(["u2", 3012]);
      if (opened === "OK") expect([failed, held]).toEqual([failed, expected]);
      expect([failed, inFile]).toEqual([failed, expected]);
    }
    // One fault costs one answer.
    const refused = outcomes.map(({ answers }) => answers.filter((answer) => answer !== "OK").length);
    expect(Math.max(...refused)).toBe(1);
  });
});
