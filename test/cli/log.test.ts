// What is told of the changes of a file, on a terminal, in a pipe and to programs; and the question before one is taken back.
import { appendFileSync, renameSync, rmSync, symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { csvFile, csvRow, Folder, NOW } from "./context.js";

const BEFORE = csvFile(csvRow({ id: "s1" }), csvRow({ id: "s2" }), csvRow({ id: "s3" }));

async function changed(): Promise<Folder> {
  const folder = new Folder();
  folder.write("s.csv", BEFORE);
  const store = ["-s", "s.csv"];
  for (const command of [
    ["delete", "s1", "-y"],
    ["undo", "-y"],
    ["delete", "s2", "-y"],
  ]) {
    expect(await folder.run([...store, ...command])).toMatchObject({ exitCode: 0 });
  }
  return folder;
}

test("the log in a pipe: a line for each change, the latest first", async () => {
  const folder = await changed();
  expect((await folder.run(["-s", "s.csv", "log"])).stdout).toBe(
    [
      "change\ttime\tuser\thost\tremoved\treplaced\tadded\tundoes\tundone_by\tcommand",
      "3\t2025-09-30T10:45:00.000Z\ttester\ttest-host\t1\t0\t0\t\t\tsessions -s s.csv delete s2 -y",
      "2\t2025-09-30T10:45:00.000Z\ttester\ttest-host\t0\t0\t1\t1\t\tsessions -s s.csv undo -y",
      "1\t2025-09-30T10:45:00.000Z\ttester\ttest-host\t1\t0\t0\t\t2\tsessions -s s.csv delete s1 -y",
      "",
    ].join("\n"),
  );
});

test("the log on a terminal", async () => {
  const folder = await changed();
  expect(await folder.run(["-s", "s.csv", "log", "--limit", "2"], { terminal: true, env: { NO_COLOR: "1" } })).toEqual({
    stdout: [
      "CHANGE  WHEN      WHO     REMOVED  REPLACED  ADDED  COMMAND",
      "     3  just now  tester        1         0      0  sessions -s s.csv delete s2…",
      "     2  just now  tester        0         0      1  (takes back 1) sessions -s …",
      "",
    ].join("\n"),
    stderr: "showing 2 of 3 changes\n",
    exitCode: 0,
  });
});

test("a change that is not in the file is shown as such, with room for its command", async () => {
  const folder = new Folder();
  const before = csvFile(csvRow({ id: "s1" }));
  folder.write("s.csv", before);
  await folder.run(["-s", "s.csv", "delete", "s1", "-y", "--confirm", "1"]);
  folder.write("s.csv", before);
  const { stdout } = await folder.run(["-s", "s.csv", "log"], { terminal: true, env: { NO_COLOR: "1" } });
  expect(stdout).toContain("     1  just now  tester        1         0      0  (not in the file) sessions");
});

test("the log for programs", async () => {
  const folder = await changed();
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--json", "--limit", "1"]);
  const all = await folder.run(["-s", "s.csv", "log", "--json"]);
  expect((JSON.parse(all.stdout) as { undone_by?: number }[]).map(({ undone_by: by }) => by)).toEqual([
    undefined,
    undefined,
    2,
  ]);
  expect(JSON.parse(stdout)).toMatchObject([
    {
      number: 3,
      user: "tester",
      removed: 1,
      replaced: 0,
      added: 0,
      gone: false,
      before: { bytes: BEFORE.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      command: "sessions -s s.csv delete s2 -y",
    },
  ]);
});

test("a restore and its undo are told with the sessions that came and went", async () => {
  const folder = new Folder();
  folder.write("s.csv", csvFile(csvRow({ id: "s1" }), csvRow({ id: "s2" })));
  folder.write("b.csv", csvFile(csvRow({ id: "s2", user: "u" }), csvRow({ id: "s3" }), csvRow({ id: "s4" })));
  await folder.run(["-s", "s.csv", "restore", "b.csv", "-y"]);
  const undone = await folder.run(["-s", "s.csv", "undo", "-y", "--json"]);
  expect(JSON.parse(undone.stdout)).toMatchObject({ exact: true, restored: 1, replaced: 1, removed: 2 });
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject([
    { number: 2, removed: 2, replaced: 1, added: 1 },
    { number: 1, removed: 1, replaced: 1, added: 2 },
  ]);
});

describe("a repair, whose sessions nobody counted", () => {
  async function repaired(): Promise<Folder> {
    const folder = new Folder();
    folder.write("s.csv", BEFORE.replace("t-s2", '"t-s2'));
    await folder.run(["-s", "s.csv", "repair", "-y"]);
    return folder;
  }

  test("has null for programs", async () => {
    const { stdout } = await (await repaired()).run(["-s", "s.csv", "log", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject([{ number: 1, removed: null, replaced: null, added: null }]);
  });

  test("has empty fields in a pipe", async () => {
    const { stdout } = await (await repaired()).run(["-s", "s.csv", "log"]);
    expect(stdout).toContain("\ttest-host\t\t\t\t\t\tsessions -s s.csv repair -y\n");
  });

  test("has question marks on a terminal", async () => {
    const outcome = await (await repaired()).run(["-s", "s.csv", "log"], { terminal: true, env: { NO_COLOR: "1" } });
    expect(outcome.stdout).toContain("     1  just now  tester        ?         ?      ?  ");
  });
});

test("the log says what was selected, also where the command does not", async () => {
  const folder = new Folder();
  folder.write("s.csv", BEFORE);
  await folder.run(["-s", "s.csv", "backup", "b.csv"]);
  await folder.run(["-s", "s.csv", "delete", "s2", "--platform", "telegram", "--idle", "1h", "-y"]);
  await folder.run(["-s", "s.csv", "prune", "-y"]);
  await folder.run(["-s", "s.csv", "restore", "b.csv", "--id", "s2", "-y"]);
  await folder.run(["-s", "s.csv", "undo", "-y"]);
  const { stdout } = await folder.run(["-s", "s.csv", "log", "--json"]);
  const selections = (JSON.parse(stdout) as { selection?: string }[]).map(({ selection }) => selection);
  expect(selections).toEqual([
    undefined,
    "1 id",
    "idle for 1h or longer",
    "1 id, platform telegram, idle for 1h or longer",
  ]);
});

test("a file that no command has changed has an empty log", async () => {
  const folder = new Folder();
  folder.write("s.csv", BEFORE);
  expect(await folder.run(["-s", "s.csv", "log", "--json"])).toMatchObject({ stdout: "[]\n", exitCode: 0 });
  expect((await folder.run(["-s", "s.csv", "log"])).stderr).toContain("The log is empty");
});

test("a change is left out of the log with --no-log or SESSIONS_LOG=off", async () => {
  const folder = new Folder();
  folder.write("s.csv", BEFORE);
  await folder.run(["-s", "s.csv", "--no-log", "delete", "s1", "-y"]);
  await folder.run(["-s", "s.csv", "delete", "s2", "-y"], { env: { SESSIONS_LOG: "off" } });
  expect((await folder.run(["-s", "s.csv", "log", "--json"])).stdout).toBe("[]\n");
});

test("undo shows what it does and asks; after a no nothing is changed", async () => {
  const folder = await changed();
  const { stderr, exitCode } = await folder.run(["-s", "s.csv", "undo"], { terminal: true, answers: ["n"] });
  expect(stderr).toBe(
    [
      "Change 3 (sessions -s s.csv delete s2 -y) will be taken back: 1 session will be",
      "restored. The file becomes byte for byte what it was before.",
      "Take change 3 back? [y/N] n",
      "Nothing was changed.",
      "",
    ].join("\n"),
  );
  expect(exitCode).toBe(130);
});

test("undo does nothing where the file was changed while the question stood", async () => {
  const folder = await changed();
  let before = "";
  const { stderr, exitCode } = await folder.run(["-s", "s.csv", "undo"], {
    terminal: true,
    answers: ["y"],
    whileAsked: () => {
      appendFileSync(folder.file("s.csv"), `${csvRow({ id: "s9" })}\n`);
      before = folder.read("s.csv");
    },
  });
  expect(exitCode).toBe(14);
  expect(stderr.replaceAll("\n", " ")).toContain("since the question was asked, another program changed it");
  expect(folder.read("s.csv")).toBe(before);
});

test("undo takes nothing back in standard input", async () => {
  const { stderr, exitCode } = await new Folder().run(["-s", "-", "undo", "--yes"]);
  expect([stderr, exitCode]).toEqual([
    "error: standard input has no changes to take back\n  name a file with --store <path>\n",
    2,
  ]);
});

test("undo without a terminal wants --yes; a dry run writes nothing", async () => {
  const folder = await changed();
  expect(await folder.run(["-s", "s.csv", "undo"])).toMatchObject({ exitCode: 2 });
  const { stdout } = await folder.run(["-s", "s.csv", "undo", "--dry-run", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, undoes: 3, exact: true, restored: 1, removed: 0 });
  expect((await folder.run(["-s", "s.csv", "log", "--json", "--limit", "1"])).stdout).toContain('"number": 3');
});

test("list and show read the file as it was", async () => {
  const folder = await changed();
  const now = await folder.run(["-s", "s.csv", "list", "--format", "ids"]);
  expect(now.stdout).toBe("s1\ns3\n");
  const none = await folder.run(["-s", "s.csv", "list", "--at", "2024-01-01", "--format", "ids"]);
  expect(none).toMatchObject({ stdout: "", exitCode: 2 });
  expect(none.stderr).toContain("no version of the file from 2024-01-01T00:00:00.000Z or before is known");
});

test("undo warns of a backend that wrote the file a moment ago, and says so to programs", async () => {
  const folder = await changed();
  expect((await folder.run(["-s", "s.csv", "undo", "-y"])).stderr).toBe("");
  await folder.run(["-s", "s.csv", "delete", "s1", "-y"]);
  const now = new Date(Date.parse(NOW));
  appendFileSync(path.join(folder.path, "s.csv"), `${csvRow({ id: "s9" })}\n`);
  utimesSync(path.join(folder.path, "s.csv"), now, now);
  const { stdout, stderr } = await folder.run(["-s", "s.csv", "undo", "-y", "--json"]);
  expect(stderr).toContain("this file was written 0s ago, and not under our lock");
  expect(JSON.parse(stdout)).toMatchObject({ exact: false, restored: 1, warnings: ["FOREIGN_WRITER"] });
});

test.each([
  ["log", "s.csv.d/log"],
  ["undo --yes", "s.csv.d"],
  ["list --at 2025-09-01", "s.csv.d/log"],
])("%s follows no symbolic link in the place of %s", async (command, link) => {
  const folder = await changed();
  renameSync(folder.file(link), folder.file("elsewhere"));
  symlinkSync(folder.file("elsewhere"), folder.file(link));
  const { stderr, exitCode } = await folder.run(["-s", "s.csv", ...command.split(" ")]);
  expect(exitCode).toBe(15);
  expect(stderr).toContain(`cannot open the folder <dir>/${link}: a symbolic link stands there`);
});

test("of a damaged version of the past it is said what is left out, and no file is named that there is not", async () => {
  const folder = new Folder();
  folder.write("s.csv", `${BEFORE}torn,row\n`);
  await folder.run(["-s", "s.csv", "backup"]);
  const now = await folder.run(["-s", "s.csv", "list", "--format", "ids"]);
  expect(now.stderr).toContain("sessions validate s.csv");
  folder.write("s.csv", BEFORE);
  const past = await folder.run(["-s", "s.csv", "list", "--at", NOW, "--format", "ids"]);
  expect(past.stdout).toBe("s1\ns2\ns3\n");
  expect(past.stderr).toContain("1 record of s.csv as of 2025-09-30T10:45:00Z is left out, not whole:");
  expect(past.stderr).not.toContain("validate");
});

describe("a version of the past is never read from a copy", () => {
  /** A file of now, and copies of what it was on the 28th, with all three sessions, and on the 29th, with none. */
  async function copied(): Promise<Folder> {
    const folder = new Folder();
    for (const [day, content] of [
      ["28", BEFORE],
      ["29", BEFORE.split("\n")[0] ?? ""],
    ] as const) {
      folder.write("s.csv", `${content.trimEnd()}\n`);
      await folder.run(["-s", "s.csv", "backup", "--now", `2025-09-${day}T10:00:00Z`]);
    }
    folder.write("s.csv", BEFORE);
    const now = new Date(NOW);
    utimesSync(folder.file("s.csv"), now, now);
    return folder;
  }
  const LAST = "s.csv.d/backups/s-20250929T100000Z.csv";
  const ASK = ["-s", "s.csv", "list", "--at", "2025-09-29T12:00:00Z", "--format", "ids"];

  test("that is not what was backed up", async () => {
    const folder = await copied();
    expect(await folder.run(ASK)).toMatchObject({ stdout: "" });
    folder.write(LAST, `${folder.read(LAST).slice(0, -2)}X\n`);
    expect(await folder.run(ASK)).toEqual({
      stdout: "s1\ns2\ns3\n",
      stderr:
        "Left out, as not good: s-20250929T100000Z.csv (its content is not what was backed up)\n" +
        "As of 2025-09-29T12:00:00Z: the version of 2025-09-28T10:00:00Z, from a backup.\n",
      exitCode: 0,
    });
  });

  test("that is younger than a time before --now", async () => {
    const folder = await copied();
    const at = ["-s", "s.csv", "--now", "2025-09-29T10:30:00Z"];
    const { stdout, stderr } = await folder.run([...at, "list", "--at", "1h ago", "--format", "ids"]);
    expect({ stdout, stderr }).toEqual({
      stdout: "s1\ns2\ns3\n",
      stderr: "As of 2025-09-29T09:30:00Z: the version of 2025-09-28T10:00:00Z, from a backup.\n",
    });
    expect(await folder.run([...at, "show", "s2", "--at", "1h ago"])).toMatchObject({ exitCode: 0 });
    const restored = await folder.run([...at, "restore", "1h ago", "-n"]);
    expect(restored.stdout).toContain("s.csv.d/backups/s-20250928T100000Z.csv (3 sessions");
  });

  test("that is encrypted and has no manifest", async () => {
    const folder = await copied();
    folder.write(`${LAST}.age`, "age-encryption.org/v1\n");
    for (const name of [LAST, `${LAST}.manifest.json`]) rmSync(folder.file(name));
    expect(await folder.run(ASK)).toMatchObject({ stdout: "s1\ns2\ns3\n", exitCode: 0 });
  });

  test("that a restore made of what it replaced", async () => {
    const folder = await copied();
    const command = ["-s", "s.csv", "--no-log", "restore", "s-20250929T100000Z.csv", "--yes"];
    expect((await folder.run(command)).exitCode).toBe(0);
    const past = await folder.run(["-s", "s.csv", "list", "--at", NOW, "--format", "ids"]);
    expect(past.stdout).toBe("");
  });
});

test.each([[], ["--json"]])("an entry that is damaged is named, and the rest is shown (%j)", async (...options) => {
  const folder = new Folder();
  folder.write("s.csv", BEFORE);
  await folder.run(["-s", "s.csv", "delete", "s2", "-y"]);
  folder.write("s.csv.d/log/000002-20250930T104500Z.jsonl", '{"kind":"change"');
  const { stdout, stderr } = await folder.run(["-s", "s.csv", "log", ...options]);
  expect(stdout).toContain("delete s2 -y");
  expect(stderr).toMatch(/^warning: not whole, or damaged, and left out: .*000002-20250930T104500Z\.jsonl\n$/);
});
