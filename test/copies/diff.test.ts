import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isDifferent } from "../../src/copies/diff.js";
import { SessionsError } from "../../src/errors.js";
import { csvFile, csvRow, HEADER } from "../cli/context.js";
import { collidingIds } from "./colliding-ids.js";
import { diffOf } from "./diffing.js";

const [A, B, C] = [csvRow({ id: "a" }), csvRow({ id: "b" }), csvRow({ id: "c" })];

describe("versions that cannot be compared", () => {
  test.each([
    ["is empty", ""],
    ["has no header of ours", "nothing of ours\n"],
    ["is compressed", "\x1f\x8b\x08\0"],
  ])("a file that %s is refused by its name, on either side", (_, text) => {
    for (const [from, to, name] of [
      [text, csvFile(A), "from.csv"],
      [csvFile(A), text, "to.csv"],
    ] as const) {
      let thrown: unknown;
      try {
        diffOf(from, to);
      } catch (error) {
        thrown = error;
      }
      expect(thrown).toBeInstanceOf(SessionsError);
      expect(thrown).toMatchObject({ code: "STORE_DAMAGED", details: { path: name } });
    }
  });
});

describe("unreadable records", () => {
  const torn = "x,telegram_1";

  test("are left out and counted, with their lines; different ones are a difference", () => {
    const { lines, summary } = diffOf(csvFile(A, torn), csvFile(A, B, `${torn}2`, ",,,,,,,"));
    expect(lines).toEqual(["+b"]);
    expect([summary.leftOut.from.count, summary.leftOut.to.count, summary.leftOutDiffers]).toEqual([1, 2, true]);
    expect(summary.leftOut.from.findings[0]).toMatchObject({ line: 3 });
    expect(diffOf(csvFile(A, torn), csvFile(A)).summary).toMatchObject({ unchanged: 1, leftOutDiffers: true });
  });

  test("that are the same in another order are no difference", () => {
    const { summary } = diffOf(csvFile(A, torn, "y,z"), csvFile("y,z", torn, A));
    expect([summary.leftOutDiffers, isDifferent(summary)]).toEqual([false, false]);
  });

  test("do not count where a selection or fields are asked for", () => {
    const selection = [{ type: "user", user: "telegram_1" }] as const;
    expect(isDifferent(diffOf(csvFile(A, torn), csvFile(A), { selection }).summary)).toBe(false);
    const fields = [{ field: "user_id", path: [] }];
    expect(isDifferent(diffOf(csvFile(A, torn), csvFile(A), { fields }).summary)).toBe(false);
  });

  test("with NUL bytes are among them", () => {
    const { lines, summary } = diffOf(csvFile(A, csvRow({ id: "b\0" })), csvFile(A));
    expect([lines, summary.leftOut.from.count]).toEqual([[], 1]);
  });
});

test("the same bytes are no difference, whatever they are", () => {
  for (const text of [csvFile(A, B), "", "nothing of ours"]) {
    expect(diffOf(text, text)).toMatchObject({ lines: [], summary: { isIdentical: true } });
  }
});

test("sessions that came, went and changed are told apart by their ids", () => {
  const changed = csvRow({ id: "b", active: "2025-09-30T09:30:00", user: "telegram_2" });
  const { lines, summary } = diffOf(csvFile(A, B), csvFile(changed, C));
  expect(lines).toEqual([
    "~b user_id: telegram_1 → telegram_2",
    "~b last_activity: 2025-09-30T09:00:00 → 2025-09-30T09:30:00",
    "+c",
    "-a",
  ]);
  expect(summary).toMatchObject({ added: 1, removed: 1, changed: 1, unchanged: 0, moved: 0, isIdentical: false });
});

test.each([
  ["line endings", csvFile(A, B), csvFile(A, B).replaceAll("\n", "\r\n")],
  ["a missing line break at the end", csvFile(A, B), csvFile(A, B).trimEnd()],
  ["a byte order mark", csvFile(A, B), `\ufeff${csvFile(A, B)}`],
  ["quotes that are not needed", csvFile(A), csvFile(A).replace("telegram_1", '"telegram_1"')],
  ["blank lines", csvFile(A, B), csvFile(A, "", B)],
  [
    "the order of columns",
    "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata\na,u,p,t,c,l,,{}\n",
    "user_id,session_id,platform,thread_id,created_at,last_activity,pending_approval,metadata\nu,a,p,t,c,l,,{}\n",
  ],
  [
    "the order of JSON keys",
    csvFile(csvRow({ metadata: '{"a":1,"b":2}' })),
    csvFile(csvRow({ metadata: '{"b": 2, "a": 1}' })),
  ],
  ["empty metadata and {}", csvFile(csvRow({ metadata: "{}" })), csvFile(csvRow({ metadata: "" }))],
  ["nothing pending and null", csvFile(csvRow({ pending: "" })), csvFile(csvRow({ pending: "null" }))],
])("%s are no difference", (_, from, to) => {
  for (const [one, other] of [
    [from, to],
    [to, from],
  ] as const) {
    const { lines, summary } = diffOf(one, other);
    expect([lines, isDifferent(summary), summary.moved]).toEqual([[], false, 0]);
  }
});

test("JSON columns are compared key by key, numbers with all their digits; text that is no JSON as it stands", () => {
  const from = csvFile(csvRow({ metadata: '{"n":10000000000000000001,"p":{"x":1}}', pending: "" }));
  const to = csvFile(csvRow({ metadata: '{"p":{"x":1,"y":[]},"n":10000000000000000002}', pending: '{"type":"t"}' }));
  expect(diffOf(from, to).lines).toEqual([
    '~s1 pending_approval: none → {"type":"t"}',
    "~s1 metadata.n: 10000000000000000001 → 10000000000000000002",
    "~s1 metadata.p.y: none → []",
  ]);
  const [broken, other] = [
    csvFile(csvRow({ metadata: '{"a":1,"b":2' })),
    csvFile(csvRow({ metadata: '{"b":2,"a":1' })),
  ];
  expect(diffOf(broken, other).lines).toEqual(['~s1 metadata: {"a":1,"b":2 → {"b":2,"a":1']);
});

test("the fewest records that were moved are counted, and are no difference", () => {
  const rows = ["1", "2", "3", "4", "5"].map((id) => csvRow({ id }));
  const { summary } = diffOf(csvFile(...rows), csvFile(...[4, 0, 1, 3, 2].map((place) => rows[place] ?? "")));
  expect([summary.moved, isDifferent(summary)]).toEqual([2, false]);
});

test("of a repeated id the last record counts, and it is said", () => {
  const older = csvRow({ id: "a", user: "telegram_9" });
  const { lines, summary } = diffOf(csvFile(older, A, B), csvFile(older, B, older, A));
  expect([lines, summary.repeated, summary.unchanged]).toEqual([[], { from: 1, to: 2 }, 2]);
  expect(diffOf(csvFile(older, A), csvFile(A, older)).lines).toEqual(["~a user_id: telegram_1 → telegram_9"]);
});

test("ids with one hash are not mixed up, in one version and between two", () => {
  const [one = "", other = "", third = ""] = collidingIds(3);
  const row = (id: string, user: string): string => csvRow({ id, user });
  const from = csvFile(row(one, "1"), row(other, "2"), row(one, "3"), row(other, "4"));
  expect(diffOf(from, csvFile(row(other, "4"), row(one, "3"))).summary).toMatchObject({
    changed: 0,
    unchanged: 2,
    repeated: { from: 2 },
  });
  expect(diffOf(csvFile(row(one, "1")), csvFile(row(third, "1"))).lines).toEqual([`+${third}`, `-${one}`]);
  expect(diffOf(csvFile(row(one, "1"), row(other, "2")), csvFile(row(other, "3"), row(third, "1"))).lines).toEqual([
    `~${other} user_id: 2 → 3`,
    `+${third}`,
    `-${one}`,
  ]);
});

test("columns that only one version has are a difference, and empty values in them are not", () => {
  const from = csvFile(A, B);
  const to = `${HEADER},extra,more\n${A},,\n${B},x,\n`;
  const { lines, summary } = diffOf(from, to);
  expect([lines, summary.columns]).toEqual([["~b extra:  → x"], { added: ["extra", "more"], removed: [] }]);
  expect(diffOf(to, from).summary.columns).toEqual({ added: [], removed: ["extra", "more"] });
  expect(isDifferent(diffOf(from, `${HEADER},extra\n${A},\n${B},\n`).summary)).toBe(true);
});

test("a selection counts sessions of which either version is selected", () => {
  const moved = csvRow({ id: "a", user: "telegram_2" });
  const [from, to] = [csvFile(A, B), csvFile(moved, C)];
  const of = (user: string) => diffOf(from, to, { selection: [{ type: "user", user }] });
  expect(of("telegram_2").lines).toEqual(["~a user_id: telegram_1 → telegram_2"]);
  expect(of("telegram_1").lines).toEqual(["~a user_id: telegram_1 → telegram_2", "+c", "-b"]);
  expect(of("telegram_3").summary).toMatchObject({ added: 0, removed: 0, changed: 0, unchanged: 0, moved: 0 });
});

test("only the fields that are asked for are compared, JSON at and below a path", () => {
  const from = csvFile(csvRow({ user: "u", metadata: '{"a":{"b":1,"c":2},"d":3}' }));
  const to = csvFile(csvRow({ user: "v", metadata: '{"a":{"b":2,"c":3}}' }));
  const of = (field: string, ...path: string[]) => diffOf(from, to, { fields: [{ field, path }] }).lines;
  expect(of("platform")).toEqual([]);
  expect(of("metadata", "a", "b")).toEqual(["~s1 metadata.a.b: 1 → 2"]);
  expect(of("metadata", "a")).toEqual(["~s1 metadata.a.b: 1 → 2", "~s1 metadata.a.c: 2 → 3"]);
  expect(of("metadata", "d", "e")).toEqual(["~s1 metadata.d: 3 → none"]);
});

test("says what a plain comparison of all sessions says, for any two files", () => {
  const row = fc.record({
    id: fc.constantFrom("a", "b", "c", "d", "e,", '"f'),
    user: fc.constantFrom("1", "2", 'x"y'),
  });
  const file = fc.tuple(fc.array(row, { maxLength: 12 }), fc.constantFrom("\n", "\r\n"));
  fc.assert(
    fc.property(file, file, ([before, lineEnd], [after, otherEnd]) => {
      const text = (rows: typeof before, end: string): string => csvFile(...rows.map(csvRow)).replaceAll("\n", end);
      const last = (rows: typeof before) => new Map(rows.map(({ id, user }) => [id, user]));
      const [old, now] = [last(before), last(after)];
      const expected = [
        ...[...now].filter(([id]) => !old.has(id)).map(([id]) => `+${id}`),
        ...[...now]
          .filter(([id, user]) => old.has(id) && old.get(id) !== user)
          .map(([id, user]) => `~${id} user_id: ${old.get(id) ?? ""} → ${user}`),
        ...[...old].filter(([id]) => !now.has(id)).map(([id]) => `-${id}`),
      ];
      const { lines, summary } = diffOf(text(before, lineEnd), text(after, otherEnd));
      expect([...lines].sort()).toEqual(expected.sort());
      if (!summary.isIdentical)
        expect(summary.repeated).toEqual({ from: before.length - old.size, to: after.length - now.size });
    }),
  );
});
