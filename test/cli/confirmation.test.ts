import { existsSync, utimesSync } from "node:fs";
import { expect, test } from "vitest";
import { csvFile, csvRow, Folder, NOW, type RunOptions } from "./context.js";

const USING = "Using sessions.csv (found here; --store names another)\n";
const TERMINAL = { terminal: true, env: { NO_COLOR: "1" } } as const;
const SHOWN =
  `${USING}1 of 3 sessions will be deleted: idle for 20m or longer. Last activity:\n` +
  "2025-09-30 10:20:00 UTC (25m ago). 1 other is kept: an approval is pending.\n" +
  "SESSION   USER       PLATFORM  STATE    ACTIVITY  CREATED  APPROVAL\n" +
  "i9j0k1l2  api_user1  api       expired  25m ago   35m ago\n" +
  "Delete 1 session? [y/N] ";
const PRUNE = ["prune", "--timeout", "20m"];

function started(): { folder: Folder; before: string } {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  return { folder, before: folder.read("sessions.csv") };
}

test.for(["y", "YES", " y "])("on a terminal '%s' to the question deletes", async (answer) => {
  const { folder, before } = started();
  expect(await folder.run(PRUNE, { ...TERMINAL, answers: [answer] })).toEqual({
    stdout:
      "1 of 3 sessions deleted: idle for 20m or longer. Last activity: 2025-09-30\n" +
      "10:20:00 UTC (25m ago). 1 other is kept: an approval is pending.\n",
    stderr: `${SHOWN}${answer}\n`,
    exitCode: 0,
  });
  expect(folder.read("sessions.csv")).toBe(
    before
      .split("\n")
      .filter((line) => !line.startsWith("i9j0"))
      .join("\n"),
  );
});

test.for(["n", "", "yes please", "1"])("on a terminal '%s' to the question changes nothing", async (answer) => {
  const { folder, before } = started();
  expect(await folder.run(PRUNE, { ...TERMINAL, answers: [answer] })).toEqual({
    stdout: "",
    stderr: `${SHOWN}${answer}\nNothing was changed.\n`,
    exitCode: 130,
  });
  expect(folder.read("sessions.csv")).toBe(before);
});

test("Ctrl-C at the question is exit 130, and leaves no folder of ours", async () => {
  const { folder, before } = started();
  const { exitCode } = await folder.run(PRUNE, { ...TERMINAL, answers: [undefined] });
  expect(exitCode).toBe(130);
  expect(folder.read("sessions.csv")).toBe(before);
  expect(existsSync(folder.file("sessions.csv.d"))).toBe(false);
});

test("with nothing to delete nothing is asked", async () => {
  const { folder } = started();
  const { stdout, exitCode } = await folder.run(["prune"], TERMINAL);
  expect({ stdout, exitCode }).toEqual({ stdout: "0 of 3 sessions deleted: idle for 1h or longer.\n", exitCode: 0 });
});

const DELETE = ["delete", "a1b2", "e5f6"];

test("deleting over half of the file asks for the count", async () => {
  const { folder } = started();
  const { stderr, exitCode } = await folder.run(DELETE, { ...TERMINAL, answers: ["2"] });
  expect(exitCode).toBe(0);
  expect(stderr).toContain("That is over half of the file. Type 2 to delete them: 2\n");
  expect((await folder.run(["list", "--format", "ids"])).stdout).toBe("i9j0k1l2\n");
});

test.for(["y", "3"])("'%s' is not the count, so that nothing is deleted", async (answer) => {
  const { folder, before } = started();
  const { stderr, exitCode } = await folder.run(DELETE, { ...TERMINAL, answers: [answer] });
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(new RegExp(`"${answer}" is not 2: nothing was changed\\.\n$`));
  expect(folder.read("sessions.csv")).toBe(before);
});

test.for<[string, string[], number, string]>([
  [
    "--yes alone is not enough for over half",
    ["--yes"],
    2,
    "error: this deletes 2 of 3 sessions, over half of the file; nothing was changed\n  if that is right, add: --confirm 2\n",
  ],
  [
    "--confirm with another count",
    ["--confirm", "1"],
    4,
    "error: nothing was changed: 2 sessions would go, and --confirm says 1\n  look with --dry-run, then give the right count\n",
  ],
  [
    "--max-removed N",
    ["--confirm", "2", "--max-removed", "1"],
    4,
    "error: nothing was changed: 2 sessions would go, and --max-removed allows 1\n  look with --dry-run; if it is right, allow more\n",
  ],
  [
    "--max-removed P%",
    ["--confirm", "2", "--max-removed", "66%"],
    4,
    "error: nothing was changed: 2 sessions would go, and --max-removed allows 66% of the file (1)\n  look with --dry-run; if it is right, allow more\n",
  ],
])("in a script: %s", async ([, options, exitCode, text]) => {
  const { folder, before } = started();
  expect(await folder.run([...DELETE, ...options])).toEqual({ stdout: "", stderr: `${USING}${text}`, exitCode });
  expect(folder.read("sessions.csv")).toBe(before);
});

test.for<[string, string[]]>([
  ["--confirm with the right count", ["--confirm", "2"]],
  ["--max-removed that is just enough", ["--confirm", "2", "--max-removed", "2"]],
  ["--max-removed as a share that is just enough", ["--confirm", "2", "--max-removed", "67%"]],
])("in a script: %s deletes", async ([, options]) => {
  const { folder } = started();
  expect((await folder.run([...DELETE, ...options])).exitCode).toBe(0);
  expect((await folder.run(["list", "--format", "ids"])).stdout).toBe("i9j0k1l2\n");
});

test("a dry run over the limit is exit 4 too, after its report", async () => {
  const { folder } = started();
  const { stdout, exitCode } = await folder.run([...DELETE, "-n", "--max-removed", "1"]);
  expect(stdout).toContain("2 of 3 sessions would be deleted");
  expect(exitCode).toBe(4);
});

test.for<[string, string[]]>([
  ["prune", PRUNE],
  ["delete", DELETE],
])("%s without a terminal and without --yes is exit 2, naming the flag", async ([name, argv]) => {
  const { folder, before } = started();
  expect(await folder.run(argv)).toEqual({
    stdout: "",
    stderr:
      `${USING}error: ${name} asks before it deletes, and there is no terminal to ask on\n` +
      "  add --yes to delete without asking, or --dry-run to only see what would go\n",
    exitCode: 2,
  });
  expect(folder.read("sessions.csv")).toBe(before);
});

test.for([
  [["undo", "9"], "the log holds no change 9", 2],
  [["import", "no.csv"], "no such file: <dir>/no.csv", 10],
  [["-s", "no.csv", "import", "sessions.csv"], "no such file: <dir>/no.csv", 10],
  [["-s", "no.csv", "prune"], "no such file: <dir>/no.csv", 10],
  [["-s", "no.csv", "delete", "--expired"], "no such file: <dir>/no.csv", 10],
  [["-s", "text", "prune"], "cannot use <dir>/text: the first line is no header", 13],
] as const)(
  "%j without a terminal is told first that there is nothing to do it with",
  async ([argv, text, exitCode]) => {
    const { folder } = started();
    folder.write("text", "Dear Sir,\n");
    const outcome = await folder.run(argv);
    expect(outcome.stderr).toContain(`error: ${text}`);
    expect(outcome.exitCode).toBe(exitCode);
  },
);

test.for([...[PRUNE, DELETE].map((argv) => [...argv, "--dry-run"])])(
  "%j writes nothing, not even the folder beside",
  async (argv) => {
    const { folder, before } = started();
    expect((await folder.run(argv)).exitCode).toBe(0);
    expect(folder.read("sessions.csv")).toBe(before);
    expect(existsSync(folder.file("sessions.csv.d"))).toBe(false);
  },
);

test("sessions that come to be selected while the question stands are not deleted unseen", async () => {
  const folder = new Folder();
  const rows = [csvRow({ id: "old" }), csvRow({ id: "new", active: "2025-09-30T10:44:00" })];
  folder.write("sessions.csv", csvFile(...rows));
  const swapped = csvFile(csvRow({ id: "old" }), csvRow({ id: "other" }));
  const options: RunOptions = {
    ...TERMINAL,
    answers: ["y"],
    whileAsked: () => void folder.write("sessions.csv", swapped),
  };
  const { stderr, exitCode } = await folder.run(["prune"], options);
  expect(exitCode).toBe(14);
  expect(stderr.replaceAll("\n", " ")).toContain(
    "since the question was asked, other sessions have come to be selected",
  );
  expect(folder.read("sessions.csv")).toBe(swapped);
});

const FOREIGN =
  "and not under our lock. If that was a running backend, it keeps its sessions in memory and undoes this change with its next save: stop it first.\n";

function touchedAgo(folder: Folder, seconds: number): void {
  const time = new Date(Date.parse(NOW) - seconds * 1000);
  utimesSync(folder.file("sessions.csv"), time, time);
}

test("a file that another program wrote just now is a running backend's, and a warning says so", async () => {
  const { folder } = started();
  touchedAgo(folder, 90);
  const { stderr, exitCode } = await folder.run([...PRUNE, "--yes"]);
  expect({ stderr, exitCode }).toEqual({
    stderr: `${USING}warning: this file was written 1m 30s ago, ${FOREIGN}`,
    exitCode: 0,
  });
});

test("the warning of a running backend is a code in JSON", async () => {
  const { folder } = started();
  touchedAgo(folder, 90);
  const { stdout } = await folder.run([...PRUNE, "--yes", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ removed: 1, dry_run: false, warnings: ["FOREIGN_WRITER"] });
});

test.for<[string, number, string[]]>([
  ["it wrote over five minutes ago", 301, PRUNE],
  ["nothing would be deleted", 90, ["prune"]],
])("no warning where %s", async ([, seconds, argv]) => {
  const { folder } = started();
  touchedAgo(folder, seconds);
  expect((await folder.run([...argv, "--yes"])).stderr).toBe(USING);
});

test("what a command of ours wrote just now is not another program's", async () => {
  const { folder } = started();
  await folder.run([...PRUNE, "--yes"]);
  expect((await folder.run(["prune", "--timeout", "10m", "--yes"])).stderr).toBe(USING);
});

test("SIGINT before the commit is exit 130, and changes nothing", async () => {
  const { folder, before } = started();
  const { exitCode, stderr } = await folder.run([...PRUNE, "--yes"], { interrupt: AbortSignal.abort("SIGINT") });
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: `${USING}Interrupted; nothing was changed.\n` });
  expect(folder.read("sessions.csv")).toBe(before);
});

test("SIGTERM before the commit is exit 143", async () => {
  const { folder } = started();
  const { exitCode } = await folder.run([...PRUNE, "--yes"], { interrupt: AbortSignal.abort("SIGTERM") });
  expect(exitCode).toBe(143);
});
