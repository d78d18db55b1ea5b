import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateDemo } from "../../src/demo/generate.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { SessionsError } from "../../src/errors.js";
import { createSqlWriter } from "../../src/transfer/sql.js";
import { sqlName } from "../../src/transfer/sql-text.js";
import { csvFile, csvRow, Folder, HEADER } from "../cli/context.js";
import { missingForPostgres, startPostgres, type Postgres } from "./postgres.js";

const json = (text: string): { readonly type: "json"; readonly text: string } => ({ type: "json", text });
const text = (value: string): { readonly type: "text"; readonly text: string } => ({ type: "text", text: value });

/** The values of one row as SQL. */
function valuesOf(metadata: ReturnType<typeof json>): string {
  const writer = createSqlWriter(["session_id", "metadata"], ["session_id", "metadata"], "t");
  writer.begin();
  return (
    writer
      .row([text("s1"), metadata])
      .split("\n")
      .at(-1) ?? ""
  );
}

describe("what PostgreSQL cannot hold is refused, with its place", () => {
  test.each([
    [
      "a NUL escape",
      '{"a":"x\\u0000"}',
      'metadata of session "s1" holds \\u0000, which PostgreSQL\'s jsonb cannot hold',
    ],
    ["a high surrogate alone", '{"a":"\\ud83d"}', "half of a pair of surrogates"],
    ["a low surrogate alone", '{"a":"\\uDE00"}', "half of a pair of surrogates"],
    ["halves the wrong way round", '{"a":"\\ude00\\ud83d"}', "half of a pair of surrogates"],
    ["halves that are apart", '{"a":"\\ud83d \\ude00"}', "half of a pair of surrogates"],
  ])("%s", (_name, metadata, reason) => {
    expect(() => valuesOf(json(metadata))).toThrow(expect.objectContaining({ code: "VALUE_REFUSED" }) as SessionsError);
    expect(() => valuesOf(json(metadata))).toThrow(reason);
  });

  test("a NUL in a text", () => {
    const writer = createSqlWriter(["note"], ["note"], "t");
    expect(() => writer.row([text("a\0b")])).toThrow("note holds a NUL character");
  });

  test.each(["", "a\0b", "é".repeat(32)])("the name %j", (name) => {
    expect(() => sqlName(name)).toThrow(SessionsError);
  });
});

test.each([
  ["a pair of surrogates", '{"a":"\\ud83d\\uDE00"}'],
  ["a backslash before u0000", '{"a":"\\\\u0000"}'],
])("%s is taken", (_name, metadata) => {
  expect(valuesOf(json(metadata))).toBe(`  ('s1', '${metadata}')`);
});

test("quotes are doubled and backslashes are themselves", () => {
  const writer = createSqlWriter(['no"te'], ['no"te'], 'ta"ble');
  expect([writer.begin().split("\n").slice(4).join("\n"), writer.row([text("it's \\' --")])]).toEqual([
    'CREATE TABLE "ta""ble" (\n  "no""te" text\n);\n',
    'INSERT INTO "ta""ble" ("no""te") VALUES\n  (\'it\'\'s \\\'\' --\')',
  ]);
});

test("a statement has 500 rows at most, and none where there are none", () => {
  const writer = createSqlWriter(["note"], ["note"], "t");
  writer.begin();
  const rows = Array.from({ length: 1001 }, () => writer.row([text("a")])).join("") + writer.end();
  expect(rows.match(/INSERT/g)).toHaveLength(3);
  expect(createSqlWriter(["note"], ["note"], "t").end()).toBe("COMMIT;\n");
});

test("a column that has the name of a computed field is text, and is quoted", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", `${HEADER},idle,pending\n${csvRow({})},0); DROP TABLE sessions; --,x'\n`);
  const { stdout } = await folder.run(["export", "--format", "sql", "--fields", "idle,pending"]);
  expect(stdout).toContain("  ('0); DROP TABLE sessions; --', 'x''')");
});

test("what cannot go out is said: JSON that is not valid, times that are none, ids that come again", async () => {
  const folder = new Folder();
  const rows = [csvRow({ metadata: "{broken" }), csvRow({ active: "soon" }), csvRow({ id: "s2" })];
  folder.write("sessions.csv", csvFile(...rows));
  const { stderr, exitCode } = await folder.run(["export", "-s", "sessions.csv", "--format", "sql"]);
  expect({ stderr, exitCode }).toEqual({
    stderr:
      "warning: 1 session with JSON that is not valid: it stands as text; see: sessions -s sessions.csv validate\n" +
      "warning: 1 record with an id that stood before: of each id the last record stays\n" +
      "warning: 1 time that cannot be read: NULL stands for them\n",
    exitCode: 0,
  });
});

test("a refused value leaves no file, and says which one it is", async () => {
  const folder = new Folder();
  folder.write("sessions.csv", csvFile(csvRow({ metadata: '{"a":"\\u0000"}' })));
  const { stderr, exitCode } = await folder.run(["export", "-s", "sessions.csv", "-o", "x.sql"]);
  expect({ stderr, exitCode }).toEqual({
    stderr:
      'error: metadata of session "s1" holds \\u0000, which PostgreSQL\'s jsonb cannot hold\n' +
      "  leave it out with --where or --fields, or export as json\n",
    exitCode: 2,
  });
  expect(folder.names()).toEqual(["sessions.csv"]);
});

interface Row {
  readonly session_id: string;
  readonly last_activity: string;
}

/** JSON lines by the id, of each the last; times in one form. */
function byId(lines: string): Map<string, Row> {
  const rows = lines
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
  const time = (text: string): string => text.replace("Z", "").replace(/:\d\d$/, "$&.000000");
  return new Map(rows.map((row) => [row.session_id, { ...row, last_activity: time(row.last_activity) }]));
}

if (missingForPostgres.length > 0) console.log(`skipped: no ${missingForPostgres.join(", ")} on this machine`);

describe.runIf(missingForPostgres.length === 0)("PostgreSQL", () => {
  let postgres: Postgres;
  beforeAll(() => {
    postgres = startPostgres();
  }, 60_000);
  afterAll(() => postgres.stop());

  async function load(content: string, query: string, argv: readonly string[] = []): Promise<string> {
    const folder = new Folder();
    folder.write("sessions.csv", content);
    const { stdout } = await folder.run(["export", "-s", "sessions.csv", "--format", "sql", ...argv]);
    const { status, stdout: answer, stderr } = postgres.run(stdout, query);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    return answer;
  }

  test("takes a whole file and has the values that the file has", async () => {
    const content = [...generateDemo({ rows: 3000, seed: 4, now: parseTimestamp("2025-09-30T12:00:00") })].join("");
    const folder = new Folder();
    folder.write("sessions.csv", content);
    const fields = ["--fields", "session_id,user_id,last_activity,metadata"];
    const { stdout } = await folder.run(["export", "-s", "sessions.csv", "--format", "jsonl", ...fields]);
    const answer = await load(
      content,
      `SELECT json_build_object('session_id', session_id, 'user_id', user_id, 'last_activity',
         to_char(last_activity AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), 'metadata', metadata) FROM sessions`,
    );
    const wanted = byId(stdout);
    expect(wanted.size).toBeGreaterThan(2900);
    expect(byId(answer)).toEqual(wanted);
  });

  test.each([
    [
      "quotes and backslashes",
      csvRow({ user: "o'ne \\' \"x\" \\" }),
      "SELECT user_id FROM sessions",
      "o'ne \\' \"x\" \\\n",
    ],
    [
      "numbers beyond 2^53",
      csvRow({ metadata: '{"n": 12345678901234567890.10}' }),
      "SELECT metadata FROM sessions",
      '{"n": 12345678901234567890.10}\n',
    ],
    [
      "microseconds in UTC",
      csvRow({ active: "2025-09-30T09:00:00.000001" }),
      "SELECT extract(epoch FROM last_activity) FROM sessions",
      "1759222800.000001\n",
    ],
    [
      "times far away",
      csvRow({ active: "9999-12-31T23:59:59.999999" }),
      "SELECT last_activity AT TIME ZONE 'UTC' FROM sessions",
      "9999-12-31 23:59:59.999999\n",
    ],
    [
      "JSON that is not valid, as a string",
      csvRow({ metadata: "{it's" }),
      "SELECT metadata #>> '{}' FROM sessions",
      "{it's\n",
    ],
    ["variables of psql", csvRow({ user: ":x :'x' \\echo $1" }), "SELECT user_id FROM sessions", ":x :'x' \\echo $1\n"],
    [
      "line breaks",
      csvRow({ user: "a\r\n\\.\nb" }),
      "SELECT replace(replace(user_id, chr(10), 'N'), chr(13), 'R') FROM sessions",
      "aRN\\.Nb\n",
    ],
  ])("has %s as they are", async (_name, row, query, answer) => {
    expect(await load(csvFile(row), query)).toBe(answer);
  });

  test("keeps the last record of an id, wherever the others stand", async () => {
    const rows = [
      csvRow({ user: "a" }),
      csvRow({ id: "s2" }),
      csvRow({ user: "b" }),
      csvRow({ id: "s3" }),
      csvRow({ user: "c" }),
    ];
    expect(await load(csvFile(...rows), "SELECT session_id, user_id FROM sessions ORDER BY 1")).toBe(
      "s1|c\ns2|telegram_1\ns3|telegram_1\n",
    );
  });

  test("has the types and the key that were asked for", async () => {
    const query = `SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'My "table"' ORDER BY ordinal_position`;
    expect(
      await load(csvFile(csvRow({})), query, [
        "--table",
        'My "table"',
        "--fields",
        "session_id,created_at,metadata,idle,pending,state",
      ]),
    ).toBe(
      "session_id|text\ncreated_at|timestamp with time zone\nmetadata|jsonb\nidle|double precision\npending|boolean\nstate|text\n",
    );
    expect(
      await load(
        csvFile(csvRow({})),
        "SELECT count(*) FROM pg_index WHERE indisprimary AND indrelid = 'sessions'::regclass",
      ),
    ).toBe("1\n");
  });

  test("keeps nothing of a script that was cut", async () => {
    const folder = new Folder();
    folder.write("sessions.csv", csvFile(csvRow({}), csvRow({ id: "s2" })));
    const { stdout } = await folder.run(["export", "-s", "sessions.csv", "--format", "sql"]);
    const { status } = postgres.run(stdout.slice(0, -"COMMIT;\n".length), "SELECT * FROM sessions");
    expect(status).not.toBe(0);
  });
});
