// Law 4 for a server in a power cut: the system calls of its commits, replayed into each state that the disk may be in
// afterwards.
import fs from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import { execa } from "execa";
import { expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { PLAIN_CALLS, describeWith, setUpDriver } from "./harness.js";
import { crashStates, type CrashState, type Operation } from "./power-cut.js";
import { TRACED_CALLS, parseTrace } from "./trace.js";

const EMPTY = `${COLUMN_NAMES.join(",")}\r\n`;
const FOLDERS = ["s.csv.d", "s.csv.d/log"];

/** What a manager acknowledged of a user's session. */
type Acknowledged = readonly [user: string, n: number, lastActivity: number, tool: string];

describeWith(["strace"], "a power cut at any moment of a manager's work", () => {
  const made = setUpDriver("test/process/manage-and-say.ts");

  async function traced(scenario: string, broken: string): Promise<readonly Operation[]> {
    const directory = fs.mkdtempSync(path.join(made.folder, "case-"));
    const file = path.join(directory, "s.csv");
    fs.writeFileSync(file, EMPTY);
    const log = `${directory}.log`;
    const options = ["-f", "-qq", "-y", "-xx", "-s", "1000000", "-o", log, "-e", `trace=${TRACED_CALLS}`];
    await execa("strace", [...options, "node", made.driver, file, scenario, broken], { env: PLAIN_CALLS });
    return parseTrace(fs.readFileSync(log, "utf8"), directory, FOLDERS);
  }

  async function violations(scenario: string, broken = "") {
    const operations = await traced(scenario, broken);
    const whole = wholeVersions(operations);
    const found = new Set<string>();
    let stateCount = 0;
    for (const state of crashStates("s.csv", { "s.csv": Buffer.from(EMPTY) }, operations)) {
      stateCount += 1;
      const text = state.bytes?.toString();
      if (text === undefined || !whole.includes(text)) found.add("torn or missing");
      else for (const violation of lostIn(text, state)) found.add(violation);
    }
    const acknowledged = operations.filter(({ kind }) => kind === "acknowledge").length;
    const renames = operations.filter((operation) => operation.kind === "rename" && operation.to === "s.csv").length;
    return { acknowledged, renames, stateCount, found: [...found].sort() };
  }

  test.each([
    ["single commits", 3, 3],
    ["group commits", 7, 2],
    ["touches", 2, 3],
    // The editor's rename is one of them.
    ["conflicts", 3, 4],
  ])("%s: leaves one whole version, with all that was acknowledged", async (scenario, acknowledged, renames) => {
    const { stateCount, ...result } = await violations(scenario);
    expect(result).toEqual({ acknowledged, renames, found: [] });
    expect(stateCount).toBeGreaterThan(20);
  });

  test.each([
    ["no fsync of the file", ["torn or missing"]],
    ["no fsync of the folder", ["acknowledged change lost"]],
  ])("a manager with %s is found to lose sessions", async (broken, losses) => {
    for (const scenario of ["single commits", "group commits", "touches"]) {
      expect([scenario, (await violations(scenario, broken)).found]).toEqual([scenario, losses]);
    }
  });

  test("a manager that does not sync the conflict log is found to lose what an editor wrote", async () => {
    expect((await violations("conflicts", "no fsync of the log")).found).toEqual(["a version that lost is in no log"]);
  });
});

/** The versions that were given the file's name, and the first one. */
function wholeVersions(operations: readonly Operation[]): string[] {
  const contents = new Map<string, string>();
  const versions = [EMPTY];
  for (const operation of operations) {
    if (operation.kind === "create" || operation.kind === "truncate") contents.set(operation.name, "");
    else if (operation.kind === "write")
      contents.set(operation.name, (contents.get(operation.name) ?? "") + operation.bytes.toString());
    else if (operation.kind === "rename" && operation.to === "s.csv") versions.push(contents.get(operation.name) ?? "");
  }
  return versions;
}

function* lostIn(text: string, { acknowledged, beside }: CrashState): Generator<string> {
  const records = parse<Record<string, string>>(text, { columns: true });
  const byUser = new Map(records.map((record) => [record["user_id"], record]));
  const isByHand = text.includes('""n"": 7');
  for (const line of isByHand ? [] : acknowledged) {
    const [user, n, lastActivity, tool] = JSON.parse(line.slice("OK ".length)) as Acknowledged;
    const {
      metadata = '{"n":0}',
      last_activity: time = "1970-01-01",
      pending_approval: pending = "",
    } = byUser.get(user) ?? {};
    const isThere = (JSON.parse(metadata) as { n: number }).n >= n && parseTimestamp(time) >= lastActivity;
    if (!isThere || !pending.includes(tool)) yield "acknowledged change lost";
  }
  // Written over what the editor had written: that must be in the log then, and whole.
  if (!text.includes('""n"": 3')) return;
  const logs = Array.from(beside).filter(([name]) => /^s\.csv\.d\/log\/conflict-\w+\.jsonl$/.test(name));
  if (!logs.some(([, bytes]) => isWholeLog(bytes.toString()))) yield "a version that lost is in no log";
}

function isWholeLog(text: string): boolean {
  if (!text.endsWith("\n")) return false;
  const { file } = JSON.parse(text) as { file?: string };
  return file?.includes('""n"": 7') === true;
}
