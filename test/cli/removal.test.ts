import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder, HEADER } from "./context.js";

const PYTHON = readFileSync(path.join(import.meta.dirname, "../../fixtures/python-backend.csv"), "utf8");

/** The lines of a file whose records hold no line breaks, with their line ends. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n/g) ?? [];
}

test("a prune of the Python backend's file leaves the kept lines as they were, in order", async () => {
  const folder = new Folder();
  folder.fixture("python-backend.csv");
  const { stdout } = await folder.run(["list", "--expired", "--no-pending", "--format", "ids"]);
  const dead = stdout.trim().split("\n");
  await folder.run(["prune", "--yes"]);
  expect(dead.length).toBe(19);
  expect(folder.read("sessions.csv")).toBe(
    lines(PYTHON)
      .filter((line) => !dead.some((id) => line.startsWith(id)))
      .join(""),
  );
});

test("what is pending goes only with --include-pending", async () => {
  const folder = new Folder();
  folder.fixture("python-backend.csv");
  await folder.run(["prune", "--yes", "--include-pending"]);
  expect((await folder.run(["list", "--expired", "--format", "ids"])).stdout).toBe("");
});

const KEPT = csvRow({ id: "kept", active: "2025-09-30T10:44:59", metadata: '{"a": "x, \\"y\\""}' });
const DEAD = csvRow({ id: "dead" });

test.for<[string, string, string]>([
  ["LF", `${HEADER}\n${DEAD}\n${KEPT}\n`, `${HEADER}\n${KEPT}\n`],
  ["CRLF", `${HEADER}\r\n${KEPT}\r\n${DEAD}\r\n`, `${HEADER}\r\n${KEPT}\r\n`],
  ["mixed line ends", `${HEADER}\r\n${DEAD}\n${KEPT}\n`, `${HEADER}\r\n${KEPT}\n`],
  ["a byte order mark", `\ufeff${HEADER}\n${DEAD}\n${KEPT}\n`, `\ufeff${HEADER}\n${KEPT}\n`],
  ["no line end after the last record", `${HEADER}\n${DEAD}\n${KEPT}`, `${HEADER}\n${KEPT}`],
  ["an extra column", `${HEADER},note\n${DEAD},n\n${KEPT},"a ""b"""\n`, `${HEADER},note\n${KEPT},"a ""b"""\n`],
  [
    "columns in another order",
    "metadata,last_activity,pending_approval,created_at,thread_id,platform,user_id,session_id\n{},2025-09-30T09:00:00,,2025-09-30T09:00:00,t,p,u,dead\n{},2025-09-30 10:44:00Z,,2025-09-30T09:00:00,t,p,u,kept\n",
    "metadata,last_activity,pending_approval,created_at,thread_id,platform,user_id,session_id\n{},2025-09-30 10:44:00Z,,2025-09-30T09:00:00,t,p,u,kept\n",
  ],
  [
    "needless quotes",
    `${HEADER}\n${DEAD}\n"k","u",p,"",2025-09-30T10:44:00,2025-09-30T10:44:00,"","{}"\n`,
    `${HEADER}\n"k","u",p,"",2025-09-30T10:44:00,2025-09-30T10:44:00,"","{}"\n`,
  ],
  [
    "line breaks in fields",
    `${HEADER}\n${DEAD}\n${KEPT.replace("t-kept", '"t\r\n\nkept"')}\n`,
    `${HEADER}\n${KEPT.replace("t-kept", '"t\r\n\nkept"')}\n`,
  ],
  ["blank lines", `${HEADER}\n\n${DEAD}\n\n${KEPT}\n`, `${HEADER}\n\n\n${KEPT}\n`],
])("prune keeps %s", async ([, before, after]) => {
  const folder = new Folder();
  folder.write("sessions.csv", before);
  expect((await folder.run(["prune", "--yes"])).exitCode).toBe(0);
  expect(folder.read("sessions.csv")).toBe(after);
});

test("records that cannot be decoded stay byte for byte, with a warning that names their lines", async () => {
  const folder = new Folder();
  const broken = [csvRow({ id: "b1", active: "long ago" }), csvRow({ id: "b2", metadata: "{not json" }), "b3,too,few"];
  folder.write("sessions.csv", csvFile(...broken, DEAD, KEPT));
  const { stderr, stdout, exitCode } = await folder.run(["prune", "--yes", "-s", "sessions.csv"]);
  expect({ stdout, stderr, exitCode }).toEqual({
    stdout:
      "1 of 5 sessions deleted: idle for 1h or longer. Last activity: 2025-09-30T09:00:00Z. 1 other is kept: not decodable.\n",
    stderr:
      "warning: 3 records cannot be decoded and are kept as they are:\n" +
      '  line 2: last_activity is no timestamp: "long ago"\n' +
      "  line 3: metadata is no JSON object: {not json\n" +
      "  line 4: 3 fields where the header has 8\n",
    exitCode: 0,
  });
  expect(folder.read("sessions.csv")).toBe(csvFile(...broken, KEPT));
});

test("the report in JSON has the same numbers for a dry run and for the deed", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const argv = ["prune", "--json", "--timeout", "20m"];
  const [dry, done] = [await folder.run([...argv, "-n"]), await folder.run([...argv, "-y"])];
  const expected = {
    ...{
      store: "<dir>/sessions.csv",
      total: 3,
      removed: 1,
      removed_pending: 0,
      kept: 2,
      kept_pending: 1,
      kept_undecodable: 0,
    },
    ...{ oldest_activity: "2025-09-30T10:20:00Z", newest_activity: "2025-09-30T10:20:00Z" },
    ...{ undecodable: 0, undecodable_findings: [], warnings: [] },
  };
  expect(JSON.parse(dry.stdout)).toEqual({ ...expected, dry_run: true });
  expect(JSON.parse(done.stdout)).toEqual({ ...expected, dry_run: false });
});

test("delete by selection needs no id", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout } = await folder.run(["delete", "--user", "12345", "--yes"]);
  expect(stdout).toBe("1 of 3 sessions deleted: user 12345. Last activity: 2025-09-30T10:30:00Z.\n");
});

test("delete says by which selection, and how many of them wait for an approval, before and after", async () => {
  const folder = new Folder();
  folder.write(
    "sessions.csv",
    csvFile(...["a", "b", "c"].map((id) => csvRow({ id, pending: id === "c" ? "" : '{"t": 1}' }))),
  );
  const told = (verb: string): string => `2 of 3 sessions ${verb}, 2 of them with a pending approval: `;
  const selection = ["--platform", "telegram", "--platform", "api", "--where", "session_id!=c", "--since", "yesterday"];
  const words =
    "platform telegram or api, last active at or after 2025-09-29T00:00:00Z, session_id!=c. Last activity: ";
  const options = { terminal: { columns: 400, rows: 24 }, answers: ["2"] } as const;
  const { stdout, stderr } = await folder.run(["delete", ...selection], options);
  expect(stderr).toContain(told("will be deleted") + words);
  expect(stdout).toContain(told("deleted") + words);
});

test("delete in JSON counts the pending approvals that go", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({ id: "a", pending: '{"t": 1}' }), csvRow({ id: "b" })));
  const { stdout } = await folder.run(["delete", "--idle", "1h", "--json", "-n"]);
  expect(JSON.parse(stdout)).toMatchObject({ removed: 2, removed_pending: 1, kept_pending: 0 });
});

test("every way to select is told in words", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const cases = [
    [["--active"], "active"],
    [["--expired"], "expired"],
    [["--no-pending"], "without a pending approval"],
    [["--idle", "30d"], "idle for 30d or longer"],
    [
      ["--until", "now", "--created-since", "2025-09-01"],
      "last active before 2025-09-30T10:45:00Z, created at or after 2025-09-01T00:00:00Z",
    ],
    [
      ["--created-until", "2h ago", "--search", "a\u001bb"],
      'created before 2025-09-30T08:45:00Z, any field holds "a\\x1bb"',
    ],
  ] as const;
  for (const [options, words] of cases) {
    const { stdout } = await folder.run(["delete", ...options, "-n"]);
    expect(stdout).toMatch(/^[0-3] of 3 sessions would be deleted/);
    expect(stdout).toContain(`: ${words}.`);
  }
});

test("prune says the whole selection, and so does the log", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const words = "platform telegram, idle for 30d or longer, session_id!=x";
  const selection = ["--platform", "telegram", "--idle", "30d", "--where", "session_id!=x"];
  expect((await folder.run(["prune", ...selection, "-n"])).stdout).toContain(`would be deleted: ${words}.`);
  await folder.run(["prune", ...selection.with(3, "1s"), "-y"]);
  expect(JSON.parse((await folder.run(["log", "--json"])).stdout)).toMatchObject([
    { selection: words.replace("30d", "1s") },
  ]);
});

test("delete of ids with a selection takes what is both", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout } = await folder.run(["delete", "a1b2", "e5f6", "--pending", "--yes"]);
  expect(stdout).toContain(
    "1 of 3 sessions deleted, 1 of them with a pending approval: 2 ids, with a pending approval.",
  );
});

test("a prune that finds nothing leaves the very same file", async () => {
  const folder = new Folder();
  const before = statSync(folder.fixture("three-rows.csv"), { bigint: true });
  await folder.run(["prune", "--yes"]);
  const after = statSync(folder.file("sessions.csv"), { bigint: true });
  expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
});

test("standard input cannot be written", async () => {
  const folder = new Folder();
  const outcome = await folder.run(["-s", "-", "prune", "--yes"], { stdin: csvFile(DEAD) });
  expect(outcome).toEqual({
    stdout: "",
    stderr:
      "error: standard input can only be read\n  name the file with --store <path>, or look at what would happen with --dry-run\n",
    exitCode: 2,
  });
});

test("a dry run on standard input is a question like any other", async () => {
  const folder = new Folder();
  const { stdout, exitCode } = await folder.run(["-s", "-", "prune", "-n"], { stdin: csvFile(DEAD, KEPT) });
  expect({ stdout, exitCode }).toEqual({
    stdout: "1 of 2 sessions would be deleted: idle for 1h or longer. Last activity: 2025-09-30T09:00:00Z.\n",
    exitCode: 0,
  });
});

test("init makes a file that only its owner reads, with Python's line end", async () => {
  const folder = new Folder();
  expect(await folder.run(["init"])).toEqual({
    stdout: "",
    stderr: "Made sessions.csv, empty but for its header.\n",
    exitCode: 0,
  });
  expect(folder.read("sessions.csv")).toBe(`${HEADER}\r\n`);
  expect(statSync(folder.file("sessions.csv")).mode & 0o777).toBe(0o600);
});

test("init leaves a file that is there as it is", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const before = folder.read("sessions.csv");
  expect(await folder.run(["init"])).toEqual({
    stdout: "",
    stderr:
      "error: <dir>/sessions.csv exists already; it was left as it is\n  see what is in it with: sessions -s <dir>/sessions.csv stats\n",
    exitCode: 2,
  });
  expect(folder.read("sessions.csv")).toBe(before);
});

test("init in a git work tree has git ignore the file, once", async () => {
  const folder = new Folder();
  folder.write(".git", "gitdir: elsewhere\n");
  folder.write(".gitignore", "node_modules");
  const { stdout } = await folder.run(["init", "a [1].csv", "--json"]);
  expect(JSON.parse(stdout)).toEqual({ store: "<dir>/a [1].csv", created: true, ignored_in: "<dir>/.gitignore" });
  await folder.run(["init", "b.csv", "--no-gitignore"]);
  expect(folder.read(".gitignore")).toBe(
    "node_modules\n/a \\[1\\].csv\n/a \\[1\\].csv.d/\n/.a \\[1\\].csv.sessions-tmp\n",
  );
});

test("demo makes the same bytes for the same seed and time, on stdout and in a file", async () => {
  const folder = new Folder();
  const { stdout } = await folder.run(["demo", "20", "--seed", "7", "--now", "2025-09-30"]);
  const written = await folder.run(["demo", "20", "--seed", "7", "--now", "2025-09-30", "-o", "d.csv", "--json"]);
  expect(JSON.parse(written.stdout)).toEqual({ store: "<dir>/d.csv", sessions: 20, seed: 7 });
  expect(folder.read("d.csv")).toBe(stdout);
});
