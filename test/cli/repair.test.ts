import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder, HEADER, NOW, type RunOptions } from "./context.js";

const TERMINAL = { terminal: true, env: { NO_COLOR: "1" } } as const;
const JSON_ROW = 'b,telegram_1,telegram,t-b,2025-09-30T08:00:00,2025-09-30T09:00:00,,{"a": 1, "b": [1,2]}';
const HEALED_ROW = 'b,telegram_1,telegram,t-b,2025-09-30T08:00:00,2025-09-30T09:00:00,,"{""a"": 1, ""b"": [1,2]}"';
const [FIRST, LAST] = [csvRow({ id: "a" }), csvRow({ id: "c" })];
/** One record to heal, and a footer to set aside. */
const DAMAGED = csvFile(FIRST, JSON_ROW, LAST, "(3 rows)");
const REPAIRED = csvFile(FIRST, HEALED_ROW, LAST);
const TIME = "20250930T104500Z";
const BACKUP = `s.csv.d/backups/s-${TIME}.csv`;
const LOG = "s.csv.d/log/000001-20250930T104500Z.jsonl";
const QUARANTINE = `s.csv.d/quarantine/${TIME}.jsonl`;
const QUARANTINE_LINE = { line: 5, byteLength: 9, codes: ["text-line"], text: "(3 rows)\n", fields: {} };

function folderWith(content: string): Folder {
  const folder = new Folder();
  folder.write("s.csv", content);
  return folder;
}

/** All files, but for the lock. */
function filesIn(folder: Folder): string[] {
  return readdirSync(folder.path, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(folder.file(name)).isFile() && !name.endsWith(".d/lock"))
    .sort();
}

function jsonLine(folder: Folder, name: string): unknown {
  return JSON.parse(folder.read(name));
}

const REPORT =
  "s.csv: 4 records and pieces before, 3 records after: 2 as they stand, 1 healed, 1 set aside.\n" +
  "Healed:\n  1 unquoted-json (line 3): JSON stands without quotes around it\n" +
  "Set aside:\n  1 text-line (line 5): a line that is no record\n" +
  "Pieces set aside:\n  line 5: the line has not the form of a record\n" +
  "Proven: of the content's 326 bytes 229 stay as they are, 88 are healed, 9 are in the quarantine, and 0 are left out as structure. " +
  "The output has 323 bytes: those 229, and 94 written anew.\n";
const NEXT = (quarantine: string): string =>
  "What to do next:\n" +
  `  Look at what is set aside, a piece a line: less ${quarantine}\n` +
  "  See why it is set aside: sessions explain text-line\n";
const FILES = `  ${BACKUP}: backup of the old file\n  ${QUARANTINE}: quarantine\n  s.csv: the repaired file\n`;

test.for([["-n"], ["--dry-run", "--yes"]])("%j says what would be done, and writes nothing", async (options) => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv", ...options])).toEqual({
    stdout: `${REPORT}Would be written:\n${FILES}Nothing was written.\n`,
    stderr: "",
    exitCode: 4,
  });
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("in place: the file is repaired; its backup and the quarantine lie beside it; exit 4 for what was set aside", async () => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv", "--yes"])).toEqual({
    stdout: `${REPORT}Written:\n${FILES}${NEXT(QUARANTINE)}`,
    stderr: "",
    exitCode: 4,
  });
  expect(folder.read("s.csv")).toBe(REPAIRED);
  expect(folder.read(BACKUP)).toBe(DAMAGED);
  expect(jsonLine(folder, QUARANTINE)).toMatchObject(QUARANTINE_LINE);
  expect(filesIn(folder)).toEqual(["s.csv", BACKUP, LOG, QUARANTINE]);
  expect(await folder.run(["validate", "s.csv"])).toMatchObject({ exitCode: 0 });
});

test("where all is healed the exit code is 0, and there is no quarantine", async () => {
  const folder = folderWith(csvFile(FIRST, JSON_ROW));
  expect(await folder.run(["repair", "s.csv", "-y"])).toMatchObject({ exitCode: 0 });
  expect(filesIn(folder)).toEqual(["s.csv", BACKUP, LOG]);
});

test("a file that needs no repair is not touched, and nobody is asked", async () => {
  const folder = folderWith(REPAIRED);
  const before = statSync(folder.file("s.csv"));
  expect(await folder.run(["repair", "s.csv"])).toEqual({
    stdout: "Nothing to repair in s.csv: 3 records.\nProven: each of the 323 bytes stays as it is.\n",
    stderr: "",
    exitCode: 0,
  });
  const { ino, mtimeMs, ctimeMs } = statSync(folder.file("s.csv"));
  expect({ ino, mtimeMs, ctimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs, ctimeMs: before.ctimeMs });
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("a file that needs no repair is copied byte for byte with -o", async () => {
  const folder = folderWith(REPAIRED);
  expect(await folder.run(["repair", "s.csv", "-o", "out.csv"])).toMatchObject({ exitCode: 0 });
  expect(folder.read("out.csv")).toBe(REPAIRED);
  expect(filesIn(folder)).toEqual(["out.csv", "s.csv"]);
});

test("an empty file becomes the header alone, and its backup is empty", async () => {
  const folder = folderWith("");
  expect((await folder.run(["repair", "s.csv", "-y"])).stderr).toBe("");
  expect(folder.read("s.csv").trimEnd()).toBe(HEADER);
  expect(folder.read(BACKUP)).toBe("");
});

test("where nothing can be recovered -o is the header alone", async () => {
  const folder = folderWith("nothing of ours\n");
  expect(await folder.run(["repair", "s.csv", "-o", "out.csv"])).toMatchObject({ exitCode: 4 });
  expect(folder.read("out.csv").trimEnd()).toBe(HEADER);
  expect(jsonLine(folder, "out.csv.quarantine.jsonl")).toMatchObject({ text: "nothing of ours\n" });
});

test("-o writes another file with its quarantine, mode 0600, and replaces both with --force", async () => {
  const folder = folderWith(DAMAGED);
  for (const run of [[], ["--force"]]) {
    const { stdout, exitCode } = await folder.run(["repair", "s.csv", "-o", "out.csv", ...run]);
    expect(stdout).toBe(
      `${REPORT}Written:\n  out.csv.quarantine.jsonl: quarantine\n  out.csv: the repaired file\n${NEXT("out.csv.quarantine.jsonl")}`,
    );
    expect({ run, exitCode }).toEqual({ run, exitCode: 4 });
    expect(folder.read("out.csv")).toBe(REPAIRED);
    expect(jsonLine(folder, "out.csv.quarantine.jsonl")).toMatchObject(QUARANTINE_LINE);
  }
  for (const name of ["out.csv", "out.csv.quarantine.jsonl"]) {
    expect(statSync(folder.file(name)).mode & 0o777).toBe(0o600);
  }
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(filesIn(folder)).toEqual(["out.csv", "out.csv.quarantine.jsonl", "s.csv"]);
});

test.for([
  [["-o", "taken"], "taken"],
  [["-o", "taken", "--dry-run"], "taken"],
  [["-o", "taken", "--diff"], "taken"],
  [["-o", "out.csv"], "out.csv.quarantine.jsonl"],
  [["-o", "out.csv", "--dry-run"], "out.csv.quarantine.jsonl"],
  [["-o", "out.csv", "--partial", "taken"], "taken"],
  [["-o", "-", "--partial", "taken"], "taken"],
  [["--yes", "--partial", "taken"], "taken"],
  [["--partial", "taken"], "taken"],
] as const)("%j leaves %s, which is there already, and writes nothing", async ([options, taken]) => {
  const folder = folderWith(DAMAGED);
  folder.write(taken, "the only copy");
  const { stderr, exitCode } = await folder.run(["repair", "s.csv", ...options]);
  expect({ stderr: stderr.slice(stderr.indexOf("error:")), exitCode }).toEqual({
    stderr:
      `error: <dir>/${taken} exists already; it was left as it is\n` +
      "  name another file with -o or --partial, or write over it with --force\n",
    exitCode: 2,
  });
  expect(folder.read(taken)).toBe("the only copy");
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(folder.names()).toEqual(["s.csv", taken].sort());
});

test("--force lets --partial take the place of a file", async () => {
  const folder = folderWith(DAMAGED);
  folder.write("p.csv", "old");
  expect(await folder.run(["repair", "s.csv", "-y", "--partial", "p.csv", "--force"])).toMatchObject({ exitCode: 4 });
  expect(folder.read("p.csv").trimEnd()).toBe(HEADER);
});

test("in place an older quarantine stays, also one of this very second", async () => {
  const folder = folderWith(DAMAGED);
  mkdirSync(path.dirname(folder.file(QUARANTINE)), { recursive: true });
  folder.write(QUARANTINE, "older");
  const { stdout } = await folder.run(["repair", "s.csv", "-y"]);
  const numbered = QUARANTINE.replace(".jsonl", "-2.jsonl");
  expect(stdout).toContain(`\n  ${numbered}: quarantine\n`);
  expect(folder.read(QUARANTINE)).toBe("older");
  expect(jsonLine(folder, numbered)).toMatchObject(QUARANTINE_LINE);
});

test("a quarantine of an earlier run stays, and a warning says whose it is", async () => {
  const folder = folderWith(DAMAGED);
  await folder.run(["repair", "s.csv", "-o", "out.csv"]);
  folder.write("s.csv", REPAIRED);
  const { stderr } = await folder.run(["repair", "s.csv", "-o", "out.csv", "--force"]);
  expect(stderr).toBe("warning: out.csv.quarantine.jsonl is from an earlier run; this one set nothing aside\n");
  expect(jsonLine(folder, "out.csv.quarantine.jsonl")).toMatchObject(QUARANTINE_LINE);
});

test("-o - is standard output; the report goes to standard error", async () => {
  const folder = folderWith(DAMAGED);
  const { stdout, stderr, exitCode } = await folder.run(["repair", "s.csv", "-o", "-"]);
  expect({ stdout, exitCode }).toEqual({ stdout: REPAIRED, exitCode: 4 });
  expect(stderr).toContain("88 are healed, 9 are set aside, and 0 are left out");
  expect(stderr).toMatch(/\nwarning: what is set aside is not written anywhere; with -o <path> it goes to [^\n]*\n$/);
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("standard input goes where -o says, or is only looked at", async () => {
  const folder = new Folder();
  const stdin = DAMAGED;
  expect(await folder.run(["repair", "-", "-o", "-"], { stdin })).toMatchObject({ stdout: REPAIRED, exitCode: 4 });
  expect(await folder.run(["repair", "-", "-o", "out.csv"], { stdin })).toMatchObject({ exitCode: 4 });
  expect(folder.read("out.csv")).toBe(REPAIRED);
  const { stdout } = await folder.run(["-s", "-", "repair", "-n"], { stdin });
  expect(stdout).toMatch(/^standard input: 4 records[^]*written anew\.\nNothing was written\.\n$/);
  expect(await folder.run(["repair", "-"], { stdin })).toEqual({
    stdout: "",
    stderr:
      "error: standard input cannot be repaired in place\n" +
      "  name where the repaired file goes with -o <path>, or -o - for standard output\n",
    exitCode: 2,
  });
});

const DIFF = `--- s.csv\n+++ s.csv\n@@ -1,5 +1,4 @@\n ${HEADER}\n ${FIRST}\n-${JSON_ROW}\n+${HEALED_ROW}\n ${LAST}\n-(3 rows)\n`;

test("--diff prints the differences alone on standard output, and writes nothing", async () => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv", "--diff"])).toEqual({
    stdout: DIFF,
    stderr: `${REPORT}Would be written:\n${FILES}Nothing was written.\n`,
    exitCode: 4,
  });
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("--diff --yes and --diff -o repair too", async () => {
  const folder = folderWith(DAMAGED);
  const another = DIFF.replace("+++ s.csv", "+++ out.csv");
  expect(await folder.run(["repair", "s.csv", "--diff", "-o", "out.csv"])).toMatchObject({ stdout: another });
  expect(await folder.run(["repair", "s.csv", "--diff", "-y"])).toMatchObject({ stdout: DIFF, exitCode: 4 });
  expect([folder.read("s.csv"), folder.read("out.csv")]).toEqual([REPAIRED, REPAIRED]);
});

test("--partial is always written, with what is certain of the records that are set aside", async () => {
  const folder = folderWith(csvFile(FIRST, "b,telegram_1,telegram,t-b,2025-09-30T08:00:00,never,,{}"));
  const { stdout } = await folder.run(["repair", "s.csv", "-y", "--partial", "p.csv"]);
  expect(stdout).toContain("\n  p.csv: what is certain of 1 piece\n");
  expect(folder.read("p.csv")).toMatch(
    new RegExp(`^${HEADER}\r\nb,telegram_1,telegram,t-b,2025-09-30T08:00:00,,[^\n]*\r\n$`),
  );
  await folder.run(["repair", "s.csv", "-y", "--partial", "p.csv", "--force"]);
  expect(folder.read("p.csv")).toBe(`${HEADER}\r\n`);
});

test("--json is one object", async () => {
  const folder = folderWith(DAMAGED);
  const { stdout, stderr, exitCode } = await folder.run(["repair", "s.csv", "--yes", "--json"]);
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 4 });
  expect(JSON.parse(stdout)).toEqual({
    store: "<dir>/s.csv",
    dry_run: false,
    changed: true,
    output: "<dir>/s.csv",
    backup: `<dir>/${BACKUP}`,
    quarantine: `<dir>/${QUARANTINE}`,
    partial: null,
    records_before: 4,
    records_after: 3,
    kept: 2,
    healed: 1,
    quarantined: 1,
    duplicates: 0,
    unresolved: 0,
    counts: { "unquoted-json": 1, "text-line": 1 },
    dropped: {},
    quarantine_findings: [{ line: 5, byte_offset: 317, message: "the line has not the form of a record" }],
    bytes: { content: 326, kept: 229, healed: 88, dropped: 0, quarantined: 9, output: 323 },
    proven: true,
    warnings: [],
  });
});

test.for([
  ["-o", "-", "--json"],
  ["-o", "-", "--diff"],
  ["--json", "--diff"],
])("%j want one standard output for two things", async (options) => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv", ...options])).toMatchObject({ stdout: "", exitCode: 2 });
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("an older version of a session is set aside, a copy left out; no record is counted twice", async () => {
  const older = csvRow({ id: "a", active: "2025-09-30T08:30:00" });
  const folder = folderWith(csvFile(older, FIRST, LAST, LAST));
  const { stdout } = await folder.run(["repair", "s.csv", "-n"]);
  expect(stdout.split("\n")[0]).toBe(
    "s.csv: 4 records and pieces before, 2 records after: 2 as they stand, 1 set aside, 1 further copy left out.",
  );
  expect(stdout).toContain("\nLeft out as structure without values:\n  1 duplicate-record (line 5; ");
});

test("without a terminal and without --yes it is exit 2, naming the flag", async () => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv"])).toEqual({
    stdout: "",
    stderr:
      "error: repair asks before it replaces the file, and there is no terminal to ask on\n" +
      "  add --yes to repair without asking, --dry-run to only see what would be done, or -o to write another file\n",
    exitCode: 2,
  });
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("on a terminal the plan is shown, and yes repairs", async () => {
  const folder = folderWith(DAMAGED);
  const { stdout, stderr, exitCode } = await folder.run(["repair", "s.csv"], { ...TERMINAL, answers: ["y"] });
  expect(stderr.replaceAll(/\n */g, " ")).toMatch(
    /1 healed, 1 set aside\. .*Proven: .*To be written: .*Repair s\.csv\? \[y\/N\] y $/,
  );
  expect(stdout).toContain("\nWritten:\n");
  expect({ exitCode, content: folder.read("s.csv") }).toEqual({ exitCode: 4, content: REPAIRED });
});

test.for(["n", "", undefined])("on a terminal %j to the question changes nothing", async (answer) => {
  const folder = folderWith(DAMAGED);
  const { stdout, stderr, exitCode } = await folder.run(["repair", "s.csv"], { ...TERMINAL, answers: [answer] });
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 130 });
  expect(stderr).toMatch(/\nNothing was changed\.\n$/);
  expect(readdirSync(folder.path)).toEqual(["s.csv"]);
});

test("a file that is written while the question stands is left alone", async () => {
  const folder = folderWith(DAMAGED);
  const whileAsked = (): void => void folder.write("s.csv", REPAIRED);
  const { stderr, exitCode } = await folder.run(["repair", "s.csv"], { ...TERMINAL, answers: ["y"], whileAsked });
  expect(exitCode).toBe(14);
  expect(stderr.replaceAll("\n", " ")).toContain("since it was looked at, another program wrote it");
  expect(folder.read("s.csv")).toBe(REPAIRED);
  expect(filesIn(folder)).toEqual(["s.csv"]);
});

test("a file that another program wrote just now is a running backend's, and a warning says so", async () => {
  const folder = folderWith(DAMAGED);
  const time = new Date(Date.parse(NOW) - 90_000);
  utimesSync(folder.file("s.csv"), time, time);
  const { stdout, stderr } = await folder.run(["repair", "s.csv", "-y", "--json"]);
  expect(stderr).toContain("warning: this file was written 1m 30s ago, and not under our lock.");
  expect(JSON.parse(stdout)).toMatchObject({ warnings: ["FOREIGN_WRITER"] });
});

test("hard links that are cut are a warning", async () => {
  const folder = folderWith(DAMAGED);
  linkSync(folder.file("s.csv"), folder.file("other.csv"));
  const { stderr } = await folder.run(["repair", "s.csv", "-y"]);
  expect(stderr).toBe("warning: the file had other hard links; they still show the old version\n");
});

test.for<[string, RunOptions["interrupt"], number]>([
  ["SIGINT", AbortSignal.abort("SIGINT"), 130],
  ["SIGTERM", AbortSignal.abort("SIGTERM"), 143],
])("%s before the commit changes nothing", async ([, interrupt, exitCode]) => {
  const folder = folderWith(DAMAGED);
  expect(await folder.run(["repair", "s.csv", "-y"], { ...(interrupt && { interrupt }) })).toMatchObject({ exitCode });
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(filesIn(folder)).toEqual(["s.csv"]);
});

const IN_PLACE = "leave out -o to repair in place, with a backup";
const APART = "give each a path of its own";

test.for<[string[], string, string]>([
  [["s.csv", "-o", "s.csv"], "-o names the file that is to be repaired", IN_PLACE],
  [["s.csv", "-o", "./link.csv"], "-o names the file that is to be repaired", IN_PLACE],
  [["link.csv", "-o", "s.csv"], "-o names the file that is to be repaired", IN_PLACE],
  [["s.csv", "-o", "hard.csv"], "-o names the file that is to be repaired", IN_PLACE],
  [["s.csv", "-o", "o.csv", "--partial", "o.csv"], "-o and --partial are one file: <dir>/o.csv", APART],
  [
    ["s.csv", "-o", "o.csv", "--partial", "o.csv.quarantine.jsonl"],
    "the quarantine and --partial are one file: <dir>/o.csv.quarantine.jsonl",
    APART,
  ],
  [
    ["s.csv", "-y", "--partial", "hard.csv"],
    "the file that is to be repaired and --partial are one file: <dir>/hard.csv",
    APART,
  ],
  [["s.csv", "-y", "--partial", "s.csv.d/lock"], "--partial and the lock are one file: <dir>/s.csv.d/lock", APART],
  [
    ["s.csv", "-n", "--from-backup", "link.csv"],
    "the file that is to be repaired and --from-backup are one file: <dir>/link.csv",
    APART,
  ],
  [["s.csv", "-o", "old.csv", "--from-backup", "old.csv"], "-o and --from-backup are one file: <dir>/old.csv", APART],
  [["s.csv", "-o", ""], "-o needs the path of a file", "for example: -o recovered.csv"],
  [["s.csv", "-n", "--partial", "-"], "--partial needs the path of a file", "for example: --partial recovered.csv"],
  [["s.csv", "--store", "x.csv"], "two files are named: as an argument, and with --store", "name the file once"],
  [[""], "the name of the file is empty", "name the file to repair"],
])("repair %j is a usage error", async ([argv, reason, hint]) => {
  const folder = folderWith(DAMAGED);
  folder.write("old.csv", REPAIRED);
  symlinkSync("s.csv", folder.file("link.csv"));
  linkSync(folder.file("s.csv"), folder.file("hard.csv"));
  expect(await folder.run(["repair", ...argv])).toEqual({
    stdout: "",
    stderr: `error: ${reason}\n  ${hint}\n`,
    exitCode: 2,
  });
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(filesIn(folder)).toEqual(["hard.csv", "link.csv", "old.csv", "s.csv"]);
});

test.for<[string[], number, string]>([
  [["missing.csv"], 10, "no such file: <dir>/missing.csv"],
  [["missing.csv", "-o", "o.csv"], 10, "no such file: <dir>/missing.csv"],
  [["s.csv", "-n", "--from-backup", "missing.csv"], 10, "no such file: <dir>/missing.csv"],
  [["folder.csv", "-y"], 15, "<dir>/folder.csv is not a file that can hold sessions: it is a directory"],
  [["/dev/null", "-y"], 15, "/dev/null is not a file that can hold sessions: it is a device"],
  [["s.csv", "-o", "/dev/null"], 15, "/dev/null is not a file that can hold sessions: it is a device"],
  [["s.csv", "-o", "folder.csv"], 15, "<dir>/folder.csv is not a file that can hold sessions: it is a directory"],
  [["s.csv", "-o", "no/o.csv"], 15, "cannot make a file in <dir>/no: there is no such folder"],
  [["s.csv", "-y", "--partial", "no/p.csv"], 15, "cannot make a file in <dir>/no: there is no such folder"],
])("repair %j is exit %i, and nothing is written", async ([argv, exitCode, message]) => {
  const folder = folderWith(DAMAGED);
  mkdirSync(folder.file("folder.csv"));
  const outcome = await folder.run(["repair", ...argv]);
  expect(outcome).toMatchObject({ stdout: "", exitCode });
  expect(outcome.stderr.split("\n")[0]).toBe(`error: ${message}`);
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(filesIn(folder)).toEqual(["s.csv"]);
});

test("where no backup can be made nothing is changed", async () => {
  const folder = folderWith(DAMAGED);
  mkdirSync(folder.file("s.csv.d"));
  writeFileSync(folder.file("s.csv.d/backups"), "in the way");
  const { stderr, exitCode } = await folder.run(["repair", "s.csv", "-y"]);
  expect(exitCode).toBe(15);
  expect(stderr).toContain("cannot open the folder <dir>/s.csv.d/backups: something stands there that is no folder");
  expect(folder.read("s.csv")).toBe(DAMAGED);
  expect(existsSync(folder.file("s.csv.d/quarantine"))).toBe(false);
});

test("a dangling link in the place of -o is not replaced", async () => {
  const folder = folderWith(DAMAGED);
  symlinkSync("nowhere.csv", folder.file("out.csv"));
  expect(await folder.run(["repair", "s.csv", "-o", "out.csv"])).toMatchObject({ exitCode: 2 });
  expect(existsSync(folder.file("out.csv.quarantine.jsonl"))).toBe(false);
});

test("text of the file is visible in what people read, and as it is in a diff for patch", async () => {
  const folder = folderWith(csvFile(FIRST, "\u001b[31mred\u202e"));
  const shown = await folder.run(["repair", "s.csv", "--diff"], TERMINAL);
  expect(shown.stdout).toContain("\n-\\x1b[31mred\\u202e\n");
  for (const hostile of ["\u001b", "\u202e"]) expect(`${shown.stdout}${shown.stderr}`).not.toContain(hostile);
  expect((await folder.run(["repair", "s.csv", "--diff"])).stdout).toContain("\n-\u001b[31mred\u202e\n");
});

const UNCERTAIN = csvFile(FIRST, "b,telegram_1,telegram,t-b,2025-09-30T08:00:00,never,,{}");

test("after a repair that set records aside it is said how to get what is certain of them", async () => {
  const folder = folderWith(UNCERTAIN);
  const certain = "Get what is certain of it as CSV: sessions repair";
  const { stdout } = await folder.run(["repair", "s.csv", "-o", "out.csv"]);
  expect(stdout).toContain(`\n  ${certain} s.csv -o again.csv --partial certain.csv\n`);
  expect(stdout).toMatch(/\n {2}See why it is set aside: sessions explain timestamp-invalid\n$/);
  const inPlace = await folder.run(["repair", "s.csv", "-y"]);
  expect(inPlace.stdout).toContain(`\n  ${certain} ${BACKUP} -o again.csv --partial certain.csv\n`);
  await folder.run(["repair", BACKUP, "-o", "again.csv", "--partial", "certain.csv"]);
  expect(folder.read("certain.csv")).toContain("b,telegram_1,telegram,t-b,2025-09-30T08:00:00,,");
});

test("where text of an unknown encoding was set aside it is said how to decode it", async () => {
  const folder = new Folder();
  const row = csvRow({ id: "b", metadata: '"{""a"":""\xcf\xf0\xe8\xe2""}"' });
  folder.write("s.csv", Buffer.from(csvFile(FIRST, row), "latin1"));
  const { stdout } = await folder.run(["repair", "s.csv", "-o", "out.csv"]);
  expect(stdout).toContain(
    "\n  Where you know the encoding of the text: iconv -f ENCODING -t UTF-8 s.csv | sessions validate -\n",
  );
});

test("errors that stay are named, with what explains them", async () => {
  const folder = folderWith(csvFile(FIRST, csvRow({ id: "a", user: "telegram_9" })));
  const { stdout, exitCode } = await folder.run(["repair", "s.csv", "-y"]);
  expect(exitCode).toBe(4);
  expect(stdout).toMatch(
    /\nWhat to do next:\n {2}See why duplicate-conflict stays: sessions explain duplicate-conflict\n$/,
  );
});

test("on a narrow terminal a command to type stands whole on a line of its own", async () => {
  const folder = folderWith(DAMAGED);
  const { stdout } = await folder.run(["repair", "s.csv", "-y"], {
    ...TERMINAL,
    terminal: { columns: 40, rows: 24 },
  });
  expect(stdout).toContain(`\n  Look at what is set aside, a piece a\n  line:\n    less ${QUARANTINE}\n`);
});

const NOTHING =
  "warning: no session can be read in s.csv: the repaired file holds only its header. Is it the right file?\n";

test("where no session can be read, that is said before the question, which is another one", async () => {
  const folder = folderWith("nothing of ours\n");
  const { stderr, exitCode } = await folder.run(["repair", "s.csv"], {
    ...TERMINAL,
    terminal: { columns: 200, rows: 24 },
    answers: ["n"],
  });
  expect(stderr).toContain(`${NOTHING}Leave only the header of s.csv, and no session? [y/N] `);
  expect(exitCode).toBe(130);
  expect(folder.read("s.csv")).toBe("nothing of ours\n");
});

test.each([[["-n"]], [["-y"]], [["-o", "out.csv"]], [["-o", "-"]]])("and without one, too: %j", async (options) => {
  const { stderr } = await folderWith("nothing of ours\n").run(["repair", "s.csv", ...options]);
  expect(stderr).toContain(NOTHING);
});

test.each([
  [2, "the header does not name pending_approval and metadata; empty in all 2 sessions"],
  [1, "the header does not name pending_approval and metadata; empty in the 1 session"],
])("columns that are missing are named, and in how many sessions they are empty: %i", async (sessions, text) => {
  const rows = [FIRST, LAST].slice(0, sessions).map((row) => row.split(",").slice(0, 6).join(","));
  const header = HEADER.split(",").slice(0, 6).join(",");
  const { stdout } = await folderWith(`${header}\n${rows.join("\n")}\n`).run(["repair", "s.csv", "-n"]);
  expect(stdout).toContain(`\n  1 missing-column (line 1): ${text}\n`);
});

test("a missing column without which no record is whole is named for each record", async () => {
  const rows = [FIRST, LAST].map((row) => row.split(",").toSpliced(1, 2).join(","));
  const header = HEADER.split(",").toSpliced(1, 2).join(",");
  const { stdout } = await folderWith(`${header}\n${rows.join("\n")}\n`).run(["repair", "s.csv", "-n"]);
  expect(stdout).toContain("missing-column (line 1): the header does not name user_id and platform\n");
  expect(stdout).toContain("\n  line 2: the file has no column user_id and platform\n");
});

test("-o leaves nothing but its files behind, and a folder that was there as it was", async () => {
  const folder = folderWith(DAMAGED);
  await folder.run(["repair", "s.csv", "-o", "out.csv"]);
  expect(readdirSync(folder.path).sort()).toEqual(["out.csv", "out.csv.quarantine.jsonl", "s.csv"]);
  mkdirSync(folder.file("out.csv.d"));
  writeFileSync(folder.file("out.csv.d/lock"), "");
  await folder.run(["repair", "s.csv", "-o", "out.csv"]);
  expect(existsSync(folder.file("out.csv.d/lock"))).toBe(true);
});

test("where -o cannot be written it is the output that the error speaks of", async () => {
  const folder = folderWith(DAMAGED);
  // With .d behind it the name is too long.
  const name = `${"x".repeat(250)}.csv`;
  const { stderr, exitCode } = await folder.run(["repair", "s.csv", "-o", name]);
  expect({ stderr, exitCode }).toEqual({
    stderr:
      `error: cannot write <dir>/${name}: the name is too long for the file system\n` +
      "  allow writing in <dir>, or name a file in another folder\n",
    exitCode: 15,
  });
  expect(filesIn(folder)).toEqual(["s.csv"]);
});
