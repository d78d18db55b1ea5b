import { mkdirSync, symlinkSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { explained } from "../../src/cli/explain-error.js";
import { ioFailure } from "../../src/storage/io-failure.js";
import { csvFile, csvRow, Folder, HEADER } from "./context.js";

const HINT = "see what is wrong, and what can be got back: sessions repair <dir>/x.csv --dry-run";

test.for<[string, string | Uint8Array, string]>([
  ["an empty file", "", "the file is empty: it has no header"],
  ["nothing but a byte order mark", "\ufeff", "the file holds nothing but a byte order mark"],
  ["binary data", Uint8Array.of(1, 0, 2, 0), "the file holds binary data (NUL bytes) where its header should be"],
  ["UTF-16", Buffer.from(`\ufeff${HEADER}`, "utf16le"), "the file is UTF-16, not UTF-8"],
  ["a gzip file", gzipSync(HEADER), "the file is gzip-compressed, not CSV"],
  ["JSON", '[{"session_id": "a"}]', "the file looks like JSON, not CSV"],
  [
    "a column too few",
    "session_id,user_id,platform,thread_id,created_at,last_activity,metadata\n",
    "the header lacks pending_approval",
  ],
  ["a column twice", `${HEADER},user_id\n`, "the header names user_id more than once"],
  ["another text", "Dear Sir,\n", "the first line is no header: it names none, or hardly any, of the columns"],
])("refuses %s with exit 13", async ([, content, reason]) => {
  const folder = new Folder();
  folder.write("x.csv", content);
  const stderr = `error: cannot use <dir>/x.csv: ${reason}; nothing was changed\n  ${HINT}\n`;
  expect(await folder.run(["list", "-s", "x.csv"])).toEqual({ stdout: "", stderr, exitCode: 13 });
  expect(await folder.run(["prune", "--yes", "-s", "x.csv"])).toEqual({ stdout: "", stderr, exitCode: 13 });
});

const ROW = csvRow({ id: "a" });

test.for<[string, string, string]>([
  ["semicolons", `${HEADER}\n${ROW}\n`.replaceAll(",", ";"), "its columns are separated by semicolons, not by commas"],
  ["tabs", `${HEADER}\r\n${ROW}\r\n`.replaceAll(",", "\t"), "its columns are separated by tabs, not by commas"],
  [
    "vertical bars, after a byte order mark",
    `\ufeff${HEADER}\n`.replaceAll(",", "|"),
    "its columns are separated by vertical bars, not by commas",
  ],
  [
    "names in another case",
    `${HEADER.toUpperCase()},extra\n`,
    `the header writes the columns' names in another way: "SESSION_ID" for session_id, "USER_ID" for user_id`,
  ],
  [
    "names with spaces",
    `${HEADER.replace("user_id", " User ID ")}\n`,
    `the header writes the columns' names in another way: " User ID " for user_id`,
  ],
  ["no header at all", `${ROW}\n`, "there is no header: the first line is a session already"],
])("says what a header with %s is, and points to the repair, which heals it", async ([, content, reason]) => {
  const folder = new Folder();
  folder.write("x.csv", content);
  expect(await folder.run(["stats", "-s", "x.csv"])).toEqual({
    stdout: "",
    stderr: `error: cannot use <dir>/x.csv: ${reason}; nothing was changed\n  ${HINT}\n`,
    exitCode: 13,
  });
  expect(await folder.run(["repair", "x.csv", "-o", "copy.csv"])).toMatchObject({ exitCode: 0 });
  const { stdout } = await folder.run(["list", "--format", "ids", "-s", "copy.csv"]);
  expect(stdout).toBe(content.includes("t-a") ? "a\n" : "");
});

test.for<[string, (folder: Folder) => void, string, number]>([
  [
    "nothing",
    () => undefined,
    "no such file: <dir>/x.csv\n  check the path, or make an empty file with: sessions init <dir>/x.csv",
    10,
  ],
  [
    "a link that leads nowhere",
    (folder) => symlinkSync("nowhere", folder.file("x.csv")),
    "no such file: <dir>/x.csv\n  check the path, or make an empty file with: sessions init <dir>/x.csv",
    10,
  ],
  [
    "a directory",
    (folder) => mkdirSync(folder.file("x.csv")),
    "<dir>/x.csv is not a file that can hold sessions: it is a directory\n  name a regular file with --store <path>",
    15,
  ],
  [
    "a directory that holds the file",
    (folder) => {
      mkdirSync(folder.file("x.csv"));
      folder.fixture("three-rows.csv", "x.csv/sessions.csv");
    },
    "<dir>/x.csv is not a file that can hold sessions: it is a directory\n  there is one in it: --store <dir>/x.csv/sessions.csv",
    15,
  ],
  [
    "a named pipe",
    (folder) => void execFileSync("mkfifo", [folder.file("x.csv")]),
    "<dir>/x.csv is not a file that can hold sessions: it is a named pipe\n  read from it with: sessions -s - list < <dir>/x.csv",
    15,
  ],
])("where the file should be is %s", async ([, make, text, exitCode]) => {
  const folder = new Folder();
  make(folder);
  expect(await folder.run(["list", "-s", "x.csv"])).toEqual({ stdout: "", stderr: `error: ${text}\n`, exitCode });
});

test("a path through a file is no path", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr, exitCode } = await folder.run(["list", "-s", "sessions.csv/x"]);
  expect({ stderr, exitCode }).toEqual({
    stderr: "error: cannot open <dir>/sessions.csv/x: a part of the path is a file, no folder\n",
    exitCode: 15,
  });
});

test("a path that a shell would take apart is quoted in what to type", async () => {
  const { stderr } = await new Folder().run(["list", "-s", "it's mine.csv"]);
  expect(stderr).toContain(String.raw`sessions init '<dir>/it'\''s mine.csv'`);
});

const WHOLE = [csvRow({ id: "a" }), csvRow({ id: "b" })];

test.for<[string, string, string]>([
  [
    "an unclosed quote",
    `${csvFile(...WHOLE)}c,"tele\n`,
    "line 4: a quoted field is not closed, or text follows its closing quote",
  ],
  ["NUL bytes", csvFile(WHOLE[0] ?? "", "\0\0\0", WHOLE[1] ?? ""), "line 3: NUL bytes"],
])("exit 13 names the line of %s, and the file stays as it is", async ([, content, finding]) => {
  const folder = new Folder();
  folder.write("x.csv", content);
  const outcome = await folder.run(["prune", "--yes", "-s", "x.csv"]);
  expect(outcome).toEqual({
    stdout: "",
    stderr:
      `error: <dir>/x.csv is damaged: where its records begin and end is in doubt; nothing was changed\n  ${finding}\n` +
      `  ${HINT}\n`,
    exitCode: 13,
  });
  expect(folder.read("x.csv")).toBe(content);
});

test("findings of a damaged file are data in JSON", async () => {
  const folder = new Folder();
  folder.write("x.csv", csvFile(WHOLE[0] ?? "", "\0", WHOLE[1] ?? ""));
  const { stderr } = await folder.run(["prune", "--yes", "-s", "x.csv", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "STORE_DAMAGED", exit_code: 13, finding_count: 1, findings: [{ line: 3, message: "NUL bytes" }] },
  });
});

test("a reading command shows what is whole, and says what it left out", async () => {
  const folder = new Folder();
  folder.write("x.csv", csvFile(WHOLE[0] ?? "", "only,three,fields", WHOLE[1] ?? ""));
  expect(await folder.run(["list", "-s", "x.csv", "--format", "ids"])).toEqual({
    stdout: "a\nb\n",
    stderr:
      "warning: 1 record of <dir>/x.csv is left out, not whole:\n  line 3: 3 fields where the header has 8\n" +
      "  see what is wrong with them with: sessions validate x.csv\n",
    exitCode: 0,
  });
});

test.for<[string[], readonly string[], string]>([
  [["validate", "none.csv"], [], "  check the path\n"],
  [["validate", "gone/none.csv"], ["a.csv"], "  check the path\n"],
  [["validate", "none.csv"], ["session's.csv"], "  check the path; there is 'session'\\''s.csv'\n"],
  [
    ["repair", "sesions.csv"],
    ["sessions.csv"],
    "  did you mean sessions.csv?\n  check the path; there is sessions.csv\n",
  ],
  [["repair", "x/none.csv"], ["x/a.csv", "x/b.CSV", "x/c.txt"], "  check the path; there are x/a.csv, x/b.CSV\n"],
  [
    ["repair", "1.csv", "--from-backup", "none.csv"],
    ["1.csv", "2.csv", "3.csv", "4.csv", "5.csv", "6.csv", "7.csv"],
    "  check the path; there are 1.csv, 2.csv, 3.csv, 4.csv, 5.csv and 2 other CSV files\n",
  ],
])("%j where it must be there already, beside %j", async ([argv, names, hint]) => {
  const folder = new Folder();
  mkdirSync(folder.file("x"));
  for (const name of names) folder.write(name, "");
  const { stderr, exitCode } = await folder.run([...argv]);
  expect({ stderr: stderr.slice(stderr.indexOf("\n") + 1), exitCode }).toEqual({ stderr: hint, exitCode: 10 });
});

test("where a place to write to may not be looked at, the error says what to do", async () => {
  const cause = Object.assign(new Error("EACCES: permission denied, lstat '/root/x.json'"), { code: "EACCES" });
  const { details } = await explained(ioFailure("look at", "/root/x.json", cause));
  expect(details.hint).toBe("name a place where you may write, or run it as a user who may");
});
