import {
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { describe, expect, test } from "vitest";
import { Folder, type Outcome } from "./context.js";

const USING = "Using sessions.csv (found here; --store names another)\n";
const KEEP_THE_KEY = "Without its key nobody can open it: keep that in another place.\n";
const NAME = "sessions-20250930T104500Z.csv";
const BESIDE = "sessions.csv.d/backups";
const TERMINAL = { terminal: true, env: { NO_COLOR: "1" } } as const;

function started(): Folder {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  return folder;
}

function backups(folder: Folder): string[] {
  return readdirSync(folder.file(BESIDE)).filter((name) => !name.endsWith(".manifest.json"));
}

/** Backups at these times. */
async function withBackups(...times: readonly string[]): Promise<Folder> {
  const folder = started();
  for (const time of times) expect((await folder.run(["backup", "--now", time])).exitCode).toBe(0);
  return folder;
}

async function withKey(folder: Folder): Promise<string> {
  const identity = await generateX25519Identity();
  folder.write("key.txt", `# a key\n${identity}\n`);
  return identityToRecipient(identity);
}

describe("backup", () => {
  test("says what it made", async () => {
    const folder = started();
    expect(await folder.run(["backup"])).toEqual({
      stdout: `${BESIDE}/${NAME}\n  3 sessions, 589 B\n`,
      stderr: USING,
      exitCode: 0,
    });
    expect(folder.read(`${BESIDE}/${NAME}`)).toBe(folder.read("sessions.csv"));
  });

  test("into a folder, and to a path, also with .. in it", async () => {
    const folder = started();
    mkdirSync(folder.file("to"));
    expect((await folder.run(["backup", "to"])).stdout).toContain(`to/${NAME}\n`);
    expect((await folder.run(["backup", "to/../copy.csv"])).stdout).toContain("copy.csv\n");
    expect(folder.read("copy.csv")).toBe(folder.read("sessions.csv"));
    expect(existsSync(folder.file("sessions.csv.d"))).toBe(false);
  });

  test.for<[string, string[], number, string]>([
    [
      "the file itself",
      ["sessions.csv"],
      2,
      "error: <dir>/sessions.csv exists already; it was left as it is\n  name another path, or a folder\n",
    ],
    [
      "a folder that is not there",
      ["none/"],
      15,
      "error: cannot make a backup in <dir>/none: there is no such folder\n  make the folder first: mkdir -p <dir>/none\n",
    ],
    [
      "an empty name",
      [""],
      2,
      "error: the destination is empty\n  name a folder or a path; what is in the file prints: cat\n",
    ],
    [
      "standard output",
      ["-"],
      2,
      "error: a backup needs a manifest beside it, and - names no file\n  name a folder or a path; what is in the file prints: cat\n",
    ],
    [
      "a recipient that is none",
      ["-r", "age1x"],
      2,
      'error: "age1x" is no recipient of age\n  write one that begins with age1; keys of ssh cannot be used\n',
    ],
    [
      "both kinds of key",
      ["-r", "age1x", "--passphrase-file", "f"],
      2,
      "error: a backup is encrypted for recipients or with a passphrase, not both\n  leave one of them out\n",
    ],
    [
      "a file of recipients that is not there",
      ["-R", "none"],
      15,
      "error: cannot read <dir>/none: there is no such file\n  name a file that holds keys, or a passphrase in its first line\n",
    ],
    [
      "a passphrase that nobody can type",
      ["--encrypt"],
      2,
      "error: a passphrase is needed, and there is no terminal to ask on\n  add --passphrase-file <path> or --passphrase-command <command>\n",
    ],
    [
      "a path with a policy",
      ["x.csv", "--keep-last", "1"],
      2,
      "error: --keep-… thins out a folder of backups, and a path was given for this one\n  name a folder, or leave --keep-… out\n",
    ],
    [
      "a policy without --yes",
      ["--keep-last", "1"],
      2,
      "error: backup asks before it removes backups, and there is no terminal to ask on\n  add --yes to remove them without asking, or --dry-run to only see what would go\n",
    ],
    [
      "what backups does",
      ["verify"],
      2,
      "error: verify is what backups does, and backup would make a file of that name\n  did you mean: sessions backups verify; the file is ./verify\n",
    ],
    [
      "a name for what is compressed",
      ["x.csv.gz"],
      2,
      "error: x.csv.gz would not be compressed, as its name says\n  add --gzip, or name another path\n",
    ],
    [
      "a name for what is encrypted",
      ["x.csv.gz.age", "--gzip"],
      2,
      "error: x.csv.gz.age would not be encrypted, as its name says\n  add -r <age1…> or --encrypt, or name another path\n",
    ],
    [
      "a folder that is not there, in a dry run",
      ["none/", "-n"],
      15,
      "error: cannot make a backup in <dir>/none: there is no such folder\n  make the folder first: mkdir -p <dir>/none\n",
    ],
    [
      "a recipient that is none, in a dry run",
      ["-r", "age1x", "-n"],
      2,
      'error: "age1x" is no recipient of age\n  write one that begins with age1; keys of ssh cannot be used\n',
    ],
    [
      "a command that fails",
      ["--passphrase-command", "exit 3"],
      2,
      "error: --passphrase-command failed with exit code 3\n  run that command by itself, and see that it prints the passphrase\n",
    ],
    [
      "an empty passphrase",
      ["--passphrase-command", "echo"],
      2,
      "error: the passphrase is empty\n  choose one of several words\n",
    ],
  ])("refuses %s", async ([, argv, exitCode, text]) => {
    const folder = started();
    expect(await folder.run(["backup", ...argv])).toEqual({ stdout: "", stderr: USING + text, exitCode });
    expect(existsSync(folder.file("sessions.csv.d"))).toBe(false);
  });

  test("of a file that is not there asks for no passphrase", async () => {
    const folder = new Folder();
    const { stderr, exitCode } = await folder.run(["-s", "none.csv", "backup", "--encrypt"], TERMINAL);
    expect(stderr).toContain("no such file: <dir>/none.csv");
    expect(exitCode).toBe(10);
  });

  test("asks for a new passphrase twice", async () => {
    const folder = started();
    const { stderr, exitCode } = await folder.run(["backup", "--encrypt"], { ...TERMINAL, secrets: ["one", "one"] });
    expect(stderr).toBe(`${USING}Passphrase: \nThe same again: \n${KEEP_THE_KEY}`);
    expect(exitCode).toBe(0);
    const checked = await folder.run(["backups", "verify"], { ...TERMINAL, secrets: ["one"] });
    expect(checked.stdout).toContain(": good: 3 sessions");
  });

  test.for<[string, (string | undefined)[], number]>([
    ["two that differ", ["one", "two"], 2],
    ["an empty one", [""], 2],
    ["Ctrl-C", [undefined], 130],
  ])("makes nothing with %s", async ([, secrets, exitCode]) => {
    const folder = started();
    expect((await folder.run(["backup", "--encrypt"], { ...TERMINAL, secrets })).exitCode).toBe(exitCode);
    expect(existsSync(folder.file("sessions.csv.d"))).toBe(false);
  });

  test("--json", async () => {
    const folder = started();
    const { stdout } = await folder.run(["backup", "--gzip", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      store: "<dir>/sessions.csv",
      dry_run: false,
      backup: { name: `${NAME}.gz`, rows: 3, plain_bytes: 589, compressed: true, encrypted: false, good: true },
      removed: [],
      kept: [],
    });
  });

  test("warns of a file that is damaged, and copies it", async () => {
    const folder = started();
    folder.write("sessions.csv", `${folder.read("sessions.csv")}"open`);
    expect(await folder.run(["backup"])).toMatchObject({
      stderr:
        `${USING}warning: 1 record of it cannot be read for certain; all is copied as it stands; ` +
        "see what is wrong with: sessions validate\n",
      exitCode: 0,
    });
  });

  test.for([
    ["an empty file", ""],
    ["a file with a record that has no end", 'x"open'],
  ])("of %s with a policy ends with 13 and never takes the place of a good one", async ([, damage]) => {
    const folder = await withBackups("2025-09-29T10:00:00Z");
    folder.write("sessions.csv", damage === "" ? "" : `${folder.read("sessions.csv")}"open`);
    expect((await folder.run(["backup", "--yes", "--keep-daily", "1"])).exitCode).toBe(13);
    expect(backups(folder)).toEqual(["sessions-20250929T100000Z.csv", NAME]);
  });

  test("of a file without sessions is a good one", async () => {
    const folder = started();
    folder.write("sessions.csv", `${folder.read("sessions.csv").split("\n")[0] ?? ""}\n`);
    expect((await folder.run(["backup", "--yes", "--keep-last", "1"])).exitCode).toBe(0);
    expect((await folder.run(["backups", "status", "--max-age", "1h"])).exitCode).toBe(0);
  });

  test("with a policy removes what is too old, after the copy", async () => {
    const folder = await withBackups("2025-09-01T10:00:00Z", "2025-09-02T10:00:00Z");
    expect(await folder.run(["backup", "--yes", "--keep-last", "2"])).toEqual({
      stdout:
        `${BESIDE}/${NAME}\n  3 sessions, 589 B\n1 of 3 backups removed\n` +
        `  remove  sessions-20250901T100000Z.csv\n  keep    ${NAME}  (last)\n` +
        "  keep    sessions-20250902T100000Z.csv  (last)\n",
      stderr: USING,
      exitCode: 0,
    });
    expect(backups(folder)).toEqual(["sessions-20250902T100000Z.csv", NAME]);
  });

  test.for([
    [[], ["--gzip"]],
    [["--gzip"], []],
  ])(
    "with a policy never removes itself, also after one of the same second: %s, %s",
    async ([first = [], then = []]) => {
      const folder = started();
      await folder.run(["backup", ...first]);
      const { stdout } = await folder.run(["backup", ...then, "--yes", "--keep-last", "1"]);
      expect(backups(folder)).toEqual([stdout.slice(`${BESIDE}/`.length, stdout.indexOf("\n"))]);
    },
  );

  test("with a policy removes neither itself nor the one of a clock that was wrong", async () => {
    const folder = await withBackups("2031-01-01T00:00:00Z", "2025-09-29T10:00:00Z");
    await folder.run(["backup", "--yes", "--keep-last", "1"]);
    expect(backups(folder)).toEqual([NAME, "sessions-20310101T000000Z.csv"]);
  });

  test("a dry run shows what would go, and makes nothing", async () => {
    const folder = await withBackups("2025-09-01T10:00:00Z");
    expect((await folder.run(["backup", "-n", "--keep-last", "1"])).stdout).toBe(
      "Would back up sessions.csv, 589 B\n1 of 2 backups would be removed\n" +
        "  remove  sessions-20250901T100000Z.csv\n  keep    this backup  (last)\n",
    );
    expect(backups(folder)).toHaveLength(1);
  });

  test("a no keeps the old ones, and the new one", async () => {
    const folder = await withBackups("2025-09-01T10:00:00Z");
    const { exitCode, stderr } = await folder.run(["backup", "--keep-last", "1"], { ...TERMINAL, answers: ["n"] });
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/Remove 1 backup\? \[y\/N\] n\nNo backup was removed\.\n$/);
    expect(backups(folder)).toHaveLength(2);
  });
});

describe("backups", () => {
  test("that are not there", async () => {
    expect(await started().run(["backups"])).toEqual({
      stdout: "",
      stderr: `${USING}There is no backup of sessions.csv. Make one with: sessions backup\n`,
      exitCode: 0,
    });
    expect((await started().run(["backups", "--json"])).stdout).toBe("[]\n");
  });

  test("are a table on a terminal, and all of it in a pipe", async () => {
    const folder = await withBackups("2025-09-29T10:00:00Z");
    await folder.run(["backup", "--gzip"]);
    rmSync(folder.file(`${BESIDE}/sessions-20250929T100000Z.csv.manifest.json`));
    await folder.run(["backups", "verify"]);
    const terminal = await folder.run(["backups"], TERMINAL);
    expect(terminal).toEqual({
      stdout:
        "AGE       ROWS   SIZE  ENCRYPTED  CHECKED    NAME\n" +
        "just now     3  335 B  no         just now   sessions-20250930T104500Z.csv.gz\n" +
        "1d ago       ?  589 B  no         unchecked  sessions-20250929T100000Z.csv\n",
      stderr: `${USING}1 backup is not known to be good; look with: sessions backups verify --all\n`,
      exitCode: 0,
    });
    const { stdout } = await folder.run(["backups"]);
    expect(stdout).toBe(
      "name\ttime\trows\tbytes\tencrypted\tchecked\tproblem\n" +
        "sessions-20250930T104500Z.csv.gz\t2025-09-30T10:45:00.000Z\t3\t335\tno\t2025-09-30T10:45:00.000Z\t\n" +
        "sessions-20250929T100000Z.csv\t2025-09-29T10:00:00.000Z\t\t589\tno\tunchecked\t\n",
    );
  });

  test("are listed, verified and watched without the file itself", async () => {
    const folder = await withBackups("2025-09-30T10:00:00Z");
    rmSync(folder.file("sessions.csv"));
    for (const argv of [["backups"], ["backups", "verify"], ["backups", "status", "--max-age", "1h"]]) {
      expect((await folder.run(["-s", "sessions.csv", ...argv])).exitCode).toBe(0);
    }
  });

  test.for([
    ["verfy", 'error: backups does not know "verfy", only verify, status, forget; by itself it lists\n'],
    ["list", 'error: backups does not know "list", only verify, status, forget; by itself it lists\n'],
  ])("does not know %s", async ([word = "", text]) => {
    const { stderr, exitCode } = await started().run(["backups", word]);
    expect(stderr).toContain(text);
    expect(exitCode).toBe(2);
  });

  test("are named where the file is gone", async () => {
    const folder = await withBackups("2025-09-30T10:00:00Z");
    rmSync(folder.file("sessions.csv"));
    const { stderr } = await folder.run(["restore", "latest"]);
    expect(stderr).toContain("the backups of sessions.csv are still there: sessions -s sessions.csv restore latest\n");
  });

  test("names that would act on a terminal are made visible", async () => {
    const folder = new Folder();
    const name = "a\u001b[31m.csv";
    folder.write(name, "x");
    await folder.run(["-s", name, "backup"]);
    for (const argv of [["backups"], ["backups", "verify"], ["backups", "status", "--max-age", "1h"], ["backup"]]) {
      for (const terminal of [true, false]) {
        const { stdout, stderr } = await folder.run(["-s", name, ...argv], { terminal, env: { NO_COLOR: "1" } });
        expect(stdout + stderr).not.toContain("\u001b[31m");
      }
    }
  });

  test("of a link are those of the file behind it", async () => {
    const folder = await withBackups("2025-09-30T10:00:00Z");
    symlinkSync("sessions.csv", folder.file("link.csv"));
    expect((await folder.run(["-s", "link.csv", "backups"])).stdout).toContain("sessions-20250930T100000Z.csv");
  });
});

describe("backups verify", () => {
  async function verify(folder: Folder, ...argv: readonly string[]): Promise<Outcome> {
    return folder.run(["backups", "verify", ...argv]);
  }

  test("reads the newest, one by name, by path, or all", async () => {
    const folder = await withBackups("2025-09-28T10:00:00Z", "2025-09-29T10:00:00Z");
    const good = (time: string): string => `sessions-${time}Z.csv: good: 3 sessions, 589 B, as it was written\n`;
    expect((await verify(folder)).stdout).toBe(good("20250929T100000"));
    expect((await verify(folder, "sessions-20250928T100000Z.csv")).stdout).toBe(good("20250928T100000"));
    expect((await verify(folder, `./${BESIDE}/sessions-20250928T100000Z.csv`)).stdout).toBe(good("20250928T100000"));
    expect(await verify(folder, "--all")).toEqual({
      stdout: good("20250929T100000") + good("20250928T100000"),
      stderr: USING,
      exitCode: 0,
    });
  });

  test("names what is not good, goes on, and ends with 13", async () => {
    const folder = await withBackups("2025-09-28T10:00:00Z", "2025-09-29T10:00:00Z");
    truncateSync(folder.file(`${BESIDE}/sessions-20250929T100000Z.csv`), 500);
    expect(await verify(folder, "--all")).toEqual({
      stdout:
        "sessions-20250929T100000Z.csv: NOT GOOD: its bytes are not those that were written\n" +
        "sessions-20250928T100000Z.csv: good: 3 sessions, 589 B, as it was written\n",
      stderr: USING,
      exitCode: 13,
    });
  });

  test("names a copy of a file that was no session file", async () => {
    const folder = started();
    folder.write("sessions.csv", "");
    await folder.run(["backup"]);
    expect(await verify(folder)).toEqual({
      stdout: `${NAME}: NOT GOOD: what was backed up is no session file that can be read; see what is wrong with: sessions validate\n`,
      stderr: USING,
      exitCode: 13,
    });
  });

  test("notes damaged records in a manifest of an earlier version", async () => {
    const folder = started();
    folder.write("sessions.csv", `${folder.read("sessions.csv")}"open`);
    await folder.run(["backup"]);
    const manifest = `${BESIDE}/${NAME}.manifest.json`;
    folder.write(manifest, folder.read(manifest).replace(/^ *"broken": 1,\n/m, ""));
    expect((await folder.run(["backups", "status", "--max-age", "1h"])).exitCode).toBe(0);
    expect((await verify(folder)).exitCode).toBe(13);
    expect((await folder.run(["backups", "status", "--max-age", "1h"])).stdout).toBe(
      "TOO OLD: there is no good backup (allowed: 1h)\n" +
        `NOT GOOD: the latest one, ${NAME}: 1 of its records was damaged when it was backed up; see what is wrong with: sessions validate\n`,
    );
  });

  test("a missing key, a wrong one and a right one", async () => {
    const folder = started();
    await folder.run(["backup", "-r", await withKey(folder)]);
    expect(await verify(folder)).toMatchObject({ stdout: "", exitCode: 12 });
    expect((await verify(folder, "-i", "key.txt")).exitCode).toBe(0);
    folder.write("other.txt", await generateX25519Identity());
    const { stderr, exitCode } = await verify(folder, "-i", "other.txt");
    expect(exitCode).toBe(12);
    expect(stderr).toContain(`cannot decrypt <dir>/${BESIDE}/${NAME}.age: none of the identities fits\n`);
    const { stdout } = await verify(folder, "--json");
    expect(JSON.parse(stdout)).toMatchObject({ verified: [{ ok: null, error: { code: "WRONG_KEY" } }] });
  });

  test.for<[string, string]>([
    ["an ssh key", "-----BEGIN OPENSSH PRIVATE KEY-----\n"],
    ["nothing", "\n# comment\n"],
    ["a recipient", "age1abc\n"],
  ])("%s is no identity, and is not printed", async ([, text]) => {
    const folder = await withBackups("2025-09-28T10:00:00Z");
    folder.write("key.txt", text);
    const { stderr, exitCode } = await verify(folder, "-i", "key.txt");
    expect(exitCode).toBe(2);
    expect(stderr).toContain("error: key.txt is no file of age identities\n");
  });

  test("a passphrase from a file or a command opens all of them", async () => {
    const folder = started();
    folder.write("pw", "correct horse\nmore\n");
    await folder.run(["backup", "--passphrase-file", "pw"]);
    expect((await verify(folder, "--passphrase-command", "cat pw")).exitCode).toBe(0);
    expect((await verify(folder, "--passphrase-command", "echo wrong")).exitCode).toBe(12);
  });

  test("more than --max-size is refused", async () => {
    const folder = started();
    await folder.run(["backup", "--gzip"]);
    const { stderr, exitCode } = await verify(folder, "--max-size", "0.5kB");
    expect(exitCode).toBe(4);
    expect(stderr).toContain("holds more than 500 bytes\n  if that is right, allow more with --max-size\n");
  });

  test.for<[string, string[], number]>([
    ["a name that is not there", ["sessions-20200101T000000Z.csv"], 10],
    ["a name that leads out of the folder", ["../../sessions.csv.d/none"], 10],
    ["--all and a name", ["--all", "latest"], 2],
    ["a size that is none", ["--max-size", "much"], 2],
  ])("refuses %s", async ([, argv, exitCode]) => {
    expect((await verify(await withBackups("2025-09-28T10:00:00Z"), ...argv)).exitCode).toBe(exitCode);
  });

  test("without a backup there is nothing to verify", async () => {
    expect(await verify(started())).toMatchObject({
      stderr: `${USING}error: there is no backup of <dir>/sessions.csv\n  make one with: sessions backup\n`,
      exitCode: 10,
    });
  });
});

describe("backups status", () => {
  test.for<[string, string, number]>([
    ["1h", "OK: the newest good backup is sessions-20250930T100000Z.csv, 45m ago (allowed: 1h)\n", 0],
    ["45m", "OK: the newest good backup is sessions-20250930T100000Z.csv, 45m ago (allowed: 45m)\n", 0],
    ["44m", "TOO OLD: the newest good backup is sessions-20250930T100000Z.csv, 45m ago (allowed: 44m)\n", 1],
  ])("--max-age %s", async ([age, stdout, exitCode]) => {
    const folder = await withBackups("2025-09-30T10:00:00Z");
    expect(await folder.run(["backups", "status", "--max-age", age])).toEqual({ stdout, stderr: USING, exitCode });
  });

  test("a newer one that is damaged, or has no manifest, does not count", async () => {
    const folder = await withBackups("2025-09-28T10:00:00Z", "2025-09-29T10:00:00Z", "2025-09-30T10:00:00Z");
    truncateSync(folder.file(`${BESIDE}/sessions-20250930T100000Z.csv`), 500);
    rmSync(folder.file(`${BESIDE}/sessions-20250929T100000Z.csv.manifest.json`));
    const { stdout, exitCode } = await folder.run(["backups", "status", "--max-age", "26h", "--json"]);
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      max_age_seconds: 93_600,
      age_seconds: 175_500,
      newest: { name: "sessions-20250928T100000Z.csv" },
    });
  });

  test("one from after now does not count, and is named", async () => {
    const folder = await withBackups("2025-09-30T10:00:00Z", "2031-01-01T00:00:00Z");
    expect(await folder.run(["backups", "status", "--max-age", "44m"])).toEqual({
      stdout:
        "TOO OLD: the newest good backup is sessions-20250930T100000Z.csv, 45m ago (allowed: 44m)\n" +
        "1 backup from after now, not counted: sessions-20310101T000000Z.csv; compare the clock with: date -u\n",
      stderr: USING,
      exitCode: 1,
    });
  });

  test("the copy that a restore makes of the file does not count", async () => {
    const folder = await withBackups("2025-09-29T10:00:00Z");
    folder.write("sessions.csv", `${folder.read("sessions.csv").split("\n")[0] ?? ""}\n`);
    expect((await folder.run(["restore", "latest", "--yes"])).exitCode).toBe(0);
    expect(backups(folder)).toHaveLength(2);
    expect((await folder.run(["backups", "status", "--max-age", "1h"])).exitCode).toBe(1);
  });

  test("none at all", async () => {
    expect(await started().run(["backups", "status", "--max-age", "26h"])).toMatchObject({
      stdout: "TOO OLD: there is no good backup (allowed: 1d 2h)\n",
      exitCode: 1,
    });
  });
});

test.for([["backups"], ["backups verify"], ["backups status --max-age 1h"], ["backups forget --yes --keep-last 1"]])(
  "%s follows no symbolic link in the place of the file's own folder",
  async ([command = ""]) => {
    const folder = await withBackups("2025-09-28T10:00:00Z", "2025-09-29T10:00:00Z");
    renameSync(folder.file(BESIDE), folder.file("elsewhere"));
    symlinkSync(folder.file("elsewhere"), folder.file(BESIDE));
    const { stderr, exitCode } = await folder.run(command.split(" "));
    expect(stderr).toContain(`cannot open the folder <dir>/${BESIDE}: a symbolic link stands there\n`);
    expect(exitCode).toBe(15);
  },
);

describe("backups forget", () => {
  const DAYS = ["2025-09-27", "2025-09-28", "2025-09-29", "2025-09-30"].map((day) => `${day}T10:00:00Z`);

  test("without a policy removes nothing, and says so", async () => {
    const folder = await withBackups(...DAYS);
    const { stderr, exitCode } = await folder.run(["backups", "forget"]);
    expect([stderr, exitCode]).toEqual([`${USING}No --keep-… option is given, so that every backup stays.\n`, 0]);
    expect((await folder.run(["backups", "forget", "--yes", "--keep-last", "0"])).exitCode).toBe(0);
    expect(backups(folder)).toHaveLength(4);
  });

  test("with a policy removes backups and their manifests", async () => {
    const folder = await withBackups(...DAYS);
    expect((await folder.run(["backups", "forget", "--yes", "--keep-daily", "2"])).exitCode).toBe(0);
    expect(readdirSync(folder.file(BESIDE))).toEqual([
      "sessions-20250929T100000Z.csv",
      "sessions-20250929T100000Z.csv.manifest.json",
      "sessions-20250930T100000Z.csv",
      "sessions-20250930T100000Z.csv.manifest.json",
    ]);
  });

  test("over half of them needs the count", async () => {
    const folder = await withBackups(...DAYS);
    const policy = ["backups", "forget", "--keep-last", "1"];
    expect(await folder.run([...policy, "--yes"])).toMatchObject({
      stderr: `${USING}error: this removes 3 of 4 backups, over half of them; nothing was changed\n  if that is right, add: --confirm 3\n`,
      exitCode: 2,
    });
    expect((await folder.run([...policy, "--confirm", "2"])).exitCode).toBe(4);
    expect((await folder.run(policy, { ...TERMINAL, answers: ["y"] })).exitCode).toBe(130);
    expect(backups(folder)).toHaveLength(4);
    expect((await folder.run([...policy, "--confirm", "3"])).exitCode).toBe(0);
    expect(backups(folder)).toEqual(["sessions-20250930T100000Z.csv"]);
  });

  test("a damaged one never takes the place of a good one", async () => {
    const folder = await withBackups("2025-09-30T08:00:00Z", "2025-09-30T10:00:00Z");
    truncateSync(folder.file(`${BESIDE}/sessions-20250930T100000Z.csv`), 500);
    const { stdout } = await folder.run(["backups", "forget", "--yes", "--keep-last", "1"]);
    expect(stdout).toBe(
      "0 of 2 backups removed\n  keep    sessions-20250930T100000Z.csv  (last)\n" +
        "  keep    sessions-20250930T080000Z.csv  (last)\n",
    );
    expect(backups(folder)).toHaveLength(2);
  });

  test("the copy that a restore made never takes the place of another", async () => {
    const folder = await withBackups("2025-09-29T10:00:00Z");
    folder.write("sessions.csv", `${folder.read("sessions.csv").split("\n")[0] ?? ""}\n`);
    await folder.run(["restore", "latest", "--yes"]);
    await folder.run(["backups", "forget", "--yes", "--keep-last", "1"]);
    expect(backups(folder)).toEqual(["sessions-20250929T100000Z.csv", NAME]);
  });

  test("a dry run says why, also in JSON", async () => {
    const folder = await withBackups(...DAYS);
    const { stdout } = await folder.run(["backups", "forget", "-n", "--keep-last", "3", "--keep-daily", "1", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      dry_run: true,
      removed: [{ name: "sessions-20250927T100000Z.csv" }],
      kept: [
        { name: "sessions-20250930T100000Z.csv", reasons: ["last", "daily"] },
        { name: "sessions-20250929T100000Z.csv", reasons: ["last"] },
        { name: "sessions-20250928T100000Z.csv", reasons: ["last"] },
      ],
    });
    expect(backups(folder)).toHaveLength(4);
  });

  test("other files in the folder are left alone", async () => {
    const folder = await withBackups(...DAYS.slice(0, 2));
    writeFileSync(folder.file(`${BESIDE}/other-20200101T000000Z.csv`), "");
    await folder.run(["backups", "forget", "--yes", "--keep-last", "1"]);
    expect(backups(folder)).toEqual(["other-20200101T000000Z.csv", "sessions-20250928T100000Z.csv"]);
  });

  describe("in a folder that two files of one name share", () => {
    async function shared(): Promise<Folder> {
      const folder = started();
      mkdirSync(folder.file("other"));
      mkdirSync(folder.file("to"));
      folder.write("other/sessions.csv", folder.read("sessions.csv"));
      await folder.run(["-s", "other/sessions.csv", "backup", "to", "--now", "2025-09-29T10:00:00Z"]);
      return folder;
    }

    test("removes only those of the file, and names the others", async () => {
      const folder = await shared();
      await folder.run(["backup", "to", "--now", "2025-09-28T10:00:00Z"]);
      writeFileSync(folder.file("to/sessions-20250927T100000Z.csv"), "");
      const { stderr } = await folder.run(["backup", "to", "--yes", "--keep-last", "1"]);
      expect(stderr).toBe(
        `${USING}Left alone in <dir>/to: 1 backup of <dir>/other/sessions.csv, 1 backup without a manifest that can be read\n`,
      );
      expect(readdirSync(folder.file("to")).filter((name) => name.endsWith(".csv"))).toEqual([
        "sessions-20250927T100000Z.csv",
        "sessions-20250929T100000Z.csv",
        NAME,
      ]);
    });

    test("lists and counts only those of the file", async () => {
      const folder = await shared();
      expect((await folder.run(["backups", "--folder", "to", "--json"])).stdout).toBe("[]\n");
      expect((await folder.run(["backups", "status", "--folder", "to", "--max-age", "30d"])).exitCode).toBe(1);
      expect((await folder.run(["backups", "verify", "--folder", "to"])).exitCode).toBe(10);
    });
  });

  test("the file's own folder has its backups also after the file was moved with it", async () => {
    const folder = await withBackups(...DAYS);
    mkdirSync(folder.file("to"));
    for (const name of ["sessions.csv", "sessions.csv.d"]) renameSync(folder.file(name), folder.file(`to/${name}`));
    const argv = ["-s", "to/sessions.csv", "backups", "forget", "--folder", "to/sessions.csv.d/backups"];
    expect((await folder.run([...argv, "--yes", "--keep-last", "3"])).stdout).toMatch(/^1 of 4 backups removed\n/);
  });

  test("--keep-last -1 is no count, and 'unlimited' keeps all", async () => {
    const folder = await withBackups(...DAYS);
    expect((await folder.run(["backups", "forget", "--yes", "--keep-last=-1"])).exitCode).toBe(2);
    await folder.run(["backups", "forget", "--yes", "--keep-hourly", "unlimited"]);
    expect(backups(folder)).toHaveLength(4);
  });
});
