import { expect, test } from "vitest";
import { withStoreNamed } from "../../src/cli/name-store.js";
import { csvFile, csvRow, Folder } from "./context.js";

test.each([
  ["make one with: sessions backup", "make one with: sessions -s 'my bot.csv' backup"],
  [
    "sessions log and sessions backups show it",
    "sessions -s 'my bot.csv' log and sessions -s 'my bot.csv' backups show it",
  ],
  ["see what is wrong with: sessions validate", "see what is wrong with: sessions -s 'my bot.csv' validate"],
  ["look with: sessions find '$&'", "look with: sessions -s 'my bot.csv' find '$&'"],
])("%s: the store that was named stands in it", (hint, named) => {
  expect(withStoreNamed(hint, "my bot.csv")).toBe(named);
  expect(withStoreNamed(hint, undefined)).toBe(hint);
  expect(withStoreNamed(hint, "-")).toBe(hint);
});

test.each([
  "see: sessions help backups",
  "check the path, or make an empty file with: sessions init /srv/x.csv",
  "see what it is with: sessions validate /srv/x.csv",
  "see what is in it with: sessions -s /srv/x.csv stats",
  "iconv -f ENCODING -t UTF-8 x.csv | sessions validate -",
])("%s: stays, it names its file or needs none", (hint) => {
  expect(withStoreNamed(hint, "s.csv")).toBe(hint);
});

const SESSIONS = csvFile(csvRow({ id: "s1" }));

test.each([
  ["backups", "There is no backup of bot.csv. Make one with: sessions -s bot.csv backup\n"],
  ["backups verify", "  make one with: sessions -s bot.csv backup\n"],
  ["undo -y", "  sessions -s bot.csv log shows what it holds\n"],
  ["show zz", "  if it is a user's, look with: sessions -s bot.csv find zz\n"],
])("-s bot.csv %s: what to type next is about that file", async (command, expected) => {
  const folder = new Folder();
  folder.write("bot.csv", SESSIONS);
  folder.fixture("three-rows.csv");
  const { stderr } = await folder.run(["-s", "bot.csv", ...command.split(" ")]);
  expect(stderr).toContain(expected);
});

test("a backup of a damaged file points to that file", async () => {
  const folder = new Folder();
  folder.write("bot.csv", `${SESSIONS}s2,telegram_2,tele`);
  folder.fixture("three-rows.csv");
  const next = "see what is wrong with: sessions -s bot.csv validate\n";
  expect((await folder.run(["-s", "bot.csv", "backup"])).stderr).toContain(next);
  expect((await folder.run(["-s", "bot.csv", "backups", "verify"])).stdout).toContain(next);
  const { stdout } = await folder.run(["-s", "bot.csv", "backups", "status", "--max-age", "1d"]);
  expect(stdout).toContain(next);
  const list = await folder.run(["-s", "bot.csv", "backups"]);
  expect(list.stderr).toContain("look with: sessions -s bot.csv backups verify --all\n");
});

test("in JSON too, and for an import into a file that is not there", async () => {
  const folder = new Folder();
  folder.write("other.csv", SESSIONS);
  const { stderr } = await folder.run(["-s", "bot.csv", "import", "other.csv", "--yes", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { hint: "make it on the way with --create, or before with: sessions -s bot.csv init" },
  });
});
