// Law 8's neighbour on the way out: what cannot be decoded is never deleted, and nobody is told that it was.
import { describe, expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const BROKEN = csvRow({ id: "bad1", user: "telegram_7", metadata: "{oops" });
const FILE = csvFile(csvRow({}), csvRow({ id: "s2" }), csvRow({ id: "s3" }), BROKEN);

describe("deleting what cannot be decoded", () => {
  test.each([
    ["by id", ["bad1"]],
    ["by selection", ["--user", "7"]],
    ["by id among others", ["s2", "bad1"]],
  ])("%s changes nothing, is exit 13 and names the line", async (_, selection) => {
    const folder = new Folder();
    folder.write("sessions.csv", FILE);
    const { stderr, exitCode } = await folder.run(["delete", ...selection, "--yes"]);
    expect(exitCode).toBe(13);
    expect(stderr).toContain("line 5: metadata is no JSON object: {oops");
    expect(folder.read("sessions.csv")).toBe(FILE);
  });

  test("is no hindrance for prune, which keeps it", async () => {
    const folder = new Folder();
    folder.write("sessions.csv", FILE);
    const { exitCode } = await folder.run(["prune", "--yes"]);
    expect({ exitCode, left: folder.read("sessions.csv") }).toEqual({ exitCode: 0, left: csvFile(BROKEN) });
  });
});

test("an id that may stand in a torn record is not said to be absent without naming the record", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({}), "torn1,telegram_1"));
  for (const command of [
    ["show", "torn1"],
    ["delete", "torn1", "--yes"],
  ]) {
    const { stderr, exitCode } = await folder.run(command);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("line 3: 2 fields where the header has 8");
  }
});
