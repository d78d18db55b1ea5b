import { symlinkSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { BINARY, finished, folderWith, run, shell, start } from "./binary.js";

test("prints its version", async () => {
  const { stdout, stderr, exitCode } = await run(folderWith(), "--version");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(stdout).toMatch(/^sessions \d+\.\d+\.\d+\n$/);
});

test("explains itself when asked for nothing", async () => {
  const { stdout, stderr, exitCode } = await run(folderWith());
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
  expect(stdout).toMatch(/^Usage: sessions /);
});

test("an error is exit 2 and nothing on stdout", async () => {
  expect(await run(folderWith(), "lst")).toEqual({
    stdout: "",
    stderr: 'error: there is no command "lst"\n  did you mean list?\n  see: sessions --help\n',
    exitCode: 2,
  });
});

test("a reader that has seen enough ends a large output quietly", async () => {
  const folder = folderWith();
  await run(folder, "demo", "50000", "-o", "big.csv");
  expect(await shell(folder, "sessions -s big.csv list | head -1")).toEqual({
    stdout: "session_id\tuser_id\tplatform\tthread_id\tcreated_at\tlast_activity\tpending_approval\tmetadata\tstate\n",
    stderr: "",
    exitCode: 0,
  });
});

test("a closed pipe ends generated output quietly", async () => {
  const { stderr, exitCode } = await shell(folderWith(), "sessions demo 100000 | head -1");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
});

test("a closed stdout is no error of ours", async () => {
  const { stderr, exitCode } = await shell(folderWith("three-rows.csv"), "sessions -s sessions.csv list >&-");
  expect({ stderr, exitCode }).toEqual({ stderr: "", exitCode: 0 });
});

test.runIf(process.platform === "linux")("an output that cannot be written is exit 15", async () => {
  const { stderr, exitCode } = await shell(folderWith("three-rows.csv"), "sessions -s sessions.csv list > /dev/full");
  expect({ stderr, exitCode }).toEqual({
    stderr: "error: cannot write standard output: the disk is full\n",
    exitCode: 15,
  });
});

test.runIf(process.platform === "linux").each([
  ["undo --yes", "change 1 is taken back"],
  ["restore old.csv --id a1b2c3d4 --yes", "the sessions are restored"],
])("%s whose report cannot be written says that it is done", async (command, done) => {
  const folder = folderWith("three-rows.csv");
  await shell(folder, "cp sessions.csv old.csv; sessions delete a1b2c3d4 --yes");
  const { stderr, exitCode } = await shell(folder, `sessions ${command} > /dev/full`);
  expect(exitCode).toBe(15);
  expect(stderr.replaceAll("\n", " ")).toContain(`${done}; only the report of it could not be written`);
  expect((await run(folder, "list", "--format", "ids")).stdout).toContain("a1b2c3d4\n");
});

test("a prune whose messages nobody reads is carried out all the same", async () => {
  const folder = folderWith("three-rows.csv");
  await shell(folder, "sessions -s sessions.csv prune --yes 2>&1 >/dev/null | true");
  expect((await run(folder, "list", "--format", "ids")).stdout).toBe("e5f6g7h8\n");
});

test("reads standard input", async () => {
  const { stdout } = await shell(folderWith("three-rows.csv"), "cat sessions.csv | sessions -s - list --format ids");
  expect(stdout).toBe("a1b2c3d4\ne5f6g7h8\ni9j0k1l2\n");
});

test("runs through a symbolic link, as npm installs it", async () => {
  const folder = folderWith("three-rows.csv");
  symlinkSync(BINARY, path.join(folder, "sessions"));
  const { stdout } = await finished(start(folder, ["list", "--format", "ids"], path.join(folder, "sessions")));
  expect(stdout).toBe("a1b2c3d4\ne5f6g7h8\ni9j0k1l2\n");
});

test("an abbreviated time zone of the environment does not matter to programs", async () => {
  const { stdout } = await shell(
    folderWith("three-rows.csv"),
    "TZ=Asia/Tokyo sessions list --fields created_at --limit 1 2>&1",
  );
  expect(stdout).toContain("2025-09-30T10:00:00Z\n");
});
