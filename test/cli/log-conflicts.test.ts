// The sessions that a server and an editor both changed, as the command shows them.
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import { csvFile, csvRow, Folder } from "./context.js";

const LINES = [
  '{"kind":"conflict","version":1,"time":"2025-09-30T10:40:00.000Z","sessionId":"s1","kept":{"metadata":"manager","last_activity":"file"},"manager":"s1,old,row","file":"s1,\\"a\\tb\\"\\u001b"}',
  '{"kind":"conflict","version":1,"time":"2025-09-30T10:40:00.000Z","sessionId":"s2","kept":{"session_id":"manager"},"manager":"s2,row"}',
  '{"kind":"conflict","version":1,"time":"2025-09-30T10:44:00.000Z","sessionId":"s3","kept":{},"fileBase64":"czMs/w=="}',
  '{"kind":"conflict","version":1,"time":"2025-09-30T10:44:30.000Z","sessionId":"s4","kept":{"session_id":"file"},"file":"s4,row"}',
];

const CONFLICTS = "s.csv.d/log/conflict-20250930T104000Z.jsonl";

function conflicting(...lines: string[]): Folder {
  const folder = new Folder();
  folder.write("s.csv", csvFile(csvRow({ id: "s1" })));
  mkdirSync(path.join(folder.path, "s.csv.d/log"), { recursive: true });
  writeFileSync(path.join(folder.path, CONFLICTS), lines.map((line) => `${line}\n`).join(""));
  return folder;
}

test("in a pipe: a line for each session, the latest first, with nothing in it that acts on a terminal", async () => {
  const folder = conflicting(...LINES);
  expect(await folder.run(["-s", "s.csv", "log", "--conflicts"])).toEqual({
    stdout: [
      "time\tsession_id\twhat_counts\tserver\tfile",
      "2025-09-30T10:44:30.000Z\ts4\tthere again\t\ts4,row",
      "2025-09-30T10:44:00.000Z\ts3\tdeleted\t\ts3,\ufffd",
      "2025-09-30T10:40:00.000Z\ts2\tput back by the server\ts2,row\t",
      '2025-09-30T10:40:00.000Z\ts1\tmetadata: server, last_activity: file\ts1,old,row\ts1,"a\\tb"\\x1b',
      "",
    ].join("\n"),
    stderr: "Of each session: what counts, and its record as the server had it and as the file had it.\n",
    exitCode: 0,
  });
});

test("on a terminal", async () => {
  const folder = conflicting(...LINES);
  const { stdout, stderr } = await folder.run(["-s", "s.csv", "log", "--conflicts"], {
    terminal: true,
    env: { NO_COLOR: "1" },
  });
  expect([stdout, stderr]).toEqual([
    [
      "s4  30s ago  there again",
      "  file    s4,row",
      "s3  1m ago  deleted",
      "  file    s3,\ufffd",
      "s2  5m ago  put back by the server",
      "  server  s2,row",
      "s1  5m ago  metadata: server, last_activity: file",
      "  server  s1,old,row",
      '  file    s1,"a\\tb"\\x1b',
      "",
    ].join("\n"),
    "Of each session: what counts, and its record as the server had it and as the\nfile had it.\n",
  ]);
});

test("on a narrow terminal the records stand whole", async () => {
  const record = `s1,${"x".repeat(200)},end`;
  const folder = conflicting((LINES[0] ?? "").replace("s1,old,row", record));
  const terminal = { columns: 40, rows: 20 };
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--conflicts"], { terminal, env: { NO_COLOR: "1" } });
  expect(stdout).toContain(`\n  server  ${record}\n`);
});

test("no more than are asked for", async () => {
  const { stdout, stderr } = await conflicting(...LINES).run(["-s", "s.csv", "log", "--conflicts", "--limit", "2"]);
  expect([stdout.split("\n").length, stderr]).toEqual([4, "showing 2 of 4 conflicts\n"]);
});

test("for programs, with the records whole", async () => {
  const { stdout } = await conflicting(...LINES).run(["-s", "s.csv", "log", "--conflicts", "--json", "--limit", "2"]);
  expect(JSON.parse(stdout)).toEqual([
    { time: "2025-09-30T10:44:30.000Z", session_id: "s4", counts: { session_id: "file" }, file: "s4,row" },
    { time: "2025-09-30T10:44:00.000Z", session_id: "s3", counts: {}, file_base64: "czMs/w==" },
  ]);
});

test("what is damaged is named, and the rest is shown", async () => {
  const folder = conflicting(LINES[0] ?? "", '{"kind":"conflict","sessionId":"s9","kept":{"metadata":"me"}}', "[");
  const { stdout, stderr } = await folder.run(["-s", "s.csv", "log", "--conflicts"]);
  expect(stdout.split("\n").map((line) => line.split("\t")[1])).toEqual(["session_id", "s1", undefined]);
  expect(stderr).toMatch(LEFT_OUT);
});

const LEFT_OUT =
  /^warning: damaged, or not to be read, and left out: .*s\.csv\.d\/log\/conflict-20250930T104000Z\.jsonl\n/;

test("what is torn at its end is named too, and for programs as well", async () => {
  const folder = conflicting(LINES[0] ?? "");
  appendFileSync(path.join(folder.path, CONFLICTS), LINES[1]?.slice(0, 40) ?? "");
  const { stdout, stderr } = await folder.run(["-s", "s.csv", "log", "--conflicts", "--json"]);
  expect(JSON.parse(stdout)).toHaveLength(1);
  expect(stderr).toMatch(LEFT_OUT);
});

test.each([
  ["a directory", (at: string) => mkdirSync(at)],
  ["a link", (at: string) => symlinkSync("/etc/passwd", at)],
  ["a pipe", (at: string) => execFileSync("mkfifo", [at])],
  ["no text", (at: string) => writeFileSync(at, Buffer.alloc(100))],
  ["one of another kind", (at: string) => writeLine(at, { kind: "change" })],
  ["one with a time that is no text", (at: string) => writeLine(at, { time: ["2025 (\x1b)"] })],
  ["one with a time that is none", (at: string) => writeLine(at, { time: "yesterday" })],
  ["one with an id that is no text", (at: string) => writeLine(at, { sessionId: ["\x1b"] })],
  ["one that does not say what is kept", (at: string) => writeLine(at, { kept: null })],
  ["one that keeps what is not known", (at: string) => writeLine(at, { kept: { metadata: "me" } })],
  ["one with a record that is no text", (at: string) => writeLine(at, { manager: ["\x1b"] })],
])("%s in the place of a log is named and left out", async (_, put) => {
  const folder = conflicting();
  unlinkSync(path.join(folder.path, CONFLICTS));
  put(path.join(folder.path, CONFLICTS));
  const { stdout, stderr, exitCode } = await folder.run(["-s", "s.csv", "log", "--conflicts"]);
  expect([stdout.split("\n").length, exitCode]).toEqual([2, 0]);
  expect(stderr).toMatch(LEFT_OUT);
  expect((await folder.run(["-s", "s.csv", "log"])).exitCode).toBe(0);
});

/** A line that is whole but for this. */
function writeLine(at: string, wrong: object): void {
  writeFileSync(at, `${JSON.stringify({ ...(JSON.parse(LINES[0] ?? "") as object), ...wrong })}\n`);
}

test("two logs of one second come in the order of their times", async () => {
  const folder = conflicting(LINES[0] ?? "");
  folder.write(CONFLICTS.replace(".jsonl", "-2.jsonl"), `${LINES[2] ?? ""}\n`);
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--conflicts"]);
  expect(stdout.split("\n").map((line) => line.split("\t")[1])).toEqual(["session_id", "s3", "s1", undefined]);
});

test("an editor that took back every session of a large file is no hindrance", async () => {
  const line = '{"kind":"conflict","version":1,"time":"2025","sessionId":"s","kept":{}}';
  const folder = conflicting(`${line}\n`.repeat(129_999) + line);
  const { stderr } = await folder.run(["-s", "s.csv", "log"]);
  expect(stderr).toContain("130,000 sessions came into conflict");
});

test("the log says that there are some, and without any nothing of them", async () => {
  expect((await conflicting(...LINES).run(["-s", "s.csv", "log"])).stderr).toContain(
    "4 sessions came into conflict between a server and an editor; see them with: sessions -s s.csv log --conflicts\n",
  );
  const folder = new Folder();
  folder.write("s.csv", csvFile(csvRow({ id: "s1" })));
  expect((await folder.run(["-s", "s.csv", "log"])).stderr).not.toContain("conflict");
  expect(await folder.run(["-s", "s.csv", "log", "--conflicts"])).toEqual({
    stdout: "time\tsession_id\twhat_counts\tserver\tfile\n",
    stderr: "No session came into conflict between a server and an editor.\n",
    exitCode: 0,
  });
});

test("what a manager logs is shown", async () => {
  const folder = new Folder();
  const before = csvFile(csvRow({ id: "s1" }));
  const file = folder.write("s.csv", before);
  await using manager = await SessionManager.open({ store: file, timeoutMinutes: 100_000_000 });
  await manager.updateSessionMetadata("s1", { n: 1 });
  // An editor that was opened before saves what it read, changed.
  folder.write("s.csv", before.replace("{}", '"{""n"": 7}"'));
  await manager.updateSessionMetadata("s1", { m: 2 });
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--conflicts"]);
  const [, line = ""] = stdout.split("\n");
  expect(line.split("\t").slice(1)).toMatchObject([
    "s1",
    expect.stringContaining("metadata: server"),
    expect.stringContaining('""m"": 2'),
    expect.stringContaining('""n"": 7'),
  ]);
});
