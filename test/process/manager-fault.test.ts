// Law 4 for a server while the operating system refuses: each call on the file's directory fails once, counted up until a
// run meets no fault any more.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "csv-parse/sync";
import { execa } from "execa";
import { beforeAll, expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { replacementTemp } from "../../src/storage/atomic-replace.js";
import { describeWith, PLAIN_CALLS, setUpDriver } from "./harness.js";

const { EIO, ENOSPC, EPERM } = os.constants.errno;
const WRITTEN = new Set(["OK", "DURABILITY_UNKNOWN"]);

type Fault = Readonly<Record<string, string>>;

interface Outcome {
  readonly failed: string | undefined;
  /** Of opening, the three changes, and closing. */
  readonly answers: readonly string[];
  /** What the manager said last that there is: users, and lengths of their metadata. */
  readonly held: readonly (readonly [string, number])[];
  readonly inFile: readonly (readonly [string, number])[];
  readonly text: string;
  /** The conflict log, all files of it. */
  readonly log: string;
}

describeWith(["gcc"], "a manager whose Nth system call fails", () => {
  const made = setUpDriver("test/process/manage-once.ts");
  let library = "";
  beforeAll(() => {
    library = path.join(made.folder, "fault.so");
    execFileSync("gcc", ["-shared", "-fPIC", "-o", library, "test/process/fault.c", "-ldl"]);
  });

  async function run(callNumber: number, fault: Fault, scenario: string, broken: string): Promise<Outcome> {
    const directory = fs.mkdtempSync(path.join(made.folder, "case-"));
    const file = path.join(directory, "s.csv");
    fs.writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
    fs.writeFileSync(replacementTemp(file), "what a killed writer left");
    const env = { ...PLAIN_CALLS, LD_PRELOAD: library, FAULT_DIR: directory, FAULT_AT: String(callNumber), ...fault };
    const { stdout, stderr } = await execa("node", [made.driver, file, scenario, broken], { env, reject: false });
    const text = fs.readFileSync(file, "utf8");
    const records = parse<Record<string, string>>(text, { columns: true });
    return {
      ...(JSON.parse(stdout) as Pick<Outcome, "answers" | "held">),
      failed: /^FAULT (\w+)$/m.exec(stderr)?.[1],
      inFile: records.map(({ user_id: user = "", metadata = "" }) => [user, metadata.length]),
      text,
      log: logOf(file),
    };
  }

  async function countUp(fault: Fault, scenario = "three changes", broken = ""): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    for (let call = 1; ; call += 3) {
      const batch = await Promise.all([0, 1, 2].map((step) => run(call + step, fault, scenario, broken)));
      const failed = batch.filter((outcome) => outcome.failed !== undefined);
      // Not before all three: a busy machine may have made the calls of one fewer.
      if (failed.length === 0) return outcomes;
      outcomes.push(...failed);
    }
  }

  test.each([
    ["EIO", { FAULT_ERRNO: String(EIO) }],
    ["EPERM", { FAULT_ERRNO: String(EPERM) }],
    ["disk full, and writes are short", { FAULT_ERRNO: String(ENOSPC), FAULT_SHORT: "1000" }],
  ])("%s: what was acknowledged is in the file, what was refused is not, and the manager knows", async (_, fault) => {
    const outcomes = await countUp(fault);
    expect(outcomes.map(({ failed }) => failed)).toEqual(
      expect.arrayContaining(["open", "write", "fchmod", "fsync", "rename", "unlink"]),
    );
    for (const outcome of outcomes) {
      const { failed, answers, held, inFile } = outcome;
      const expected = promised(outcome);
      if (answers[0] === "OK") expect([failed, held]).toEqual([failed, expected]);
      expect([failed, inFile]).toEqual([failed, expected]);
    }
    // One fault costs one answer.
    const refused = outcomes.map(({ answers }) => answers.filter((answer) => answer !== "OK").length);
    expect(Math.max(...refused)).toBe(1);
  });

  test("all calls fail from one on: what was acknowledged is in the file, and nothing that was refused", async () => {
    const outcomes = await countUp({ FAULT_ERRNO: String(EIO), FAULT_EVERY: "1" });
    for (const outcome of outcomes) {
      expect([outcome.failed, outcome.inFile]).toEqual([outcome.failed, promised(outcome)]);
    }
  });

  test("a manager that believes every write is found to lose sessions", async () => {
    const fault = { FAULT_ERRNO: String(ENOSPC), FAULT_SHORT: "1000" };
    const outcomes = await countUp(fault, "three changes", "believes every write");
    const lost = outcomes.filter((outcome) => !isDeepStrictEqual(outcome.inFile, promised(outcome)));
    expect(lost.map(({ failed }) => failed)).toContain("write");
  });

  test("what an editor wrote is written over only when it is in the log", async () => {
    const outcomes = await countUp({ FAULT_ERRNO: String(EIO) }, "beside a hand edit");
    const seen = new Set<string>();
    for (const { failed, answers, text, log } of outcomes) {
      const [, created = "", changed = ""] = answers;
      if (!WRITTEN.has(created)) continue;
      const isWritten = WRITTEN.has(changed);
      expect([failed, text.includes('""n"": 1'), text.includes('""n"": 7')]).toEqual([failed, isWritten, !isWritten]);
      if (isWritten) expect([failed, log]).toEqual([failed, expect.stringContaining('\\"\\"n\\"\\": 7')]);
      seen.add(`${failed ?? ""}: ${isWritten ? "written" : "refused"}`);
    }
    expect([...seen]).toEqual(expect.arrayContaining(["write: refused", "link: refused", "rename: refused"]));
  });
});

/** What the answers promise of the file: users, and lengths of their metadata. */
function promised({ answers: [, first = "", second = "", third = ""] }: Outcome): readonly [string, number][] {
  const promise: [string, number][] = [];
  if (WRITTEN.has(first)) promise.push(["u1", WRITTEN.has(third) ? '{"n": 1}'.length : "{}".length]);
  if (WRITTEN.has(second)) promise.push(["u2", 3012]);
  return promise;
}

function logOf(file: string): string {
  const folder = `${file}.d/log`;
  if (!fs.existsSync(folder)) return "";
  const names = fs.readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  return names.map((name) => fs.readFileSync(path.join(folder, name), "utf8")).join("");
}
