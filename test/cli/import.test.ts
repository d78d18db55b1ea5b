import { gzipSync } from "node:zlib";
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder, HEADER } from "./context.js";

const A = csvRow({ id: "a" });
const B = csvRow({ id: "b" });
const B_NEWER = csvRow({ id: "b", active: "2025-09-30T09:30:00" });
const C = csvRow({ id: "c" });
const BROKEN = csvRow({ id: "x", active: "soon" });

function folderWith(files: Readonly<Record<string, string>>): Folder {
  const folder = new Folder();
  for (const [name, content] of Object.entries(files)) folder.write(name, content);
  return folder;
}

test("rows that cannot be taken are named with their lines, and nothing is imported", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B, BROKEN, "y,z") });
  for (const flag of ["--yes", "--dry-run"]) {
    const { stderr, exitCode } = await folder.run(["-s", "sessions.csv", "import", "in.csv", flag]);
    expect(exitCode).toBe(13);
    expect(stderr).toBe(`error: cannot import <dir>/in.csv: 2 of 3 rows cannot be taken; nothing was changed
  line 3: last_activity is no time that exists
  line 4: 2 fields where the header has 8
  mend these rows, or take the others with --partial
`);
  }
  expect(folder.read("sessions.csv")).toBe(csvFile(A));
  expect(existsSync(folder.file("in.csv.rejects.jsonl"))).toBe(false);
});

test("--partial takes the others, and puts what is refused into a private file", async () => {
  const folder = folderWith({
    "sessions.csv": csvFile(A),
    "in.csv": csvFile(B, BROKEN, "y,z"),
  });
  const dry = await folder.run(["-s", "sessions.csv", "import", "in.csv", "--partial", "--dry-run"]);
  expect([dry.exitCode, existsSync(folder.file("in.csv.rejects.jsonl"))]).toEqual([4, false]);
  const { stdout, stderr, exitCode } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "--partial", "-y"]);
  expect([exitCode, stdout, stderr]).toEqual([
    4,
    "1 of 3 sessions in in.csv (csv) imported into sessions.csv: 1 added, 0 replaced. 2 refused.\n",
    `  line 3: last_activity is no time that exists
  line 4: 2 fields where the header has 8
The refused rows are in in.csv.rejects.jsonl.
`,
  ]);
  expect(folder.read("sessions.csv")).toBe(csvFile(A, B));
  expect(folder.read("in.csv.rejects.jsonl")).toBe(
    `{"line":3,"reason":"last_activity is no time that exists","raw":${JSON.stringify(BROKEN)}}
{"line":4,"reason":"2 fields where the header has 8","raw":"y,z"}
`,
  );
  expect(statSync(folder.file("in.csv.rejects.jsonl")).mode & 0o777).toBe(0o600);
});

test.each(["file", "link", "folder"])(
  "a %s where the refused rows are to go is left alone, and they go beside it",
  async (kind) => {
    const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B, BROKEN), "other.txt": "mine" });
    const rejects = folder.file("in.csv.rejects.jsonl");
    if (kind === "file") writeFileSync(rejects, "old");
    else if (kind === "link") symlinkSync(folder.file("other.txt"), rejects);
    else mkdirSync(rejects);
    const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "--partial", "-y"]);
    expect([exitCode, stderr]).toEqual([4, expect.stringContaining("rows are in in.csv.rejects-2.jsonl.\n")]);
    expect(folder.read("in.csv.rejects-2.jsonl")).toContain('"line":3');
    expect([folder.read("other.txt"), folder.read("sessions.csv")]).toEqual(["mine", csvFile(A, B)]);
    if (kind === "file") expect(folder.read("in.csv.rejects.jsonl")).toBe("old");
  },
);

test("a second import keeps the rows that the first one refused", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const argv = ["-s", "sessions.csv", "import", "-", "--partial", "--yes", "--json"];
  for (const ending of ["", "-2", "-3"]) {
    const { stdout } = await folder.run(argv, { stdin: csvFile(csvRow({ id: `x${ending}`, active: "soon" })) });
    expect(JSON.parse(stdout)).toMatchObject({ rejects_file: `<dir>/sessions.csv.rejects${ending}.jsonl` });
    expect(folder.read(`sessions.csv.rejects${ending}.jsonl`)).toContain(`x${ending},`);
  }
});

test("an id that is there is a conflict unless a policy says which one counts", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A, B), "in.csv": csvFile(C, B_NEWER, A) });
  const run = async (...more: string[]) => folder.run(["-s", "sessions.csv", "import", "in.csv", ...more]);
  for (const flag of ["--yes", "--dry-run"]) {
    const { exitCode, stderr } = await run(flag);
    expect([exitCode, stderr]).toEqual([
      4,
      `error: <dir>/sessions.csv and what comes in have 1 id for different sessions: b; nothing was changed
  say which one counts with --on-conflict newest, skip or replace
`,
    ]);
  }
  expect(folder.read("sessions.csv")).toBe(csvFile(A, B));
  expect((await run("-y", "--on-conflict", "newest")).stdout).toBe(
    "2 of 3 sessions in in.csv (csv) imported into sessions.csv: 1 added, 1 replaced. 1 there already, the very same.\n",
  );
  expect(folder.read("sessions.csv")).toBe(csvFile(A, B_NEWER, C));
});

test("different sessions with one id in the input are told from those in the file", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B, C, B_NEWER) });
  const within = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y"]);
  expect([within.exitCode, within.stderr]).toEqual([
    4,
    `error: what comes in has itself 1 id for different sessions: b; nothing was changed
  say which one counts with --on-conflict newest, skip or replace
`,
  ]);
  folder.write("sessions.csv", csvFile(A, csvRow({ id: "c", user: "telegram_2" })));
  const both = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y"]);
  expect(both.stderr).toContain(
    "error: <dir>/sessions.csv and what comes in have 1 id for different sessions: c; what comes in has itself 1 id for different sessions: b; nothing was changed\n",
  );
});

test("with --on-conflict newest the newest of the input counts, wherever it stands", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B_NEWER, B) });
  const { stdout } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y", "--on-conflict", "newest"]);
  expect(stdout).toBe(
    "1 of 2 sessions in in.csv (csv) imported into sessions.csv: 1 added, 0 replaced. 1 stand in it again with the same id; the newest one counts.\n",
  );
  expect(folder.read("sessions.csv")).toBe(csvFile(A, B_NEWER));
});

test("what the input has no column for stays where a session is replaced", async () => {
  const old = csvRow({ id: "b", pending: '{"tool_name": "pay"}', metadata: '{"n": 1}' });
  const content = `session_id,user_id,created_at,last_activity\nb,telegram_2,2025-09-30T08:00:00,2025-09-30T09:30:00\n`;
  const folder = folderWith({ "sessions.csv": csvFile(A, old), "in.csv": content });
  const argv = ["-s", "sessions.csv", "import", "in.csv", "-y", "--on-conflict", "newest"];
  expect((await folder.run(argv)).exitCode).toBe(0);
  const expected = old.replace("telegram_1", "telegram_2").replace("T09:00", "T09:30");
  expect(folder.read("sessions.csv")).toBe(csvFile(A, expected));
});

test("a conflict with --json is one object", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(B), "in.csv": csvFile(B_NEWER) });
  const { stderr, exitCode } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y", "--json"]);
  expect(exitCode).toBe(4);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "SESSION_CONFLICT", ids: ["b"], id_count: 1 } });
});

test("what is imported is recorded in the log, and with --json reported", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B) });
  const { stdout } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y", "--json"]);
  expect(JSON.parse(stdout)).toEqual({
    ...{ store: "<dir>/sessions.csv", input: "in.csv", form: "csv", dry_run: false, created: false },
    ...{ rows: 1, added: 1, replaced: 0, skipped: 0, unchanged: 0, repeated: 0, conflicts: 0, conflict_ids: [] },
    ...{ converted: 0, refused: 0, refused_findings: [], rejects_file: null, warnings: [], headerless: false },
  });
  const log = readFileSync(folder.file("sessions.csv.d/log/000001-20250930T104500Z.jsonl"), "utf8");
  expect(log).toContain('"counts":{"removed":0,"replaced":0,"added":1}');
});

test("on a terminal the plan is shown and asked for", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B) });
  const argv = ["-s", "sessions.csv", "import", "in.csv"];
  const no = await folder.run(argv, { terminal: true, answers: ["n"] });
  expect([no.exitCode, no.stderr, folder.read("sessions.csv")]).toEqual([
    130,
    `1 of 1 session in in.csv (csv) will be imported into sessions.csv: 1 added, 0
replaced.
Import 1 session? [y/N] n
Nothing was changed.
`,
    csvFile(A),
  ]);
  const yes = await folder.run(argv, { terminal: true, answers: ["y"] });
  expect([yes.exitCode, folder.read("sessions.csv")]).toEqual([0, csvFile(A, B)]);
  const again = await folder.run(argv, { terminal: true });
  expect([again.exitCode, folder.read("sessions.csv")]).toEqual([0, csvFile(A, B)]);
});

test("what comes to be replaced while the question stands calls it off", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B_NEWER) });
  const whileAsked = (): void => void folder.write("sessions.csv", csvFile(A, B));
  const argv = ["-s", "sessions.csv", "import", "in.csv", "--on-conflict", "newest"];
  const { exitCode } = await folder.run(argv, { terminal: true, answers: ["y"], whileAsked });
  expect([exitCode, folder.read("sessions.csv")]).toEqual([14, csvFile(A, B)]);
});

test("an input that is written while the question stands calls it off", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B, C) });
  const whileAsked = (): void => void folder.write("in.csv", csvFile(B));
  const argv = ["-s", "sessions.csv", "import", "in.csv"];
  const { exitCode, stderr } = await folder.run(argv, { terminal: true, answers: ["y"], whileAsked });
  expect([exitCode, folder.read("sessions.csv")]).toEqual([14, csvFile(A)]);
  expect(stderr.replaceAll(/\s+/g, " ")).toContain(
    "error: <dir>/in.csv changed underneath: it was written while it was read; nothing was changed by this command run the command again when nothing writes it any more, or import a copy of it",
  );
});

test("without a terminal and --yes nothing is read or asked", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B) });
  const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", "in.csv"]);
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining("add --yes to import without asking")]);
});

test("standard input is imported, and its refused rows lie beside the store", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const options = { stdin: csvFile(B, BROKEN) };
  const { exitCode, stdout } = await folder.run(["-s", "sessions.csv", "import", "-", "--partial", "--yes"], options);
  expect([exitCode, stdout]).toEqual([
    4,
    "1 of 2 sessions in standard input (csv) imported into sessions.csv: 1 added, 0 replaced. 1 refused.\n",
  ]);
  expect(folder.read("sessions.csv.rejects.jsonl")).toContain('"line":3');
});

test("many conflicts are counted, and the first ones named", async () => {
  const ids = Array.from({ length: 25 }, (_, index) => `s${index}`);
  const file = (active: string): string =>
    csvFile(...ids.map((id) => csvRow({ id, active: `2025-09-30T0${active}:00:00` })));
  const folder = folderWith({ "sessions.csv": file("8"), "in.csv": file("9") });
  const { stderr } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y"]);
  expect(stderr).toContain("have 25 ids for different sessions: s0, s1, s2, s3, s4, s5, s6, s7, s8, s9 and 15 more;");
});

test("an input without a byte is a mistake, unless it is said to be JSON Lines", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", "-", "-y"]);
  expect([exitCode, stderr]).toEqual([13, expect.stringContaining("--format jsonl")]);
  expect((await folder.run(["-s", "sessions.csv", "import", "-", "-y", "--format", "jsonl"])).exitCode).toBe(0);
});

test("standard input longer than --max-size is refused", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const argv = ["-s", "sessions.csv", "import", "-", "--yes", "--max-size"];
  expect((await folder.run([...argv, "20"], { stdin: csvFile(B) })).exitCode).toBe(4);
  expect((await folder.run([...argv, "20KiB"], { stdin: csvFile(B) })).exitCode).toBe(0);
  expect((await folder.run([...argv, "much"], { stdin: csvFile(B) })).exitCode).toBe(2);
});

test("backups are imported, compressed and encrypted ones too", async () => {
  const folder = folderWith({
    "sessions.csv": csvFile(A),
    "old.csv": csvFile(A, B),
    secret: "correct horse\n",
    other: "wrong\n",
  });
  const key = ["--passphrase-file", "secret"];
  expect((await folder.run(["-s", "old.csv", "backup", "old.age", "--gzip", ...key])).exitCode).toBe(0);
  const argv = ["-s", "sessions.csv", "import", "old.age", "--yes"];
  expect((await folder.run(argv)).exitCode).toBe(12);
  expect((await folder.run([...argv, "--passphrase-file", "other"])).exitCode).toBe(12);
  const { exitCode, stdout } = await folder.run([...argv, ...key]);
  expect([exitCode, stdout]).toEqual([
    0,
    "1 of 2 sessions in old.age (age, gzip, csv) imported into sessions.csv: 1 added, 0 replaced. 1 there already, the very same.\n",
  ]);
  expect(folder.read("sessions.csv")).toBe(csvFile(A, B));
}, 30_000);

test("a file is made only with --create, all at once", async () => {
  const folder = folderWith({ "in.csv": csvFile(A), "bad.csv": csvFile(A, BROKEN) });
  const without = await folder.run(["-s", "new.csv", "import", "in.csv", "-y"]);
  expect([without.exitCode, without.stderr]).toEqual([10, expect.stringContaining("--create")]);
  expect((await folder.run(["-s", "new.csv", "import", "bad.csv", "-y", "--create"])).exitCode).toBe(13);
  expect((await folder.run(["-s", "new.csv", "import", "in.csv", "-n", "--create"])).exitCode).toBe(0);
  expect(existsSync(folder.file("new.csv"))).toBe(false);
  expect((await folder.run(["import", "in.csv", "-y", "--create"])).exitCode).toBe(0);
  expect(folder.read("sessions.csv")).toBe(csvFile(A));
});

test.each([",", ";"])(
  "a CSV with %j and without a header is said to have none, and a file is made of it",
  async (delimiter) => {
    const row = A.replaceAll(",", delimiter);
    const folder = folderWith({ "sessions.csv": csvFile(), "in.csv": `${row}\n` });
    const told = "It has no header: its columns are taken in the usual order.\n";
    const dry = await folder.run(["-s", "sessions.csv", "import", "in.csv", "--dry-run"]);
    expect(dry.stdout).toContain(` 1 added, 0 replaced. ${told}`);
    const { exitCode, stdout } = await folder.run(["-s", "new.csv", "import", "in.csv", "--create", "-y"]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(told)]);
    expect(folder.read("new.csv")).toBe(csvFile(A).replaceAll("\n", "\r\n"));
  },
);

test("columns are added only to a file that is made", async () => {
  const text = `note,${HEADER}\nn,${A}\n`;
  const folder = folderWith({ "sessions.csv": csvFile(B), "in.csv": text });
  const refused = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y"]);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("the file has no column for note")]);
  expect((await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y", "--add-columns"])).exitCode).toBe(2);
  expect((await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y", "--map", "note="])).exitCode).toBe(0);
  expect(folder.read("sessions.csv")).toBe(csvFile(B, A));
  expect((await folder.run(["-s", "new.csv", "import", "in.csv", "-y", "--create", "--add-columns"])).exitCode).toBe(0);
  expect(folder.read("new.csv")).toBe(text);
});

test("an input that is not there is not to be made, and --format json is no wish for errors as JSON", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", "in.json", "--format", "json", "-y"]);
  expect([exitCode, stderr]).toEqual([
    10,
    "error: no such file: <dir>/in.json\n  check the path; there is sessions.csv\n",
  ]);
  const asked = await folder.run(["import", "in.json", "-s", "sessions.csv", "--format=json", "-y", "--json"]);
  expect(JSON.parse(asked.stderr)).toMatchObject({ error: { code: "STORE_NOT_FOUND" } });
});

test("hostile text from the input is made visible", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": `\u001b[31mred\u202e,${HEADER}\n` });
  const { stderr } = await folder.run(["-s", "sessions.csv", "import", "in.csv", "-y"]);
  expect(stderr).toContain("\\x1b[31mred\\u202e");
  expect(stderr).not.toContain("\u001b");
});

test.each([
  [["import", "in.csv", "--map", "=x"]],
  [["import", "in.csv", "--map", "a"]],
  [["import", "in.csv", "--map", "a=b", "--map", "a=c"]],
  [["import", "in.csv", "--on-conflict", "oldest"]],
  [["import"]],
  [["import", ""]],
  [["-s", "-", "import", "in.csv", "--yes"]],
])("%j is a mistake", async (argv) => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "in.csv": csvFile(B) });
  expect((await folder.run(argv)).exitCode).toBe(2);
});

test.each(["csv", "csv.gz"])("a record that is too large is refused with the name of the %s", async (ending) => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  const content = csvFile(B, ",".repeat(200_000));
  writeFileSync(folder.file(`in.${ending}`), ending === "csv" ? content : gzipSync(content));
  const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", `in.${ending}`, "-y"]);
  expect([exitCode, stderr]).toEqual([
    13,
    `error: cannot import <dir>/in.${ending}: one record has more than 131072 fields; nothing was changed
  line 3: the record that starts here has more than 131072 fields
  take that record out of it, then import the others
`,
  ]);
});

test("a gzip file that is cut is no matter of backups", async () => {
  const folder = folderWith({ "sessions.csv": csvFile(A) });
  writeFileSync(folder.file("in.csv.gz"), gzipSync(csvFile(B)).subarray(0, -6));
  const { exitCode, stderr } = await folder.run(["-s", "sessions.csv", "import", "in.csv.gz", "-y"]);
  expect([exitCode, stderr]).toEqual([13, expect.stringContaining("<dir>/in.csv.gz is damaged: ")]);
  expect(stderr).toMatch(/\n {2}get it again from where it comes from\n$/);
});

test.each([
  ["BZh91AY", "bunzip2 -c <path> | sessions import -"],
  ["no header\n", "sessions validate <path>"],
  [`${HEADER}\n"a,b\n`, "sessions repair <path> -o whole.csv"],
])("what to type about %j names the input", async (content, command) => {
  const folder = folderWith({ "sessions.csv": csvFile(A), "my in.csv": content });
  const { stderr } = await folder.run(["-s", "sessions.csv", "import", "my in.csv", "-y"]);
  expect(stderr).toContain(command.replace("<path>", "'<dir>/my in.csv'"));
  const piped = await folder.run(["-s", "sessions.csv", "import", "-", "-y"], { stdin: content });
  expect(piped.stderr).toContain(command.replace("<path>", "-"));
});
