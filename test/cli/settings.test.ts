import { mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder, type RunOptions } from "./context.js";

const ids = (name: string): string => csvFile(csvRow({ id: name }));

/** A folder with a file in every place that is looked at; each holds one session, called like its place. */
function everywhere(dotEnv: string | undefined): Folder {
  const folder = new Folder();
  mkdirSync(folder.file("backend"));
  folder.write("sessions.csv", ids("here"));
  folder.write("backend/sessions.csv", ids("backend"));
  for (const name of ["given", "store", "path", "env-store", "env-path"]) folder.write(`${name}.csv`, ids(name));
  if (dotEnv !== undefined) folder.write(".env", dotEnv);
  return folder;
}

const BOTH = { SESSIONS_STORE: "store.csv", SESSIONS_CSV_PATH: "path.csv" };

test.for<[string, string[], Record<string, string>, string | undefined, string, string]>([
  ["--store before all", ["-s", "given.csv"], BOTH, "SESSIONS_STORE=env-store.csv", "given", ""],
  ["SESSIONS_STORE", [], BOTH, "SESSIONS_STORE=env-store.csv", "store", ""],
  ["SESSIONS_CSV_PATH", [], { SESSIONS_CSV_PATH: "path.csv" }, "SESSIONS_STORE=env-store.csv", "path", ""],
  ["an empty variable is none", [], { SESSIONS_STORE: "", SESSIONS_CSV_PATH: "path.csv" }, undefined, "path", ""],
  [
    "SESSIONS_STORE in .env",
    [],
    {},
    "SESSIONS_CSV_PATH=env-path.csv\nSESSIONS_STORE=env-store.csv\n",
    "env-store",
    "Using env-store.csv (named by SESSIONS_STORE in .env)\n",
  ],
  [
    "SESSIONS_CSV_PATH in .env",
    [],
    {},
    "SESSIONS_CSV_PATH=env-path.csv",
    "env-path",
    "Using env-path.csv (named by SESSIONS_CSV_PATH in .env)\n",
  ],
  [
    ".env with export, quotes, comment and CRLF",
    [],
    {},
    "# x\r\nexport SESSIONS_STORE='env-store.csv' # y\r\n",
    "env-store",
    "Using env-store.csv (named by SESSIONS_STORE in .env)\n",
  ],
  [
    ".env with a byte order mark",
    [],
    {},
    "\ufeffSESSIONS_STORE=env-store.csv\n",
    "env-store",
    "Using env-store.csv (named by SESSIONS_STORE in .env)\n",
  ],
  ["sessions.csv of the folder", [], {}, undefined, "here", "Using sessions.csv (found here; --store names another)\n"],
])("the file is found by %s", async ([, argv, env, dotEnv, id, stderr]) => {
  const folder = everywhere(dotEnv);
  expect(await folder.run(["list", "--format", "ids", ...argv], { env })).toEqual({
    stdout: `${id}\n`,
    stderr,
    exitCode: 0,
  });
});

test("backend/sessions.csv is the last place", async () => {
  const folder = new Folder();
  mkdirSync(folder.file("backend"));
  folder.write("backend/sessions.csv", ids("backend"));
  expect((await folder.run(["list", "--format", "ids"])).stderr).toBe(
    "Using backend/sessions.csv (found here; --store names another)\n",
  );
});

test("a folder called .env, as Python has them, is no file of variables", async () => {
  const folder = new Folder();
  mkdirSync(folder.file(".env"));
  expect(await folder.run(["list"])).toEqual({
    stdout: "",
    stderr:
      "error: there is no sessions.csv and no backend/sessions.csv here\n" +
      "  name it with --store <path> or $SESSIONS_STORE; or make an empty one with: sessions init\n",
    exitCode: 10,
  });
});

const ENGINE =
  "error: this version works on CSV files; it has no engine for postgres:// stores\n  name a CSV file with --store <path>\n";
const SECRET = "postgres://bob:s3cr@/et@db.example/chat?password=s3cret";

test("a database is refused, and its password is printed nowhere", async () => {
  const folder = new Folder();
  folder.write(".env", `SESSIONS_STORE=${SECRET}\n`);
  expect(await folder.run(["list"])).toEqual({
    stdout: "",
    stderr: `Using postgres://***@db.example/chat?password=*** (named by SESSIONS_STORE in .env)\n${ENGINE}`,
    exitCode: 20,
  });
});

test.for<[string, string[], RunOptions]>([
  ["in the environment", ["list"], { env: { SESSIONS_STORE: SECRET } }],
  ["in the environment, after a space", ["list", "--json"], { env: { SESSIONS_STORE: ` ${SECRET}` } }],
  ["with a slash missing", ["list", "--json"], { env: { SESSIONS_STORE: SECRET.replace("//", "/") } }],
  ["as an option", ["-s", SECRET, "prune", "--yes"], {}],
  ["where a command was meant", [SECRET], {}],
  ["where an id was meant", ["show", SECRET, "-s", "x.csv", "--json"], {}],
  ["as a file to make", ["init", SECRET], {}],
])("a password of a URL %s is printed nowhere", async ([, argv, options]) => {
  const folder = new Folder();
  folder.write("x.csv", ids("a"));
  const { stdout, stderr, exitCode } = await folder.run(argv, options);
  expect(exitCode).not.toBe(0);
  expect(stdout + stderr).not.toMatch(/s3cr|et@/);
});

const SHOW = ["show", "a1b2", "--fields", "last_activity", "-s", "sessions.csv", "--format", "table"];

test.for<[string, string[], Record<string, string>, string]>([
  ["TZ", [], { TZ: "Europe/Berlin" }, "2025-09-30 12:30:00 +02:00 (15m ago)"],
  ["--tz before TZ", ["--tz", "Asia/Kolkata"], { TZ: "Europe/Berlin" }, "2025-09-30 16:00:00 +05:30 (15m ago)"],
  ["--now", ["--now", "2025-09-30T11:30Z"], {}, "2025-09-30 10:30:00 UTC (1h ago)"],
  ["--file-tz", ["--file-tz", "Europe/Berlin"], {}, "2025-09-30 08:30:00 UTC (2h ago)"],
  ["SESSIONS_FILE_TZ", [], { SESSIONS_FILE_TZ: "America/New_York" }, "2025-09-30 14:30:00 UTC (in 3h)"],
])("times for people follow %s", async ([, argv, env, time]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  expect((await folder.run([...SHOW, ...argv], { env })).stdout).toBe(`last_activity  ${time}\n`);
});

test("times for programs are UTC, whatever the zone", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout } = await folder.run(["list", "--fields", "last_activity", "--limit", "1", "--tz", "Asia/Tokyo"]);
  expect(stdout).toBe("last_activity\n2025-09-30T10:30:00Z\n");
});

test.for<[string, string[], Record<string, string>, string]>([
  ["an hour by default", [], {}, ""],
  ["SESSION_TIMEOUT_MINUTES", [], { SESSION_TIMEOUT_MINUTES: "20" }, "e5f6g7h8\ni9j0k1l2\n"],
  ["--timeout before it", ["--timeout", "25m"], { SESSION_TIMEOUT_MINUTES: "1" }, "i9j0k1l2\n"],
])("expired is idle for %s", async ([, argv, env, stdout]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  expect((await folder.run(["list", "--expired", "--format", "ids", ...argv], { env })).stdout).toBe(stdout);
});

test.for(["0", "soon", "-5", "Infinity"])("SESSION_TIMEOUT_MINUTES=%s is refused", async (value) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr, exitCode } = await folder.run(["list", "-s", "sessions.csv"], {
    env: { SESSION_TIMEOUT_MINUTES: value },
  });
  expect({ stderr, exitCode }).toEqual({
    stderr: `error: SESSION_TIMEOUT_MINUTES is no number of minutes above 0: "${value}"\n  set it to a number such as 60, or give --timeout 60m\n`,
    exitCode: 2,
  });
});

test.for<[string, boolean, string[], Record<string, string>, boolean]>([
  ["a terminal", true, [], {}, true],
  ["a pipe", false, [], {}, false],
  ["NO_COLOR on a terminal", true, [], { NO_COLOR: "1" }, false],
  ["an empty NO_COLOR", true, [], { NO_COLOR: "" }, true],
  ["TERM=dumb", true, [], { TERM: "dumb" }, false],
  ["FORCE_COLOR in a pipe", false, [], { FORCE_COLOR: "1" }, true],
  ["FORCE_COLOR=0 on a terminal", true, [], { FORCE_COLOR: "0" }, false],
  ["--color always in a pipe, before NO_COLOR", false, ["--color", "always"], { NO_COLOR: "1" }, true],
  ["--color never on a terminal, before FORCE_COLOR", true, ["--color", "never"], { FORCE_COLOR: "1" }, false],
])("colour with %s", async ([, terminal, argv, env, isColoured]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout } = await folder.run(["list", "--format", "table", "-s", "sessions.csv", ...argv], { terminal, env });
  expect(stdout.includes("\u001b[")).toBe(isColoured);
});

test.for<[number, string]>([
  [40, "SESSION   USER          STATE   ACTIVITY"],
  [58, "SESSION   USER            STATE   ACTIVITY  APPROVAL"],
  [80, "SESSION   USER            PLATFORM  STATE   ACTIVITY  CREATED  APPROVAL"],
])("on %i columns the columns that tell least go first", async ([columns, header]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stdout } = await folder.run(["list"], { terminal: { columns, rows: 24 }, env: { NO_COLOR: "1" } });
  expect(stdout.split("\n")[0]).toBe(header);
});

test.for<[string[], number]>([
  [[], 19],
  [["--all"], 48],
  [["--limit", "3"], 3],
])("a terminal of 24 rows shows a screenful, and more when asked: %j", async ([argv, shown]) => {
  const folder = new Folder();
  folder.fixture("python-backend.csv");
  const { stdout } = await folder.run(["list", "-s", "sessions.csv", ...argv], { terminal: true });
  expect(stdout.trimEnd().split("\n").length - 1).toBe(shown);
});

test("standard input is a file like another", async () => {
  const { stdout, stderr, exitCode } = await new Folder().run(["-s", "-", "list", "--format", "ids"], {
    stdin: ids("x"),
  });
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: "x\n", stderr: "", exitCode: 0 });
});
