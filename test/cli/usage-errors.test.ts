import { expect, test } from "vitest";
import { Folder } from "./context.js";

const FIELDS =
  "the fields are session_id, user_id, platform, thread_id, created_at, last_activity, pending_approval, metadata, " +
  "state, idle, pending and paths such as metadata.source; see: sessions -s sessions.csv fields";
const COUNT = (flag: string, value: string): string => `error: ${flag}: "${value}" is no whole number from 0 up\n`;
const DURATION = "  write for example 90s, 15m, 2h, 7d or 4w\n";
const TIME = '  write for example 2025-09-30, 2025-09-30T10:30:00Z, yesterday, "2h ago" or 7d\n';

const CASES: readonly (readonly [command: string, text: string])[] = [
  ["lst", 'error: there is no command "lst"\n  did you mean list?\n  see: sessions --help\n'],
  ["xyzzy", 'error: there is no command "xyzzy"\n  see: sessions --help\n'],
  ["list --lmit 3", 'error: there is no option "--lmit"\n  did you mean --limit?\n  see: sessions help list\n'],
  ["--stroe x list", 'error: there is no option "--stroe"\n  did you mean --store?\n  see: sessions --help\n'],
  ["list --limit -1", `${COUNT("--limit", "-1")}  see: sessions help list\n`],
  ["list --offset 1.5", `${COUNT("--offset", "1.5")}  see: sessions help list\n`],
  ["list --limit", "error: --limit needs a value\n  see: sessions help list\n"],
  [
    "list --format jsn",
    'error: --format: there is no "jsn"\n  did you mean json?\n  write one of table, tsv, csv, json, jsonl, md, ids\n',
  ],
  ["list --fields user_idd", `error: there is no field "user_idd"\n  did you mean user_id?\n  ${FIELDS}\n`],
  ["list --sort -plattform", `error: there is no field "plattform"\n  did you mean platform?\n  ${FIELDS}\n`],
  ["list --where Platform=api", `error: there is no field "Platform"\n  did you mean platform?\n  ${FIELDS}\n`],
  ["list --fields user", `error: there is no field "user"\n  did you mean user_id?\n  ${FIELDS}\n`],
  ["stats --by zork", `error: there is no field "zork"\n  ${FIELDS}\n`],
  ["list --fields a,,b", "error: --fields: a field name is empty\n  write for example session_id,metadata.source\n"],
  [
    "list --where foo",
    "error: --where: \"foo\" is no condition\n  write <field><operator><value>, for example 'metadata.source=web'; the operators are = != < <= > >= ~ !~\n",
  ],
  [
    "list --where user_id~(",
    'error: --where: "(" is no regular expression: unterminated group\n  see: sessions help list\n',
  ],
  ["list --idle 5x", `error: --idle: "5x" is no duration\n${DURATION}`],
  ["list --idle 1h1h", `error: --idle: "1h1h" is no duration\n${DURATION}`],
  ["list --idle 99999999w", `error: --idle: "99999999w" is no duration\n${DURATION}`],
  ["list --idle 0s", `error: --idle: "0s" is no time at all\n${DURATION}`],
  ["--timeout 0s list", `error: --timeout: "0s" is no time at all\n${DURATION}`],
  ["list --since tomorow", `error: --since: "tomorow" is no time\n${TIME}`],
  ["list --since 2025-02-30", `error: --since: "2025-02-30" is no time\n${TIME}`],
  ["--now never list", `error: --now: "never" is no time\n${TIME}`],
  ["--tz Mars list", 'error: --tz: "Mars" is no time zone\n  write for example UTC or Europe/Berlin\n'],
  ["--file-tz Mars list", 'error: --file-tz: "Mars" is no time zone\n  write for example UTC or Europe/Berlin\n'],
  ["--color sometimes list", 'error: --color: there is no "sometimes"\n  write one of auto, always, never\n'],
  [
    "list --platform telegran --format ids",
    'error: no session has the platform "telegran"\n  did you mean telegram?\n  the file has api, discord, telegram\n',
  ],
  [
    "list --active --expired",
    "error: --active and --expired exclude each other: nothing is both\n  see: sessions help list\n",
  ],
  ["list extra", "error: list takes no arguments, only options\n  see: sessions help list\n"],
  ["show", "error: show needs <id>, a session id, or the start of one that fits no other\n  see: sessions help show\n"],
  ["show a b", "error: show takes only <id>, and options\n  see: sessions help show\n"],
  ["prune --max-removed 5x", `${COUNT("--max-removed", "5x")}  see: sessions help prune\n`],
  [
    "prune --max-removed 101%",
    'error: --max-removed: "101%" is no number and no percentage\n  write for example 100 or 20%\n',
  ],
  [
    "delete",
    "error: delete needs ids or a selection; without either it deletes nothing\n  for example: sessions -s sessions.csv delete <id>, sessions -s sessions.csv delete --user 12345, sessions -s sessions.csv delete --expired\n",
  ],
  [
    "prune",
    "error: prune asks before it deletes, and there is no terminal to ask on\n  add --yes to delete without asking, or --dry-run to only see what would go\n",
  ],
  ["demo x", `${COUNT("rows", "x")}  see: sessions help demo\n`],
  ["undo x", 'error: change: "x" is no number of a change\n  write one as sessions -s sessions.csv log shows it\n'],
  ["backups status", "error: --max-age <duration> is missing\n  see: sessions help backups\n"],
  [
    "help backups verfy",
    'error: backups has no command "verfy"\n  did you mean verify?\n  see: sessions help backups\n',
  ],
  ["help prune x", 'error: prune has no command "x"\n  see: sessions help prune\n'],
  ["help lst", 'error: there is no command and no topic "lst"\n  did you mean list?\n  see: sessions --help\n'],
];

const STORE = ["--store", "sessions.csv"];

test.for(CASES)("sessions %s", async ([command, text]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr, exitCode, stdout } = await folder.run([...command.split(" "), ...STORE]);
  expect({ stdout, stderr, exitCode }).toEqual({ stdout: "", stderr: text, exitCode: 2 });
});

test.for(CASES)("sessions %s --json", async ([command]) => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr, exitCode } = await folder.run([...command.split(" "), "--json", ...STORE]);
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: "USAGE", exit_code: exitCode } });
});

test.for(["--user", "--platform", "--search"])(
  "an empty %s, as an unset variable leaves it, selects nothing",
  async (flag) => {
    const folder = new Folder();
    const file = folder.fixture("three-rows.csv");
    const { stderr, exitCode } = await folder.run(["delete", "-s", file, flag, "", "--confirm", "3"]);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`error: ${flag}: the value is empty\n  for fields without a value write --where <field>=\n`);
  },
);

test("suggestions of a mistyped command are data in JSON", async () => {
  const { stderr } = await new Folder().run(["--json", "lst"]);
  expect(stderr).toBe(
    '{"error":{"code":"USAGE","exit_code":2,"message":"there is no command \\"lst\\"","reason":"there is no command \\"lst\\"",' +
      '"hint":"see: sessions --help","suggestions":["list"]}}\n',
  );
});

test("what was said before an error in JSON is part of it", async () => {
  const folder = new Folder();
  folder.fixture("three-rows.csv");
  const { stderr } = await folder.run(["show", "zz", "--json"]);
  expect(JSON.parse(stderr)).toMatchObject({
    error: { code: "SESSION_NOT_FOUND", notes: ["Using sessions.csv (found here; --store names another)"] },
  });
});

test("hostile text of the command line is made visible in errors", async () => {
  const { stderr } = await new Folder().run(["\u001b[2J\u202e"]);
  expect(stderr).toBe('error: there is no command "\\x1b[2J\\u202e"\n  see: sessions --help\n');
});
