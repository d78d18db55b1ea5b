import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, linkSync, lstatSync, mkdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { generateDemo } from "../../src/demo/generate.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { csvFile, csvRow, Folder, HEADER, NOW, type Outcome } from "./context.js";

const STORE = ["-s", "sessions.csv"] as const;

function folderWith(content: string): Folder {
  const folder = new Folder();
  folder.write("sessions.csv", content);
  return folder;
}

async function exported(content: string, ...argv: readonly string[]): Promise<Outcome> {
  return folderWith(content).run(["export", ...STORE, ...argv]);
}

describe("options that do not fit together are refused before anything is read", () => {
  test.each([
    [["--raw", "--format", "csv"], "--raw does not go with --format csv", "it goes with --format json or jsonl"],
    [["--excel", "--format", "md"], "--excel does not go with --format md", "it goes with --format csv or tsv"],
    [["--table", "t", "-o", "x.csv"], "--table does not go with --format csv", "it goes with --format sql"],
    [["--table", ""], "--table is empty", "name the table, for example: --table sessions"],
    [["-o", " "], "-o is empty", "name the file, for example: -o sessions.json"],
  ])("%j", async (argv, reason, hint) => {
    const outcome = await exported("", ...argv);
    expect(outcome).toEqual({ stdout: "", stderr: `error: ${reason}\n  ${hint}\n`, exitCode: 2 });
  });

  test("a field that is none", async () => {
    const { stderr, exitCode } = await exported(csvFile(), "--fields", "sesion_id");
    expect({ stderr, exitCode }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("session_id") as string,
    });
  });

  test("a raw field that is no column", async () => {
    const { stderr, exitCode } = await exported(csvFile(), "--raw", "--fields", "session_id,metadata.source");
    expect(stderr).toContain("error: metadata.source is no column of the file, and --raw takes columns only\n");
    expect(exitCode).toBe(2);
  });
});

test.each([
  [["-o", "out.xlsx"], ".xlsx", "out.csv"],
  [["-o", "to/my out.XLS", "--excel"], ".XLS", "'to/my out.csv'"],
  [["-o", "out.ods", "--format", "csv", "--force"], ".ods", "out.csv"],
])("%j is not taken for a spreadsheet", async (options, ending, name) => {
  const folder = folderWith("");
  expect(await folder.run(["export", ...STORE, ...options])).toEqual({
    stdout: "",
    stderr:
      `error: export writes no ${ending} files, but CSV that spreadsheet programs open\n` +
      `  write that with: --excel -o ${name}\n`,
    exitCode: 2,
  });
  expect(folder.names()).toEqual(["sessions.csv"]);
});

describe("csv", () => {
  test("is the file, byte for byte", async () => {
    const content = `\ufeff${HEADER},note\r\n"s1",telegram_1,telegram,t,2025-09-30 08:00:00+02:00,soon,"",{x,é\r\n\r\ntorn\r\n`;
    expect(await exported(content)).toEqual({ stdout: content, stderr: "", exitCode: 0 });
  });

  test("of a selection has the records that match as they stand", async () => {
    const content = csvFile(csvRow({}), `"s2",telegram_2,"telegram",t,2025-09-30T08:00:00,2025-09-30T09:00:00,"",`);
    const { stdout } = await exported(content, "--user", "2");
    expect(stdout).toBe(`${HEADER}\n"s2",telegram_2,"telegram",t,2025-09-30T08:00:00,2025-09-30T09:00:00,"",\n`);
  });

  test("with fields has these", async () => {
    const { stdout } = await exported(
      csvFile(csvRow({ metadata: '{"source":"web"}' })),
      "--fields",
      "user_id,metadata.source",
    );
    expect(stdout).toBe("user_id,metadata.source\r\ntelegram_1,web\r\n");
  });
});

describe("json", () => {
  test("has the file's columns in its order, JSON as it stands, and no state", async () => {
    const metadata = '{"n": 12345678901234567890, "__proto__": {"a": 1.10}}';
    const { stdout } = await exported(csvFile(csvRow({ metadata })), "--format", "json");
    expect(stdout).toBe(
      '[\n  {"session_id":"s1","user_id":"telegram_1","platform":"telegram","thread_id":"t-s1",' +
        '"created_at":"2025-09-30T08:00:00Z","last_activity":"2025-09-30T09:00:00Z","pending_approval":null,' +
        `"metadata":${metadata}}\n]\n`,
    );
  });

  test("of no sessions is []", async () => {
    expect((await exported(csvFile(), "--json")).stdout).toBe("[]\n");
    expect((await exported(csvFile(), "--format", "jsonl")).stdout).toBe("");
  });

  test.each([
    ["json", []],
    ["jsonl", []],
    ["json", ["--file-tz", "Europe/Berlin"]],
  ])("that is not valid stands as text and is counted, as %s %j", async (format, argv) => {
    const content = csvFile(csvRow({ metadata: "{broken" }), csvRow({ id: "s2" }), csvRow({ id: "s3", pending: "x" }));
    const { stdout, stderr, exitCode } = await exported(content, "--format", format, ...argv);
    expect(stdout).toContain('"metadata":"{broken"');
    expect(stderr).toBe(
      "warning: 2 sessions with JSON that is not valid: it stands as text; see: sessions -s sessions.csv validate\n",
    );
    expect(exitCode).toBe(0);
  });

  test("that is not valid is not spoken of where it does not go out", async () => {
    const { stderr } = await exported(csvFile(csvRow({ metadata: "{" })), "--json", "--fields", "session_id");
    expect(stderr).toBe("");
  });

  test("records that are not whole are left out and named", async () => {
    const { stdout, stderr } = await exported(
      csvFile("torn,row", csvRow({})),
      "--format",
      "jsonl",
      "--fields",
      "session_id",
    );
    expect(stdout).toBe('{"session_id":"s1"}\n');
    expect(stderr).toContain("1 record of <dir>/sessions.csv is left out, not whole:\n  line 2: ");
  });
});

describe("-o", () => {
  const content = csvFile(csvRow({}), csvRow({ id: "s2" }));

  test("writes the form of its ending, mode 0600, and says so", async () => {
    const folder = folderWith(content);
    const outcome = await folder.run(["export", ...STORE, "-o", "out.jsonl", "--fields", "session_id"]);
    expect(outcome).toEqual({
      stdout: "",
      stderr: "Wrote 2 sessions to <dir>/out.jsonl (jsonl, 40 B).\n",
      exitCode: 0,
    });
    expect(folder.read("out.jsonl")).toBe('{"session_id":"s1"}\n{"session_id":"s2"}\n');
    expect(statSync(folder.file("out.jsonl")).mode & 0o777).toBe(0o600);
    expect(folder.names()).toEqual(["out.jsonl", "sessions.csv"]);
  });

  test("leaves a file that is there as it is", async () => {
    const folder = folderWith(content);
    writeFileSync(folder.file("other.csv"), "precious");
    const { stderr, exitCode } = await folder.run(["export", ...STORE, "-o", "other.csv"]);
    expect([exitCode, stderr, folder.read("other.csv")]).toEqual([
      2,
      `error: <dir>/other.csv exists already; it was left as it is
  name another file with -o, or write over it with --force
`,
      "precious",
    ]);
  });

  test("with --force takes the place of a file that is there, and makes it private", async () => {
    const folder = folderWith(content);
    writeFileSync(folder.file("out.csv"), "old");
    chmodSync(folder.file("out.csv"), 0o664);
    await folder.run(["export", ...STORE, "-o", "out.csv", "--force"]);
    expect(folder.read("out.csv")).toBe(content);
    expect(statSync(folder.file("out.csv")).mode & 0o777).toBe(0o600);
  });

  test("answers in JSON", async () => {
    const { stdout } = await folderWith(content).run(["export", ...STORE, "-o", "out.csv", "--json"]);
    expect(JSON.parse(stdout)).toEqual({
      ...{ store: "<dir>/sessions.csv", output: "<dir>/out.csv", format: "csv", sessions: 2, bytes: content.length },
      ...{ redacted: false, invalid_json: 0, repeated_ids: 0, lost_times: 0, long_cells: 0, left_out: 0, warnings: [] },
    });
  });

  test.each([
    ["itself", "sessions.csv"],
    ["another name of it", "hard-link.csv"],
    ["a link to it", "link.csv"],
    ["its temporary file", ".sessions.csv.sessions-tmp"],
    ["its lock", "sessions.csv.d/lock"],
    ["the key", "key"],
  ])("does not write over what is read: %s", async (_name, output) => {
    const folder = folderWith(content);
    linkSync(folder.file("sessions.csv"), folder.file("hard-link.csv"));
    symlinkSync("sessions.csv", folder.file("link.csv"));
    mkdirSync(folder.file("sessions.csv.d"));
    writeFileSync(folder.file("key"), "k".repeat(16), { mode: 0o600 });
    const argv = ["export", ...STORE, "--redact-key-file", "key", "--format", "csv", "-o", output];
    const { stderr, exitCode } = await folder.run(argv);
    expect({ stderr, exitCode }).toEqual({
      stderr: expect.stringContaining("-o would write over ") as string,
      exitCode: 2,
    });
    expect([folder.read("sessions.csv"), folder.read("key")]).toEqual([content, "k".repeat(16)]);
  });

  test("follows no symbolic link", async () => {
    const folder = folderWith(content);
    writeFileSync(folder.file("victim"), "precious");
    symlinkSync("victim", folder.file("out.json"));
    const { stderr, exitCode } = await folder.run(["export", ...STORE, "-o", "out.json"]);
    expect({ stderr, exitCode }).toEqual({
      stderr:
        "error: cannot write <dir>/out.json: it is a symbolic link\n" +
        "  name a regular file to write to, or a new one; -o - is standard output\n",
      exitCode: 15,
    });
    expect([readlinkSync(folder.file("out.json")), folder.read("victim")]).toEqual(["victim", "precious"]);
  });

  test.each([
    ["a folder", "folder", "it is not a regular file"],
    ["a folder that is not there", "nowhere/out.json", "there is no such folder"],
  ])("names %s that it cannot write to", async (_name, output, reason) => {
    const folder = folderWith(content);
    mkdirSync(folder.file("folder"));
    const { stderr, exitCode } = await folder.run(["export", ...STORE, "-o", output]);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.stringContaining(reason) as string, exitCode: 15 });
  });

  test("that is interrupted leaves what was there", async () => {
    const folder = folderWith(content);
    writeFileSync(folder.file("out.csv"), "old");
    const { exitCode } = await folder.run(["export", ...STORE, "-o", "out.csv", "--force"], {
      interrupt: AbortSignal.abort("SIGINT"),
    });
    expect({ exitCode, names: folder.names(), old: folder.read("out.csv") }).toEqual({
      ...{ exitCode: 130, names: ["out.csv", "sessions.csv"], old: "old" },
    });
  });

  test("takes a temporary file away that a killed export left, and follows no link in its place", async () => {
    const folder = folderWith(content);
    writeFileSync(folder.file("victim"), "precious");
    symlinkSync("victim", folder.file(".out.csv.sessions-tmp"));
    await folder.run(["export", ...STORE, "-o", "out.csv"]);
    expect([folder.read("out.csv"), folder.read("victim")]).toEqual([content, "precious"]);
    expect(lstatSync(folder.file("out.csv")).isSymbolicLink()).toBe(false);
  });

  test("a store on standard input is one too", async () => {
    const folder = new Folder();
    await folder.run(["export", "-s", "-", "-o", "out.csv"], { stdin: content });
    expect(folder.read("out.csv")).toBe(content);
  });
});

describe("--raw", () => {
  test.each([
    [[], '[{"session_id": "s\\u00e9\\"\\\\", "note": "\\u007f\\t\\ud83d\\ude00"}, {"session_id": "s2", "note": "n"}]'],
    [
      ["--format", "jsonl"],
      '{"session_id": "s\\u00e9\\"\\\\", "note": "\\u007f\\t\\ud83d\\ude00"}\n{"session_id": "s2", "note": "n"}\n',
    ],
    [
      ["--file-tz", "Europe/Berlin"],
      '[{"session_id": "s\\u00e9\\"\\\\", "note": "\\u007f\\t\\ud83d\\ude00"}, {"session_id": "s2", "note": "n"}]',
    ],
  ])("is text in Python's form %j", async (argv, wanted) => {
    const content = `${HEADER},note\n${csvRow({ id: 'sé"\\' })},"\u007f\t😀"\n${csvRow({ id: "s2" })},n\n`;
    expect((await exported(content, "--raw", "--fields", "session_id,note", ...argv)).stdout).toBe(wanted);
  });

  test.each([
    [[], "[]"],
    [["--format", "jsonl"], ""],
    [["--file-tz", "Europe/Berlin"], "[]"],
  ])("of no sessions %j", async (argv, wanted) => {
    expect((await exported(csvFile(), "--raw", ...argv)).stdout).toBe(wanted);
  });

  test("long text beyond ASCII is cut at no character", async () => {
    const rows = ["", "a", "aa", "aaa"].map((start) => csvRow({ id: start + "😀".repeat(40_000) }));
    const { stdout } = await exported(csvFile(...rows), "--raw", "--fields", "session_id");
    const emoji = "\\ud83d\\ude00".repeat(40_000);
    expect(stdout).toBe(`[${["", "a", "aa", "aaa"].map((start) => `{"session_id": "${start}${emoji}"}`).join(", ")}]`);
  });

  test.each(['"', "\\", 'a"b\\c""', `${"x".repeat(15)}"${"\\".repeat(40)}`, '""""'])(
    "quotes and backslashes are escaped: %s",
    async (id) => {
      const { stdout } = await exported(csvFile(csvRow({ id }), csvRow({ id })), "--raw", "--fields", "session_id");
      expect(stdout).toBe(
        JSON.stringify([{ session_id: id }, { session_id: id }])
          .replaceAll(":", ": ")
          .replaceAll(",", ", "),
      );
    },
  );

  const hasPython = spawnSync("python3", ["--version"]).status === 0;
  if (!hasPython) console.log("skipped: no python3 on this machine");

  const SNIPPET =
    'import csv,json,sys; csv.field_size_limit(1<<30); json.dump(list(csv.DictReader(open(sys.argv[1],newline="",encoding="utf-8-sig"))), sys.stdout)';
  const python = (file: string): string =>
    execFileSync("python3", ["-c", SNIPPET, file], { encoding: "utf8", maxBuffer: 1 << 28 });

  test.runIf(hasPython).for(["python-backend.csv", "three-rows.csv"] as const)(
    "is what Python makes of %s",
    async (name) => {
      const folder = new Folder();
      folder.fixture(name);
      expect((await folder.run(["export", ...STORE, "--raw"])).stdout).toBe(python(folder.file("sessions.csv")));
    },
  );

  test.runIf(hasPython)("is what Python makes of a file of many kinds", async () => {
    const now = parseTimestamp(NOW);
    const folder = folderWith(`\ufeff${[...generateDemo({ rows: 5000, seed: 3, now })].join("")}`);
    expect((await folder.run(["export", ...STORE, "--raw"])).stdout).toBe(python(folder.file("sessions.csv")));
  });

  test.runIf(hasPython)("is what Python makes of arbitrary values and column names", async () => {
    const value = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replaceAll("\0", ""));
    const cells = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 5 });
    const name = value.filter((text) => text !== "" && !HEADER.split(",").includes(text));
    const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    await fc.assert(
      fc.asyncProperty(name, cells, async (column, rows) => {
        const lines = rows.map(([id, metadata, extra]) => `${csvRow({ id: `s${id}`, metadata })},${quoted(extra)}`);
        const content = `${HEADER},${quoted(column)}\r\n${lines.join("\r\n")}\r\n`;
        const folder = folderWith(Buffer.from(content, "utf8").toString("utf8"));
        const { stdout } = await folder.run(["export", ...STORE, "--raw"]);
        expect(stdout).toBe(python(folder.file("sessions.csv")));
      }),
      { numRuns: 25 },
    );
  });
});
