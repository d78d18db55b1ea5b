import { describe, expect, test } from "vitest";
import type { Dialect } from "../../src/check/dialect.js";
import type { RecordLayout } from "../../src/check/record-reading.js";
import { salvage, type Salvage, type Surroundings } from "../../src/check/salvage.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { DIALECT, lineOf, USUAL } from "./record-parts.js";

const ID = "11111111-1111-4111-8111-111111111111";
const THREAD = "22222222-2222-4222-8222-222222222222";
const CREATED = "2024-05-01T10:00:00.000001";
const ACTIVE = "2024-05-01T11:00:00.000001";
const WHOLE = {
  session_id: ID,
  user_id: "web_1",
  platform: "web",
  thread_id: THREAD,
  created_at: CREATED,
  last_activity: ACTIVE,
  pending_approval: "",
  metadata: "{}",
};
/** What of it stands behind the user. */
const BEHIND_USER = `web,${THREAD},${CREATED},${ACTIVE},,{}`;

/** A file whose ids have no form. */
const FREE: Dialect = { ...DIALECT, idsAreUuids: false, usersNamePlatform: false };

interface Setting extends Partial<Surroundings> {
  readonly layout?: RecordLayout;
  readonly dialect?: Dialect;
}

function salvaged(text: string, setting: Setting = {}): Salvage {
  const { layout = USUAL, dialect = DIALECT, isCutAtStart = false, isCutAtEnd = false } = setting;
  const rules = { lossy: false, dateOrder: () => undefined };
  return salvage(text, layout, rules, dialect, { isCutAtStart, isCutAtEnd });
}

/** The values of the first columns. */
const first = (count: number): Record<string, string> => Object.fromEntries(Object.entries(WHOLE).slice(0, count));
const last = (count: number): Record<string, string> => Object.fromEntries(Object.entries(WHOLE).slice(-count));
const without = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(WHOLE).filter(([name]) => !names.includes(name)));
const TEXT_LINE = { code: "text-line", reason: "the line has not the form of a record", fields: {} };

describe("a record with all of its fields", () => {
  test("of which one is wrong: the others are certain, and that one is said as it stands", () => {
    expect(salvaged(lineOf({ last_activity: "2024-13-01T11:00:00" }))).toEqual({
      code: "timestamp-invalid",
      reason: "last_activity is no time that exists",
      field: "last_activity",
      fields: without("last_activity"),
      faulty: { last_activity: "2024-13-01T11:00:00" },
    });
  });

  test("of which several are wrong: the first one is to blame", () => {
    expect(salvaged(lineOf({ user_id: "", created_at: "", metadata: "{broken" }))).toEqual({
      code: "missing-value",
      reason: "user_id is empty",
      field: "user_id",
      fields: without("user_id", "created_at", "metadata"),
      faulty: { user_id: "", created_at: "", metadata: "{broken" },
    });
  });

  test.each([
    ["a user in scientific notation", { user_id: "1.23457E+15" }, "rounded-id", "user_id"],
    ["a time without seconds", { created_at: "2024/05/01 10:00" }, "timestamp-format", "created_at"],
    ["JSON that breaks off", { metadata: "{broken" }, "json-invalid", "metadata"],
    ["JSON that is no object", { metadata: "[1]" }, "json-not-object", "metadata"],
  ])("of which one is wrong: %s", (_, values, code, field) => {
    const found = salvaged(lineOf(values));
    expect([found.code, found.field, found.faulty, Object.keys(found.fields).length]).toEqual([code, field, values, 7]);
  });

  test("gives values without quotes, as they should stand", () => {
    const { fields, faulty } = salvaged(
      lineOf({ user_id: '"web_1, 2"', last_activity: '"never, ever"', platform: " web " }),
    );
    expect([fields["user_id"], fields["platform"], faulty]).toEqual([
      "web_1, 2",
      "web",
      { last_activity: "never, ever" },
    ]);
  });

  test("may have columns of other programs, and the values of these are certain", () => {
    const layout = { ...USUAL, names: [...COLUMN_NAMES, "note"] };
    const { fields } = salvaged(`${lineOf({ user_id: "" })},n`, { layout });
    expect(fields["note"]).toBe("n");
  });

  test("of which hardly any is right has them in other places: only those before the first fault are certain", () => {
    const found = salvaged(lineOf({ thread_id: "", created_at: "", last_activity: "", metadata: "{" }), {
      dialect: FREE,
    });
    expect([found.faulty, found.fields]).toEqual([undefined, first(3)]);
    const better = salvaged(lineOf({ thread_id: "", created_at: "", last_activity: "" }), { dialect: FREE });
    expect([Object.keys(better.faulty ?? {}), Object.keys(better.fields).length]).toEqual([
      ["thread_id", "created_at", "last_activity"],
      5,
    ]);
  });

  test("is not counted on for columns of other programs: any text is right there", () => {
    const layout = { ...USUAL, names: [...COLUMN_NAMES, "a", "b", "c"] };
    const line = `${lineOf({ thread_id: "", created_at: "", last_activity: "", metadata: "{" })},1,2,3`;
    expect(salvaged(line, { layout, dialect: FREE }).faulty).toBeUndefined();
  });

  test.each([{ isCutAtStart: true }, { isCutAtEnd: true }])("is not taken for whole where it is not: %j", (around) => {
    expect(salvaged(lineOf({ last_activity: "never" }), around).faulty).toBeUndefined();
  });

  test("may be cut all the same where the text breaks off: its last value is not certain", () => {
    expect(salvaged(lineOf({ pending_approval: "{}" }), { isCutAtEnd: true })).toEqual({
      code: "torn-record",
      reason: "the record breaks off in metadata",
      field: "metadata",
      fields: { ...first(6), pending_approval: "{}" },
    });
  });

  test.each([
    ["a session id that is no UUID", { session_id: "chat-1" }],
    ["a thread that is no UUID", { thread_id: "chat-1" }],
    ["a user of another platform", { user_id: "telegram_1" }],
    ["a user of a platform with a longer name", { user_id: "web1" }],
    ["a platform with a quote, and no user", { platform: 'we"b', user_id: "" }],
    ["a user with a brace", { user_id: "web_{" }],
    ["a platform with a quote", { platform: 'we"b', user_id: 'we"b_1' }],
  ])("of which one is wrong is none of the file's where it has %s", (_, values) => {
    expect(salvaged(lineOf({ ...values, last_activity: "never" })).faulty).toBeUndefined();
  });

  test("may have any ids and users in a file where they have no form", () => {
    const line = lineOf({ session_id: "chat-1", thread_id: "t", user_id: "telegram_1", last_activity: "never" });
    expect(salvaged(line, { dialect: FREE }).faulty).toEqual({ last_activity: "never" });
  });

  test("may have a user that is wrong: nothing is asked of its platform then", () => {
    expect(salvaged(lineOf({ user_id: "" })).faulty).toEqual({ user_id: "" });
  });
});

describe("a record that breaks off", () => {
  test.each([
    [`${ID},web_1,web,${THREAD}`, 3, "thread_id"],
    [`${ID},web_1,web,${THREAD},`, 4, "created_at"],
    [`${ID},web_1,web,${THREAD},${CREATED},${ACTIVE}`, 5, "last_activity"],
    [`${ID},web_1,web,${THREAD},${CREATED},${ACTIVE},`, 6, "pending_approval"],
    [`${ID},w`, 1, "user_id"],
  ])("%s: what stands before the cut is certain", (text, count, field) => {
    const expected = { code: "torn-record", reason: `the record breaks off in ${field}`, field, fields: first(count) };
    expect([salvaged(text), salvaged(text, { isCutAtEnd: true })]).toEqual([expected, expected]);
  });

  test("within quotes has no value there", () => {
    expect(salvaged(`${ID},web_1,web,${THREAD},${CREATED},${ACTIVE},,"{""a"": ""b`, { isCutAtEnd: true })).toEqual({
      code: "torn-record",
      reason: "the record breaks off in metadata",
      field: "metadata",
      fields: first(7),
    });
  });

  test("behind another fault has the values before that", () => {
    expect(salvaged(`${ID},web_1,,${THREAD},2024`)).toEqual({
      code: "torn-record",
      reason: "the record breaks off in platform",
      field: "platform",
      fields: first(2),
    });
  });

  test("may have quotes around its values, and JSON between them", () => {
    const text = `"${ID}","web_1","web","${THREAD}","${CREATED}","${ACTIVE}","{""a"":""b, c""}","{""d`;
    expect(salvaged(text).fields).toEqual({ ...first(6), pending_approval: '{"a":"b, c"}' });
  });

  test("may have JSON whose quotes are not doubled", () => {
    const text = `${ID},web_1,web,${THREAD},${CREATED},${ACTIVE},{"a":"b, c"},{"d`;
    expect(salvaged(text).fields).toEqual({ ...first(6), pending_approval: '{"a":"b, c"}' });
  });

  test("may have empty quotes in the place of JSON", () => {
    const text = `"${ID}","web_1","web","${THREAD}","${CREATED}","${ACTIVE}","","{""d`;
    expect(salvaged(text)).toMatchObject({ field: "metadata", fields: first(7) });
    const ended = `"${ID}","web_1","web","${THREAD}","${CREATED}","${ACTIVE}",""`;
    expect(salvaged(ended)).toMatchObject({ field: "pending_approval", fields: first(6) });
    expect(salvaged(`${ended}x,{}`).fields).toEqual(first(6));
  });

  test("has no value where text follows JSON, or quotes", () => {
    const text = `${ID},web_1,web,${THREAD},${CREATED},${ACTIVE},{"a":1}x,{`;
    expect(salvaged(text).fields).toEqual(first(6));
  });

  test.each([";", "\t", "|"])("may have its fields separated by %j", (delimiter) => {
    const text = [ID, "web_1", "web", THREAD, CREATED.slice(0, 15)].join(delimiter);
    expect(salvaged(text, { layout: { ...USUAL, delimiter } })).toMatchObject({
      code: "torn-record",
      fields: first(4),
    });
  });

  test("whose user is of another platform is none", () => {
    expect(salvaged(`${ID},telegram_1,web,${THREAD},`)).toEqual(TEXT_LINE);
  });

  test("whose id is no UUID is none", () => {
    expect(salvaged("chat-1,web_1,web,t,2024")).toEqual(TEXT_LINE);
    expect(salvaged("chat-1,web_1,web,t,2024", { dialect: FREE })).toMatchObject({
      code: "torn-record",
      fields: { session_id: "chat-1", user_id: "web_1", platform: "web", thread_id: "t" },
    });
  });

  test("has no id that is a time or JSON: fields are out of place", () => {
    for (const text of [`${ID},${CREATED},web,t,`, `${ID},{"a":1},web,t,`]) {
      expect(salvaged(text, { dialect: FREE }).fields).toEqual(first(1));
    }
  });
});

describe("columns of one name, or without one", () => {
  const layout = { ...USUAL, names: [...COLUMN_NAMES, "note", "note", "", ""] };
  const wide = [lineOf(), "a", "b", "c", "d"];
  const valuesOf = (fields: Salvage["fields"]) => Object.values(fields).slice(8);

  test.each([
    [1, [], "note"],
    [2, ["a"], "note"],
    [3, ["a", "b"], undefined],
    [4, ["a", "b", "c"], undefined],
  ])("keep each its value where the record breaks off in the further column %i", (count, values, field) => {
    const found = salvaged(wide.slice(0, count + 1).join(","), { layout, isCutAtEnd: true });
    expect([valuesOf(found.fields), found.field]).toEqual([values, field]);
    expect(found.reason).toBe(`the record breaks off in ${field ?? "a column without a name"}`);
  });

  test("keep each its value where another one is wrong", () => {
    const found = salvaged([lineOf({ last_activity: "never" }), "a", "b", "c", "d"].join(","), { layout });
    expect(Object.values(found.fields).slice(7)).toEqual(["a", "b", "c", "d"]);
  });

  test("are no whole record where a value of the second is missing", () => {
    expect(salvaged(wide.slice(0, 2).join(","), { layout }).fields).toEqual(WHOLE);
  });

  test("are read by what their name wants, also the second one", () => {
    const twice = { ...USUAL, names: [...COLUMN_NAMES, "metadata"] };
    const found = salvaged(`${lineOf()},[1]`, { layout: twice });
    expect([found.code, found.field, found.fields]).toEqual(["json-not-object", "metadata", WHOLE]);
  });

  test("may have a name that every object has", () => {
    const odd = { ...USUAL, names: [...COLUMN_NAMES, "constructor", "note"] };
    expect(salvaged(lineOf(), { layout: odd })).toMatchObject({ code: "torn-record", field: "metadata" });
    expect(salvaged(`${lineOf()},x`, { layout: odd, isCutAtEnd: true })).toMatchObject({ field: "constructor" });
  });
});

describe("a record with more fields than columns, or others", () => {
  test("has a wrong number of fields where nothing else is to blame", () => {
    expect(salvaged(`${lineOf()},more,and more`)).toEqual({
      code: "field-count",
      reason: "the record has 10 fields, and the header names 8",
      fields: first(8),
    });
  });

  test("has its fields counted, not its delimiters", () => {
    expect(salvaged(`${lineOf({ user_id: '"web_1, 2"' })},more`).reason).toBe(
      "the record has 9 fields, and the header names 8",
    );
  });

  test("is one too where the number is right, and the values are in other places", () => {
    const line = lineOf({ thread_id: "", created_at: "", last_activity: "", metadata: "{" });
    expect(salvaged(line, { dialect: FREE })).toMatchObject({
      code: "field-count",
      reason: "values stand in the wrong columns",
    });
  });

  test("is one too where the number is right only because quotes are broken", () => {
    expect(salvaged(lineOf({ platform: "", pending_approval: '"x' }), { dialect: FREE })).toMatchObject({
      code: "field-count",
      reason: "where the fields of the record end cannot be told: its quotes do not match up",
    });
  });

  test("has its delimiters counted where quotes are broken", () => {
    expect(salvaged(`${lineOf()},"more,and more`).reason).toBe("the record has 10 fields, and the header names 8");
  });

  test.each([
    ["a time that is none", { created_at: "yesterday" }, 4, "timestamp-invalid", "created_at is no time that exists"],
    ["JSON that is none", { metadata: "{broken" }, 7, "json-invalid", "metadata is not valid JSON"],
  ])("is said to have %s where that comes first", (_, values, count, code, reason) => {
    const [field] = Object.keys(values);
    expect(salvaged(`${lineOf(values)},more`)).toEqual({ code, reason, field, fields: first(count) });
  });

  test("has a wrong number of fields where an id is to blame", () => {
    expect(salvaged(`${lineOf({ platform: "" })},more`)).toMatchObject({ code: "field-count", fields: first(2) });
  });

  test("breaks off where the text does", () => {
    expect(salvaged(`${lineOf({ platform: "" })},more`, { isCutAtEnd: true })).toMatchObject({
      code: "torn-record",
      field: "platform",
    });
  });

  test("may have a column without a name: it is never to blame", () => {
    const layout = { ...USUAL, names: ["session_id", "", "user_id", ...COLUMN_NAMES.slice(2)] };
    expect(salvaged(`${ID},x,,web,t,`, { layout })).toMatchObject({ code: "torn-record", field: "user_id" });
    expect(salvaged(`${ID},x`, { layout })).toMatchObject({ code: "torn-record", field: "user_id" });
  });
});

describe("a record whose beginning is missing", () => {
  const fragment = { code: "fragment", reason: "the beginning of the record is missing" };

  test("has all values but the first, which may be cut", () => {
    expect(salvaged(`b_1,${BEHIND_USER}`)).toEqual({ ...fragment, fields: last(6) });
    expect(salvaged(BEHIND_USER)).toEqual({ ...fragment, fields: last(5) });
    expect(salvaged(`1111,web_1,${BEHIND_USER}`)).toEqual({ ...fragment, fields: last(7) });
  });

  test("has not even a first value that looks whole", () => {
    expect(salvaged(`${ID},web_1,${BEHIND_USER}`, { isCutAtStart: true })).toEqual({ ...fragment, fields: last(7) });
  });

  test("may start with its times", () => {
    expect(salvaged(`${CREATED},${ACTIVE},,{}`)).toEqual({ ...fragment, fields: last(4) });
  });

  test("may start within its first time", () => {
    expect(salvaged(`05-01T10:00:00.000001,${ACTIVE},,{}`)).toEqual({ ...fragment, fields: last(3) });
  });

  test("is none where only a part of the values behind its first time is there", () => {
    expect(salvaged(`05-01T10:00:00.000001,${ACTIVE},`)).toEqual(TEXT_LINE);
    expect(salvaged(`05-01T10:00:00.000001,${ACTIVE},,{"a`)).toEqual(TEXT_LINE);
  });

  test("may break off behind its times", () => {
    expect(salvaged(`web,${THREAD},${CREATED},${ACTIVE},{}x`)).toEqual({
      ...fragment,
      fields: { thread_id: THREAD, created_at: CREATED, last_activity: ACTIVE },
    });
  });

  test("is none without its times", () => {
    for (const text of [`web,${THREAD},,{}`, `web,${THREAD},${CREATED}`, "more text", ""]) {
      expect(salvaged(text)).toEqual(TEXT_LINE);
    }
  });

  test("is none where its times do not exist", () => {
    expect(salvaged(`web,${THREAD},2024-05-01T10:00:00,2024-13-01T10:00:00,,{}`)).toEqual(TEXT_LINE);
  });

  test("is none whose times stand in other columns", () => {
    const names = ["session_id", "created_at", "user_id", "last_activity", "metadata"];
    for (const layout of [
      { ...USUAL, names },
      { ...USUAL, names: ["a", "b", "last_activity", "c"] },
    ]) {
      expect(salvaged(`web,${THREAD},${CREATED},${ACTIVE},,{}`, { layout })).toEqual(TEXT_LINE);
    }
  });

  test("has no values before one that is wrong", () => {
    expect(salvaged(`1111,web_1,,${THREAD},${CREATED},${ACTIVE},,{}`)).toEqual({ ...fragment, fields: last(5) });
  });

  test("is none where its thread is no UUID, or its user of another platform", () => {
    expect(salvaged(`web,t,${CREATED},${ACTIVE},,{}`)).toEqual(TEXT_LINE);
    expect(salvaged(`1111,telegram_1,${BEHIND_USER}`)).toEqual(TEXT_LINE);
  });

  test("may have any thread and user in a file where they have no form", () => {
    expect(
      salvaged(`x,telegram_1,web,t,${CREATED},${ACTIVE},,{}`, { dialect: FREE, isCutAtStart: true }),
    ).toMatchObject({
      code: "fragment",
      fields: { user_id: "telegram_1", platform: "web", thread_id: "t" },
    });
  });

  test("may have other text before its session", () => {
    expect(salvaged(`x,y,${ID},web_1,${BEHIND_USER}`)).toEqual({ ...fragment, fields: WHOLE });
  });

  test.each([";", "\t", "|"])("may have its fields separated by %j", (delimiter) => {
    const text = `b_1,${BEHIND_USER}`.replaceAll(",", delimiter);
    expect(salvaged(text, { layout: { ...USUAL, delimiter } })).toEqual({ ...fragment, fields: last(6) });
    const shorter = `05-01T10:00:00.000001,${ACTIVE},,{}`.replaceAll(",", delimiter);
    expect(salvaged(shorter, { layout: { ...USUAL, delimiter } })).toEqual({ ...fragment, fields: last(3) });
  });

  test("may have quotes around all of its values", () => {
    const text = `b_1","web","${THREAD}","${CREATED}","${ACTIVE}","","{}"`;
    expect(salvaged(text)).toEqual({ ...fragment, fields: last(6) });
    expect(
      salvaged(`x","web_1","web","t","${CREATED}","${ACTIVE}","","{}"`, { dialect: FREE, isCutAtStart: true }).fields,
    ).toEqual({
      ...WHOLE,
      session_id: undefined,
      thread_id: "t",
    });
  });

  test("is none where a delimiter in quotes stands before its times: what belongs to what is not certain", () => {
    expect(
      salvaged(`x","web,_1","web","t","${CREATED}","${ACTIVE}","","{}"`, { dialect: FREE, isCutAtStart: true }),
    ).toEqual(TEXT_LINE);
  });

  test("may have quotes around its times", () => {
    expect(salvaged(`${THREAD},"${CREATED}","${ACTIVE}",,{}`, { isCutAtStart: true })).toEqual({
      ...fragment,
      fields: last(4),
    });
  });
});

test("a line of text is no record, whatever stands around it", () => {
  for (const isCutAtStart of [true, false]) {
    for (const isCutAtEnd of [true, false]) {
      for (const text of ["", "Traceback (most recent call last):", "a, b and c", "{}", '"']) {
        expect(salvaged(text, { isCutAtStart, isCutAtEnd })).toEqual(TEXT_LINE);
      }
    }
  }
});
