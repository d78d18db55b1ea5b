import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const [A, B, C] = [csvRow({ id: "a" }), csvRow({ id: "b" }), csvRow({ id: "c" })];
const CHANGED = csvRow({ id: "b", user: "telegram_2", metadata: '{"source":"web","n":10000000000000000001}' });
const TERMINAL = { terminal: { columns: 80, rows: 24 }, env: { NO_COLOR: "1" } } as const;

function folderWith(files: Readonly<Record<string, string | Buffer>>): Folder {
  const folder = new Folder();
  mkdirSync(folder.file("s.csv.d/backups"), { recursive: true });
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

const TWO = { "old.csv": csvFile(A, B), "new.csv": csvFile(CHANGED, C) };

describe("what cannot be compared", () => {
  test.each([
    [["diff"], 2, /diff needs <from>/],
    [["diff", "old.csv", "gone.csv"], 10, /no such file: gone\.csv\n {2}check the path/],
    [["diff", "old.csv", "latest"], 10, /there is no sessions\.csv/],
    [["diff", "./latest", "new.csv"], 10, /no such file: .*latest/],
    [
      ["-s", "new.csv", "diff", "latest"],
      10,
      /no backup in new\.csv\.d\/backups\n {2}make one with: sessions -s new\.csv backup/,
    ],
    [["-s", "new.csv", "diff", "yesterday"], 10, /no backup from 2025-09-29T00:00:00Z or before in/],
    [["-s", "new.csv", "diff", "old.cvs"], 10, /there is no backup and no file "old\.cvs"/],
    [["diff", "old.csv", "new.csv", "--fields", "usr_id"], 2, /there is no field "usr_id"/],
    [["diff", "old.csv", "new.csv", "--fields", "state"], 2, /"state" stands in no file/],
    [["diff", "old.csv", "no.csv"], 13, /cannot use .*no\.csv/],
    [["diff", "old.csv", "cut.gz"], 13, /cut\.gz/],
    [["-s", "postgres://x/y", "diff", "old.csv"], 20, /no engine for postgres/],
  ])("%j", async (argv, exitCode, message) => {
    const cut = gzipSync(csvFile(A, B)).subarray(0, -9);
    const folder = folderWith({ ...TWO, "no.csv": "nothing of ours\n", "cut.gz": cut });
    const outcome = await folder.run(argv);
    expect(outcome.stderr).toMatch(message);
    expect(outcome).toMatchObject({ stdout: "", exitCode });
    expect(JSON.parse((await folder.run([...argv, "--json"])).stderr)).toMatchObject({
      error: { exit_code: exitCode },
    });
  });
});

test("on a terminal: grouped, each value that changed on a line of its own; exit 1", async () => {
  expect(await folderWith(TWO).run(["diff", "old.csv", "new.csv"], TERMINAL)).toEqual({
    stdout:
      "old.csv → new.csv: 1 added, 1 removed, 1 changed, 0 unchanged.\n\n" +
      "Added (1)\n  + c  telegram_1\n\n" +
      "Removed (1)\n  - a  telegram_1\n\n" +
      "Changed (1)\n  ~ b  telegram_2\n" +
      "    user_id  telegram_1 → telegram_2\n" +
      '    metadata.source  (none) → "web"\n' +
      "    metadata.n  (none) → 10000000000000000001\n",
    stderr: "",
    exitCode: 1,
  });
});

test("in a pipe: every value on a line, the summary on standard error", async () => {
  expect(await folderWith(TWO).run(["diff", "old.csv", "new.csv"])).toEqual({
    stdout:
      "change\tsession_id\tuser_id\tfield\tbefore\tafter\n" +
      "changed\tb\ttelegram_2\tuser_id\ttelegram_1\ttelegram_2\n" +
      'changed\tb\ttelegram_2\tmetadata.source\t\t"web"\n' +
      "changed\tb\ttelegram_2\tmetadata.n\t\t10000000000000000001\n" +
      "added\tc\ttelegram_1\t\t\t\nremoved\ta\ttelegram_1\t\t\t\n",
    stderr: "old.csv → new.csv: 1 added, 1 removed, 1 changed, 0 unchanged.\n",
    exitCode: 1,
  });
});

test("as JSON: one object, numbers with all their digits, what is not there without a key", async () => {
  const { stdout, stderr, exitCode } = await folderWith(TWO).run(["diff", "old.csv", "new.csv", "--json"]);
  expect([stderr, exitCode]).toEqual(["", 1]);
  expect(stdout).toContain('{"field":"metadata","path":["n"],"after":10000000000000000001}');
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ from: "old.csv", to: "new.csv", different: true, identical: false },
    differences: [
      { change: "changed", session_id: "b", user_id: "telegram_2", fields: [{ before: "telegram_1" }, {}, {}] },
      { change: "added", session_id: "c", session: { user_id: "telegram_1", metadata: {} } },
      { change: "removed", session_id: "a", session: { session_id: "a" } },
    ],
    ...{ added: 1, removed: 1, changed: 1, unchanged: 0, moved: 0, repeated: { from: 0, to: 0 } },
    ...{ unreadable: { from: 0, to: 0 }, unreadable_differ: false, columns_added: [], columns_removed: [] },
  });
});

test("no difference is exit 0, and says so; the order of records is none", async () => {
  const folder = folderWith({ "old.csv": csvFile(A, B), "new.csv": csvFile(B, A), "copy.csv": csvFile(A, B) });
  expect(await folder.run(["diff", "old.csv", "copy.csv"], TERMINAL)).toEqual({
    stdout: "old.csv → copy.csv: the same, byte for byte.\n",
    stderr: "",
    exitCode: 0,
  });
  expect(await folder.run(["diff", "old.csv", "new.csv"], TERMINAL)).toEqual({
    stdout: "old.csv → new.csv: no difference in 2 sessions; 1 in another order, which is no\ndifference.\n",
    stderr: "",
    exitCode: 0,
  });
  const { stdout } = await folder.run(["diff", "old.csv", "copy.csv", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ differences: [], different: false, identical: true, unchanged: null });
});

test("on a terminal at most 20 of a kind are shown, and it is said loudly; a pipe has all", async () => {
  const rows = Array.from({ length: 1234 }, (_, number) => csvRow({ id: `id-${number}` }));
  const folder = folderWith({ "old.csv": csvFile(), "new.csv": csvFile(...rows) });
  const { stdout } = await folder.run(["diff", "old.csv", "new.csv"], TERMINAL);
  expect(stdout).toContain("Added (1,234)\n  + id-0  telegram_1\n");
  expect(stdout).toMatch(/ {2}\+ id-19 {2}telegram_1\n {2}… and 1,214 more added, not shown; in a pipe[^\n]*\n$/);
  expect((await folder.run(["diff", "old.csv", "new.csv"])).stdout.split("\n")).toHaveLength(1234 + 2);
});

test("what is not compared is said: repeated ids, records that cannot be read", async () => {
  const folder = folderWith({ "old.csv": csvFile(A, A, "x,y"), "new.csv": csvFile(A) });
  expect(await folder.run(["diff", "old.csv", "new.csv"], TERMINAL)).toEqual({
    stdout:
      "old.csv → new.csv: 0 added, 0 removed, 0 changed, 1 unchanged. Records that\n" + "cannot be read differ, too.\n",
    stderr:
      "warning: 1 record of old.csv has an id that a later one has too; the last one\ncounts\n" +
      "warning: 1 record of old.csv is not compared, not whole:\n  line 4: 2 fields where the header has 8\n",
    exitCode: 1,
  });
});

describe("a version can be named", () => {
  const BACKUPS = {
    "s.csv": csvFile(A, B, C),
    "s.csv.d/backups/s-20250929T120000Z.csv": csvFile(A),
    "s.csv.d/backups/s-20250930T080000Z.csv": csvFile(A, B),
    "s.csv.d/backups/s-20250930T080000Z-2.csv.gz": gzipSync(csvFile(A, B, C)),
    "s.csv.d/backups/s-20250930T090000Z.csv.manifest.json": "{}",
    "s.csv.d/backups/other-20250930T100000Z.csv": csvFile(),
    "s.csv.d/backups/s-20250931T100000Z.csv": csvFile(),
  };

  test.each([
    ["latest", 0],
    ["s-20250930T080000Z-2.csv.gz", 0],
    ["s-20250930T080000Z-2", 0],
    ["s-20250930T080000Z.csv", 1],
    ["2025-09-30T08:00:00Z", 0],
    ["2h ago", 0],
    ["2025-09-30T07:59:59Z", 2],
    ["yesterday", undefined],
    ["20h ago", 2],
    ["s.csv", 0],
    ["./s.csv", 0],
    ["current", 0],
    ["s.csv.d/backups/s-20250929T120000Z.csv", 2],
  ])("%s", async (word, added) => {
    const folder = folderWith(BACKUPS);
    symlinkSync(folder.file("s.csv"), folder.file("s.csv.d/backups/s-20250930T103000Z.csv"));
    const { stdout, exitCode } = await folder.run(["-s", "s.csv", "diff", word, "--json"]);
    if (added === undefined) expect(exitCode).toBe(10);
    else expect(JSON.parse(stdout)).toMatchObject({ added, removed: 0 });
    expect(readdirSync(folder.path)).toEqual(["s.csv", "s.csv.d"]);
  });

  test("and where both are of the file that was found, it is said once which one that is", async () => {
    const folder = folderWith({ "sessions.csv": csvFile(A) });
    await folder.run(["backup"]);
    const { stderr } = await folder.run(["diff", "latest"]);
    expect(stderr.match(/Using sessions\.csv/g)).toHaveLength(1);
  });

  test("by standard input, and the store may be it", async () => {
    const folder = folderWith({ "s.csv": csvFile(A) });
    const stdin = csvFile(A, B);
    expect((await folder.run(["diff", "s.csv", "-"], { stdin })).stderr).toMatch(/^s\.csv → standard input: 1 added/);
    expect((await folder.run(["-s", "-", "diff", "s.csv"], { stdin })).stderr).toMatch(
      /^s\.csv → standard input: 1 added/,
    );
  });

  test("that is a file called latest only by its path", async () => {
    const folder = folderWith({ ...BACKUPS, latest: csvFile() });
    expect((await folder.run(["diff", "./latest", "s.csv"])).stderr).toMatch(/^latest → s\.csv: 3 added/);
  });
});

test("a selection and fields narrow what is compared", async () => {
  const folder = folderWith(TWO);
  const lines = async (...options: string[]) => (await folder.run(["diff", "old.csv", "new.csv", ...options])).stdout;
  expect(await lines("--user", "2")).toMatch(
    /^change[^\n]*\nchanged\tb\ttelegram_2\tuser_id[^\n]*\nchanged[^\n]*\nchanged[^\n]*\n$/,
  );
  expect(await lines("--fields", "metadata.source")).toContain(
    '\nchanged\tb\ttelegram_2\tmetadata.source\t\t"web"\nadded',
  );
  expect(await lines("--where", "metadata.source=web", "--fields", "user_id")).toMatch(
    /^change[^\n]*\nchanged\tb[^\n]*\n$/,
  );
});

test("hostile text is made visible to people, and stays a line in a pipe", async () => {
  const evil = csvRow({ id: "a", metadata: '{"\\u001b[2J":"\u202e\u001b]0;x\u0007"}', user: "u\u001b[31m\nv" });
  const folder = folderWith({ "old.csv": csvFile(A), "new.csv": csvFile(evil) });
  for (const options of [TERMINAL, {}]) {
    for (const json of [[], ["--json"]]) {
      const { stdout, stderr } = await folder.run(["diff", "old.csv", "new.csv", ...json], options);
      // eslint-disable-next-line no-control-regex -- they are what must not be there
      expect(stdout + stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/);
    }
  }
});

test("no name leads out of the folder of backups, and links in it are no backups", async () => {
  const folder = folderWith({ "s.csv": csvFile(A), "secret.csv": csvFile(B) });
  symlinkSync(folder.file("secret.csv"), folder.file("s.csv.d/backups/s-20250930T080000Z.csv"));
  writeFileSync(folder.file("s.csv.d/backups/s-20250930T08000xZ.csv"), csvFile(B));
  expect(await folder.run(["-s", "s.csv", "diff", "latest"])).toMatchObject({ exitCode: 10 });
  expect(await folder.run(["-s", "s.csv", "diff", "s-20250930T080000Z"])).toMatchObject({ exitCode: 10 });
});
