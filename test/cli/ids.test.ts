import { expect, test } from "vitest";
import { csvFile, csvRow, Folder } from "./context.js";

const UUID = "0a4a371f-30ef-4271-a6a2-9689f500e226";

async function missing(id: string, ...ids: string[]): Promise<string> {
  const folder = new Folder();
  folder.write("s.csv", csvFile(...ids.map((present) => csvRow({ id: present }))));
  const { stderr, exitCode, stdout } = await folder.run(["show", "-s", "s.csv", id]);
  expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 3 });
  return stderr;
}

test.for<[string, string, string[], string]>([
  ["a mistyped character", "a1b3c3d4", ["a1b2c3d4", "e5f6g7h8"], "a1b2c3d4"],
  ["another case", "A1B2C3D4", ["a1b2c3d4", "e5f6g7h8"], "a1b2c3d4"],
  ["a character too many", UUID.replace("4271", "44271"), [UUID, "other"], UUID],
  ["a mistyped start of an id", "0a4a372f", [UUID, "other"], UUID],
  ["several that are equally close", "abcdx", ["abcd1", "abcd2", "zzzzz"], "abcd1 or abcd2"],
])("suggests ids for %s", async ([, typed, ids, suggestion]) => {
  expect(await missing(typed, ...ids)).toBe(
    `error: no session id in <dir>/s.csv is, or starts with, "${typed}"\n  did you mean ${suggestion}?\n` +
      `  if it is a user's, look with: sessions -s s.csv find ${typed}\n`,
  );
});

test.for<[string, string, string[]]>([
  ["nothing is close", "zzzzzzzz", ["a1b2c3d4"]],
  ["more are equally close than tell anything", "abcdx", ["abcd1", "abcd2", "abcd3", "abcd4"]],
  ["the start is too short to be close to anything", "zb", ["a1b2c3d4", "ab"].slice(0, 1)],
])("suggests nothing where %s", async ([, typed, ids]) => {
  expect(await missing(typed, ...ids)).not.toContain("did you mean");
});

test("huge ids do not make the search for suggestions slow", async () => {
  const huge = Array.from({ length: 20 }, (_, index) => `${index}${"x".repeat(100_000)}`);
  const started = performance.now();
  expect(await missing("y".repeat(100_000), ...huge)).not.toContain("did you mean");
  expect(performance.now() - started).toBeLessThan(4000);
});

test("delete suggests for each id that is missing, and deletes none", async () => {
  const folder = new Folder();
  const content = csvFile(...["aaaa1111", "bbbb2222", "cccc3333", "dddd4444"].map((id) => csvRow({ id })));
  folder.write("s.csv", content);
  const { stderr, exitCode } = await folder.run(["delete", "-s", "s.csv", "--yes", "aaaa1112", "cccc3333", "bbbb2223"]);
  expect({ stderr, exitCode }).toEqual({
    stderr:
      'error: no session id in <dir>/s.csv is, or starts with, any of "aaaa1112", "bbbb2223"\n' +
      "  did you mean aaaa1111 or bbbb2222?\n  if it is a user's, look with: sessions -s s.csv find aaaa1112\n",
    exitCode: 3,
  });
  expect(folder.read("s.csv")).toBe(content);
});

test("a start that several ids share is refused with the ids", async () => {
  const folder = new Folder();
  folder.write("s.csv", csvFile(csvRow({ id: "abc1" }), csvRow({ id: "abc2" })));
  expect(await folder.run(["show", "-s", "s.csv", "abc"])).toEqual({
    stdout: "",
    stderr: 'error: "abc" is the start of several session ids\n  type more of it: abc1, abc2\n',
    exitCode: 2,
  });
});

test("of records with one id, show takes the last and says so", async () => {
  const folder = new Folder();
  folder.write("s.csv", csvFile(csvRow({ id: "twice", user: "old_1" }), csvRow({ id: "twice", user: "new_1" })));
  expect(await folder.run(["show", "-s", "s.csv", "twice", "--fields", "user_id"])).toEqual({
    stdout: "user_id\nnew_1\n",
    stderr: "warning: 2 records have this id; this is the last one, which the backend uses.\n",
    exitCode: 0,
  });
});

test("delete takes every record of an id", async () => {
  const folder = new Folder();
  const rows = ["x", "twice", "y", "twice", "z"].map((id) => csvRow({ id }));
  folder.write("s.csv", csvFile(...rows));
  expect((await folder.run(["delete", "-s", "s.csv", "--yes", "twice"])).exitCode).toBe(0);
  expect(folder.read("s.csv")).toBe(csvFile(...["x", "y", "z"].map((id) => csvRow({ id }))));
});
