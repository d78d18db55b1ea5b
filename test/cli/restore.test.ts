import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const TERMINAL = { terminal: true, env: { NO_COLOR: "1" } } as const;
const [A, B, C] = [csvRow({ id: "a" }), csvRow({ id: "b" }), csvRow({ id: "c" })];
const OLD = csvFile(A, B);
const NEW = csvFile(csvRow({ id: "b", user: "telegram_2" }), C);
const BACKUP = "s.csv.d/backups/s-20250929T100000Z.csv";
const SAFETY = "s.csv.d/backups/s-20250930T104500Z.csv";

function folderWith(files: Readonly<Record<string, string | Buffer>> = { "s.csv": NEW, [BACKUP]: OLD }): Folder {
  const folder = new Folder();
  mkdirSync(folder.file("s.csv.d/backups"), { recursive: true });
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

const VERIFIED =
  `${BACKUP} (2 sessions, 229 bytes): can be read to its end, but has no manifest that tells whether it is all.\n` +
  "s.csv → s-20250929T100000Z.csv: 1 added, 1 removed, 1 changed, 0 unchanged.\n";
const DIFFERENCES =
  "\nAdded (1)\n  + a  telegram_1\n\nRemoved (1)\n  - c  telegram_1\n\n" +
  "Changed (1)\n  ~ b  telegram_1\n    user_id  telegram_2 → telegram_1\n\n";

describe("nothing is written", () => {
  test.each([
    [["restore"], 2, /restore needs <backup>/],
    [["restore", "latest"], 2, /restore asks before it replaces the file, and there is no terminal to ask on/],
    [["restore", "gone.csv", "-y"], 10, /there is no backup and no file "gone\.csv"/],
    [
      ["restore", "2025-09-29T09:59:59Z", "-y"],
      10,
      /no backup from 2025-09-29T09:59:59Z or before[^]*the oldest is s-2025/,
    ],
    [["restore", "cut.csv", "-y"], 13, /cut\.csv is damaged: its last line has no end/],
    [["restore", "cut.gz", "-y"], 13, /cut\.gz is damaged/],
    [["restore", "no.csv", "-y"], 13, /no\.csv is damaged: it is no session file that can be read/],
    [["-s", "-", "restore", "latest"], 2, /standard input cannot be restored/],
    [["restore", "current", "-n"], 2, /current is the file itself, and no backup of it/],
    [
      ["restore", "./gone.csv", "-n"],
      10,
      /there is no file gone\.csv\n {2}check the path, or see what there is: sessions -s s\.csv backups\n/,
    ],
    [["restore", "s.csv.d/backups", "-n"], 15, /name the backup in it: s\.csv\.d\/backups\/s-20250929T100000Z\.csv\n/],
  ])("for %j", async (argv, exitCode, message) => {
    const folder = folderWith({
      ...{ "s.csv": NEW, [BACKUP]: OLD, "cut.csv": OLD.slice(0, -1), "no.csv": "nothing of ours\n" },
      "cut.gz": gzipSync(OLD).subarray(0, -3),
    });
    const outcome = await folder.run(["-s", "s.csv", ...argv]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome).toMatchObject({ stdout: "", exitCode });
    expect([folder.read("s.csv"), existsSync(folder.file(SAFETY))]).toEqual([NEW, false]);
  });

  test("in a dry run, which says what would change", async () => {
    const folder = folderWith();
    expect(await folder.run(["-s", "s.csv", "restore", "latest", "-n"])).toEqual({
      stdout: `${VERIFIED}${DIFFERENCES}Nothing was written.\n`,
      stderr: "",
      exitCode: 0,
    });
    expect(readdirSync(folder.file("s.csv.d"), { recursive: true }).sort()).toEqual([
      "backups",
      BACKUP.slice("s.csv.d/".length),
    ]);
  });

  test("where it is there already", async () => {
    const folder = folderWith({ "s.csv": OLD, [BACKUP]: OLD });
    const before = statSync(folder.file("s.csv"));
    for (const options of [[], ["-n"], ["-y"]]) {
      const { stdout, exitCode } = await folder.run(["-s", "s.csv", "restore", "latest", ...options]);
      expect(stdout).toMatch(/\nNothing to do: s\.csv is the same\.\n$/);
      expect(exitCode).toBe(0);
    }
    expect(statSync(folder.file("s.csv"))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(JSON.parse((await folder.run(["-s", "s.csv", "restore", "latest", "--json"])).stdout)).toMatchObject({
      changed: false,
      dry_run: false,
    });
  });

  test.each([["n"], [""], [undefined]])("after the answer %j", async (answer) => {
    const folder = folderWith();
    const outcome = await folder.run(["-s", "s.csv", "restore", "latest"], { ...TERMINAL, answers: [answer] });
    expect(outcome).toMatchObject({ stdout: "", exitCode: 130 });
    expect(folder.read("s.csv")).toBe(NEW);
  });

  test("where another program writes the file while the question stands", async () => {
    const folder = folderWith();
    const outcome = await folder.run(["-s", "s.csv", "restore", "latest"], {
      ...TERMINAL,
      answers: ["y"],
      whileAsked: () => folder.write("s.csv", OLD.replace("telegram_1", "telegram_3")),
    });
    expect(outcome).toMatchObject({ stdout: "", exitCode: 14 });
    expect(outcome.stderr).toMatch(/since it was compared,\nanother program wrote it/);
    expect(readdirSync(folder.file("s.csv.d/backups"))).toEqual(["s-20250929T100000Z.csv"]);
  });

  test("after an interrupt", async () => {
    const folder = folderWith();
    const outcome = await folder.run(["-s", "s.csv", "restore", "latest", "-y"], {
      interrupt: AbortSignal.abort("SIGINT"),
    });
    expect(outcome).toMatchObject({ stdout: "", exitCode: 130 });
    expect(folder.read("s.csv")).toBe(NEW);
  });
});

test("on a terminal the differences are shown, then it is asked; the old file is kept and can be restored", async () => {
  const folder = folderWith();
  const outcome = await folder.run(["-s", "s.csv", "restore", "latest"], { ...TERMINAL, answers: ["yes"] });
  expect(outcome.stderr).toContain(
    `${DIFFERENCES}The file as it is now is kept among its backups.\nReplace s.csv from ${BACKUP}? [y/N] yes\n`,
  );
  expect(outcome.stdout).toContain(`Restored. The old file is kept: ${SAFETY}\n`);
  expect([outcome.exitCode, folder.read("s.csv"), folder.read(SAFETY)]).toEqual([0, OLD, NEW]);
  const { stdout } = await folder.run(["-s", "s.csv", "restore", "latest", "-y"]);
  expect(stdout).toMatch(
    /^s\.csv\.d\/backups\/s-20250930T104500Z\.csv \(2 sessions, 229 bytes\): verified, its bytes are those that were backed up\.\n/,
  );
  expect(folder.read("s.csv")).toBe(NEW);
});

test("with --yes it is told as done; the change is in the log with its number and the copy", async () => {
  const folder = folderWith();
  expect(await folder.run(["-s", "s.csv", "restore", "latest", "--yes"])).toEqual({
    stdout: `${VERIFIED}Restored. The old file is kept: ${SAFETY}\n`,
    stderr: "",
    exitCode: 0,
  });
  const [entry = ""] = readdirSync(folder.file("s.csv.d/log"));
  expect(JSON.parse(folder.read(`s.csv.d/log/${entry}`))).toMatchObject({
    ...{ kind: "change", number: 1, backup: "s-20250930T104500Z.csv" },
    before: { byteLength: NEW.length },
    after: { byteLength: OLD.length },
  });
  await folder.run(["-s", "s.csv", "restore", "latest", "--yes", "--no-log"]);
  expect(readdirSync(folder.file("s.csv.d/log"))).toEqual([entry]);
});

test("as JSON", async () => {
  const folder = folderWith();
  const { stdout } = await folder.run(["-s", "s.csv", "restore", "latest", "-y", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    ...{ store: "<dir>/s.csv", backup: `<dir>/${BACKUP}`, dry_run: false, changed: true, rows: 2, bytes: OLD.length },
    ...{ has_manifest: false, current: "compared", safety_copy: `<dir>/${SAFETY}`, change: 1, warnings: [] },
    difference: { added: 1, removed: 1, changed: 1, unchanged: 0 },
  });
});

test("a file that is not there is made; one that cannot be read is replaced and kept", async () => {
  const folder = folderWith({ [BACKUP]: OLD });
  const made = await folder.run(["-s", "s.csv", "restore", "latest", "-y"]);
  expect(made.stdout).toMatch(
    /\nThere is no s\.csv; it is made\.\nRestored\. There was no file before, so sessions log does not have it,/,
  );
  expect([made.stderr, folder.read("s.csv")]).toEqual(["", OLD]);
  folder.write("s.csv", "nothing of ours\n");
  const healed = await folder.run(["-s", "s.csv", "restore", "yesterday", "-y"]);
  expect(healed.exitCode).toBe(10);
  const replaced = await folder.run(["-s", "s.csv", "restore", "2025-09-29T10:00:00Z", "-y"]);
  expect(replaced.stdout).toContain("\ns.csv cannot be read (the first line is no header: ");
  expect([folder.read("s.csv"), folder.read(SAFETY)]).toEqual([OLD, "nothing of ours\n"]);
});

test("an encrypted backup is opened with a passphrase, which diff takes too; a wrong one is exit 12", async () => {
  const folder = folderWith({ "s.csv": OLD, right: "correct horse\n", wrong: "battery\n" });
  const right = ["--passphrase-file", "right"];
  expect(await folder.run(["-s", "s.csv", "backup", "old.csv.age", ...right])).toMatchObject({ exitCode: 0 });
  folder.write("s.csv", NEW);
  for (const command of [
    ["restore", "old.csv.age", "-y"],
    ["diff", "old.csv.age"],
  ]) {
    const outcome = await folder.run(["-s", "s.csv", ...command, "--passphrase-file", "wrong"]);
    expect(outcome).toMatchObject({ stdout: "", exitCode: 12 });
    expect(outcome.stderr).toContain("  give the passphrase with --passphrase-file <path>");
  }
  expect((await folder.run(["-s", "s.csv", "diff", "old.csv.age", ...right])).stderr).toContain(
    "1 added, 1 removed, 1 changed",
  );
  const asked = { ...TERMINAL, answers: ["y"], secrets: ["correct horse"] };
  expect(await folder.run(["-s", "s.csv", "restore", "old.csv.age"], asked)).toMatchObject({ exitCode: 0 });
  expect(folder.read("s.csv")).toBe(OLD);
});

test("a passphrase file may begin with a byte order mark", async () => {
  const folder = folderWith({ "s.csv": OLD, plain: "correct horse\n", marked: "\ufeffcorrect horse\r\n" });
  await folder.run(["-s", "s.csv", "backup", "old.csv.age", "--passphrase-file", "plain"]);
  const outcome = await folder.run(["-s", "s.csv", "restore", "old.csv.age", "-n", "--passphrase-file", "marked"]);
  expect(outcome).toMatchObject({ stderr: "Others can read marked: chmod 600 helps.\n", exitCode: 0 });
});

test("a key in the place of the file that holds it is not repeated", async () => {
  expect(await folderWith().run(["-s", "s.csv", "restore", "latest", "-i", "AGE-SECRET-KEY-1QQQ"])).toEqual({
    stdout: "",
    stderr:
      "error: an age key was given in the place of the file that holds it\n" +
      "  write it into a file that only you can read, and name that\n",
    exitCode: 2,
  });
});

test("a running backend is warned of", async () => {
  const folder = folderWith({ [BACKUP]: OLD });
  const { writeFileSync, utimesSync } = await import("node:fs");
  writeFileSync(folder.file("s.csv"), NEW);
  const minuteBefore = new Date("2025-09-30T10:44:00Z");
  utimesSync(folder.file("s.csv"), minuteBefore, minuteBefore);
  const { stderr, stdout } = await folder.run(["-s", "s.csv", "restore", "latest", "-y", "--json"]);
  expect(stderr).toMatch(/^warning: this file was written 1m ago, and not under our lock/);
  expect(JSON.parse(stdout)).toMatchObject({ warnings: ["FOREIGN_WRITER"] });
});

test("the lock of another command is waited for", async () => {
  const folder = folderWith();
  const { acquireLock } = await import("../../src/storage/lock.js");
  const holder = { pid: 1, host: "h", command: "other", since: "2025-09-30T10:00:00Z" };
  using lock = await acquireLock(folder.file("s.csv"), { waitMs: 0, holder });
  expect(lock.realPath).toBe(folder.file("s.csv"));
  const outcome = await folder.run(["-s", "s.csv", "restore", "latest", "-y", "--lock-wait", "0s"]);
  expect(outcome).toMatchObject({ stdout: "", exitCode: 11 });
  expect(readFileSync(folder.file("s.csv"), "utf8")).toBe(NEW);
});

describe("only some sessions", () => {
  const row = (id: string, user: string, hour: string): string =>
    csvRow({ id, user, active: `2025-09-30T${hour}:00:00` });
  const IN_BACKUP = [row("a1", "u_1", "08"), row("b2", "u_1", "08"), row("c3", "u_2", "08"), row("d4", "u_1", "07")];
  const IN_FILE = [row("b2", "u_1", "09"), row("d4", "u_1", "06"), row("e5", "u_1", "09")];
  const [A1, B2, , D4] = IN_BACKUP;
  const [FILE_B2, FILE_D4, E5] = IN_FILE;
  const made = (): Folder => folderWith({ "s.csv": csvFile(...IN_FILE), [BACKUP]: csvFile(...IN_BACKUP) });

  test.each([
    [
      "newest",
      [FILE_B2, D4, E5, A1],
      "1 added, 1 replaced, 1 left as it is, because the one in the file is as new or newer",
    ],
    ["backup", [B2, D4, E5, A1], "1 added, 2 replaced"],
    [
      "current",
      [FILE_B2, FILE_D4, E5, A1],
      "1 added, 0 replaced, 2 left as they are, because the one in the file counts",
    ],
  ])("are merged, the %s of two with one id counts; the others stay byte for byte", async (choice, rows, told) => {
    const folder = made();
    const argv = ["-s", "s.csv", "restore", "latest", "--user", "u_1", "--on-conflict", choice, "-y"];
    const { stdout, stderr, exitCode } = await folder.run(argv);
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: `3 sessions selected in ${BACKUP}: ${told}.\n`,
      stderr: "",
      exitCode: 0,
    });
    expect(folder.read("s.csv")).toBe(csvFile(...rows.map((one) => one ?? "")));
    expect(readdirSync(folder.file("s.csv.d/log"))).toHaveLength(1);
    expect(existsSync(folder.file(SAFETY))).toBe(false);
  });

  test.each(["-y", "-n"])("with --on-conflict fail are refused where one is there, with %s", async (option) => {
    const folder = made();
    const argv = ["-s", "s.csv", "restore", "latest", "--user", "u_1", "--on-conflict", "fail", option];
    const { stdout, stderr, exitCode } = await folder.run(argv);
    expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 4 });
    expect(stderr).toContain("b2");
    expect(stderr).toContain("  say which one counts with --on-conflict newest, backup or current\n");
    expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE));
  });

  test("by id, also by its start; newest counts; a dry run writes nothing", async () => {
    const folder = made();
    const argv = ["-s", "s.csv", "restore", "latest", "--id", "a", "--id", "c3"];
    expect((await folder.run([...argv, "-n"])).stdout).toBe(
      `2 sessions selected in ${BACKUP}: 2 would be added, 0 would be replaced. Nothing was written.\n`,
    );
    expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE));
    const { stdout } = await folder.run([...argv, "-y", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      selected: 2,
      added: 2,
      replaced: 0,
      changed: true,
      on_conflict: "newest",
      change: 1,
    });
    expect((await folder.run([...argv, "-y"])).stdout).toContain("2 the same already");
  });

  test.each([
    [["--id", "zz"], 3, /no session id in .* starts with, "zz"/],
    [["--on-conflict", "newest"], 2, /--on-conflict is for a selection/],
    [["--where", "nope=1"], 2, /there is no field "nope"/],
    [["--user", "u_1", "--on-conflict", "later"], 2, /later/],
    [["--user", "u_1"], 2, /restore asks before it changes the file/],
  ])("%j is refused", async (options, exitCode, message) => {
    const folder = made();
    const outcome = await folder.run(["-s", "s.csv", "restore", "latest", ...options]);
    expect(outcome.stderr).toMatch(message);
    expect(outcome).toMatchObject({ stdout: "", exitCode });
    expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE));
  });

  test("of a damaged backup none are restored", async () => {
    const folder = made();
    folder.write(BACKUP, csvFile(...IN_BACKUP).slice(0, -5));
    expect(await folder.run(["-s", "s.csv", "restore", "latest", "--user", "u_1", "-y"])).toMatchObject({
      exitCode: 13,
    });
    expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE));
  });

  describe("that are damaged in the backup", () => {
    const LATIN = Buffer.from(csvRow({ id: "y", user: "Jos\xe9" }), "latin1");
    const BARE_CR = Buffer.from(csvRow({ id: "z" }).replace("t-z", "t\rz"));
    const damaged = Buffer.concat([
      Buffer.from(csvFile(IN_BACKUP[0] ?? "")),
      ...[LATIN, BARE_CR].flatMap((record) => [record, Buffer.from("\n")]),
    ]);

    test("are refused with their lines, whatever the columns of the file", async () => {
      const folder = folderWith({ "s.csv": csvFile(...IN_FILE), [BACKUP]: damaged });
      const { stderr, exitCode } = await folder.run([
        "-s",
        "s.csv",
        "restore",
        "latest",
        "--id",
        "y",
        "--id",
        "z",
        "-y",
      ]);
      expect(exitCode).toBe(13);
      expect(stderr).toContain("line 3: bytes that are not UTF-8");
      expect(stderr).toContain("line 4: a carriage return without a line feed stands outside quotes");
      expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE));
      const header = "user_id,session_id,platform,thread_id,created_at,last_activity,pending_approval,metadata\n";
      folder.write("s.csv", header);
      expect((await folder.run(["-s", "s.csv", "restore", "latest", "--id", "y", "-y"])).exitCode).toBe(13);
      expect(folder.read("s.csv")).toBe(header);
    });

    test("keep no other session from coming back", async () => {
      const folder = folderWith({ "s.csv": csvFile(...IN_FILE), [BACKUP]: damaged });
      await folder.run(["-s", "s.csv", "restore", "latest", "--id", "a1", "-y"]);
      expect(folder.read("s.csv")).toBe(csvFile(...IN_FILE, A1 ?? ""));
    });
  });

  test("after the question, where the file came to be another, nothing is written", async () => {
    const folder = made();
    const outcome = await folder.run(["-s", "s.csv", "restore", "latest", "--user", "u_1"], {
      ...TERMINAL,
      answers: ["y"],
      whileAsked: () => folder.write("s.csv", csvFile(FILE_B2 ?? "")),
    });
    expect(outcome.exitCode).toBe(14);
    expect(folder.read("s.csv")).toBe(csvFile(FILE_B2 ?? ""));
  });

  test("go into a file with other columns by their names, and make a file that is not there", async () => {
    const folder = made();
    const header = "user_id,session_id,platform,thread_id,created_at,last_activity,pending_approval,metadata,extra";
    folder.write("s.csv", `${header}\n`);
    await folder.run(["-s", "s.csv", "restore", "latest", "--id", "a1", "-y"]);
    expect(folder.read("s.csv")).toBe(`${header}\nu_1,a1,telegram,t-a1,2025-09-30T08:00:00,2025-09-30T08:00:00,,{},\n`);
    const other = folderWith({ [BACKUP]: csvFile(...IN_BACKUP) });
    expect(await other.run(["-s", "s.csv", "restore", "latest", "--id", "a1", "-y"])).toMatchObject({ exitCode: 0 });
    expect(other.read("s.csv")).toBe(csvFile(A1 ?? "").replaceAll("\n", "\r\n"));
  });
});
