import { describe, expect, test } from "vitest";
import { OlderCopy } from "../../src/check/older-copy.js";
import type { Salvage } from "../../src/check/salvage.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { memorySource } from "../../src/store/csv-source.js";
import { inPieces } from "./pieces.js";
import { HEADER, outputOf, planOf } from "./planning.js";
import { lineOf } from "./record-parts.js";

const ID = "11111111-1111-4111-8111-111111111111";
const THREAD = "22222222-2222-4222-8222-222222222222";
const WHOLE = {
  session_id: ID,
  user_id: "web_1",
  platform: "web",
  thread_id: THREAD,
  created_at: "2024-05-01T10:00:00.000001",
  last_activity: "2024-05-01T11:00:00.000001",
  pending_approval: "",
  metadata: "{}",
};

function copyOf(lines: readonly string[], header: string = HEADER): OlderCopy {
  return new OlderCopy([Buffer.from([header, ...lines, ""].join("\n"))]);
}

/** What is left of a record. */
const piece = (fields: Salvage["fields"], faulty?: Salvage["faulty"]): Salvage => ({
  code: "torn-record",
  reason: "it breaks off",
  fields,
  ...(faulty === undefined ? {} : { faulty }),
});

describe("a copy", () => {
  test("may have no records", () => {
    expect(copyOf([]).complete(piece({ session_id: ID }))).toBeUndefined();
  });

  test("may be empty", () => {
    expect(new OlderCopy([]).complete(piece({ session_id: ID }))).toBeUndefined();
  });

  test.each([1, 7, 64])("may come in pieces of %i bytes, and empty ones", (size) => {
    const bytes = Buffer.from(`${HEADER}\n${lineOf({ session_id: "a" })}\n${lineOf()}\n`);
    const pieces: Uint8Array[] = [];
    const source = inPieces(bytes, size);
    for (let at = 0; at < bytes.length; at += size) {
      const target = Buffer.alloc(Math.min(size, bytes.length - at));
      source.readAt(target, at);
      pieces.push(target, new Uint8Array(0));
    }
    expect(new OlderCopy(pieces).complete(piece({ session_id: ID }))).toEqual(WHOLE);
  });

  test("may be longer than what is read at once", () => {
    const many = Array.from({ length: 10_000 }, (_, number) =>
      lineOf({ session_id: `s${number}`, thread_id: `t${number}` }),
    );
    const copy = copyOf(many);
    for (const number of [0, 5000, 9999]) {
      expect(copy.complete(piece({ session_id: `s${number}` }))?.["thread_id"]).toBe(`t${number}`);
    }
  });

  test("may have its columns in another order, and others", () => {
    const copy = copyOf(
      [`x,${lineOf().split(",").reverse().join(",")}`],
      `note,${[...COLUMN_NAMES].reverse().join(",")}`,
    );
    expect(copy.complete(piece({ session_id: ID }))).toEqual({ ...WHOLE, note: "x" });
  });

  test("gives values without their quotes, as Latin-1 of UTF-8", () => {
    const copy = copyOf([lineOf({ user_id: '"Grüße, ""web"""', metadata: '"{""a"":1}"' })]);
    expect(copy.complete(piece({ session_id: ID }))).toEqual({
      ...WHOLE,
      user_id: 'Gr\u00c3\u00bc\u00c3\u009fe, "web"',
      metadata: '{"a":1}',
    });
  });

  test("has nothing in a column behind the end of a record", () => {
    expect(copyOf([lineOf()], `${HEADER},note`).complete(piece({ session_id: ID }))?.["note"]).toBe("");
  });

  test("counts with its last version of a session", () => {
    const later = lineOf({ metadata: '"{""a"":1}"' });
    expect(copyOf([lineOf(), later]).complete(piece({ session_id: ID }))?.["metadata"]).toBe('{"a":1}');
  });
});

describe("a piece of a record", () => {
  test("gets from the copy what is lost, and keeps what is known", () => {
    const known = { session_id: ID, user_id: "web_1", last_activity: "2024-05-01T12:00:00.000001" };
    expect(copyOf([lineOf()]).complete(piece(known))).toEqual({ ...WHOLE, ...known });
  });

  test("keeps also what is empty", () => {
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID, metadata: "" }))?.["metadata"]).toBe("");
  });

  test("of an unknown session gets nothing, and be its thread known", () => {
    expect(copyOf([lineOf()]).complete(piece({ session_id: "other", thread_id: THREAD }))).toBeUndefined();
  });

  test("without its session is known by its thread", () => {
    expect(copyOf([lineOf()]).complete(piece({ thread_id: THREAD }))).toEqual(WHOLE);
  });

  test("of a thread that the copy does not have gets nothing", () => {
    expect(copyOf([lineOf()]).complete(piece({ thread_id: "other" }))).toBeUndefined();
  });

  test.each([2, 3])("of a thread of %i sessions gets nothing", (count) => {
    const lines = Array.from({ length: count }, (_, number) => lineOf({ session_id: `s${number}` }));
    expect(copyOf(lines).complete(piece({ thread_id: THREAD }))).toBeUndefined();
  });

  test("without session and thread gets nothing", () => {
    expect(copyOf([lineOf()]).complete(piece({ user_id: "web_1" }))).toBeUndefined();
    expect(copyOf([lineOf()]).complete(piece({}))).toBeUndefined();
  });

  test.each([
    ["user_id", "web_2"],
    ["platform", "telegram"],
    ["thread_id", "33333333-3333-4333-8333-333333333333"],
    ["created_at", "2024-05-01T10:00:00.000002"],
    ["created_at", ""],
  ])("gets nothing from a record with another %s", (name, value) => {
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID, [name]: value }))).toBeUndefined();
  });

  test("of a thread gets nothing from a record of another user", () => {
    expect(copyOf([lineOf()]).complete(piece({ thread_id: THREAD, user_id: "web_2" }))).toBeUndefined();
  });

  test.each(["last_activity", "pending_approval", "metadata", "note"])("may have another %s", (name) => {
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID, [name]: "new" }))).toEqual({ ...WHOLE, [name]: "new" });
  });

  test("may have its time of creation in another form", () => {
    const created_at = "2024-05-01T12:00:00.000001+02:00";
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID, created_at }))).toEqual({ ...WHOLE, created_at });
  });

  test("may not have an id that is the same time in another form", () => {
    const copy = copyOf([lineOf({ user_id: "2024-05-01T10:00:00+00:00" })]);
    expect(copy.complete(piece({ session_id: ID, user_id: "2024-05-01T12:00:00+02:00" }))).toBeUndefined();
  });

  test("may be completed again and again", () => {
    const copy = copyOf([lineOf()]);
    copy.complete(piece({ session_id: ID, metadata: "changed" }));
    expect(copy.complete(piece({ session_id: ID }))).toEqual(WHOLE);
  });
});

describe("what is left of a value", () => {
  const created = (created_at: string, text: string) =>
    copyOf([lineOf({ created_at })]).complete(piece({ session_id: ID }, { created_at: text })) !== undefined;

  test.each([
    ["2024-05-01T10:20:00", true],
    ["2024-05-01T10:20:59.999999", true],
    ["2024-05-01T10:21:00", false],
    ["2024-05-01T10:19:59.999999", false],
    ["2023-05-01T10:20:30", false],
    ["no time", false],
  ])("a time without its seconds is that of the copy within that minute: %s %s", (whole, fits) => {
    expect([created(whole, "2024/05/01 10:20"), created(whole, " 2024/05/01 10:20 ")]).toEqual([fits, fits]);
  });

  test("a time that cannot be read may have been any", () => {
    expect([created("2024-05-01T10:20:00", "########"), created("2024-05-01T10:20:00", "")]).toEqual([true, true]);
  });

  const user = (user_id: string, text: string) =>
    copyOf([lineOf({ user_id })]).complete(piece({ session_id: ID }, { user_id: text })) !== undefined;

  test.each([
    ["1234567890123456", "1.23457E+15", true],
    ["1234567890123456", "1,23457E+15", true],
    ["1234567890123456", " 1.23457e+15 ", true],
    ["1235500000000000", "1.23457E+15", true],
    ["1233400000000000", "1.23457E+15", true],
    ["1236000000000000", "1.23457E+15", false],
    ["1233000000000000", "1.23457E+15", false],
    ["1236000000000000", "1.23457e+15", false],
    ["123456789012345", "1.23457E+15", false],
    ["1000", "1E+3", true],
    ["web_1", "1.23457E+15", false],
    ["-1234567890123456", "1.23457E+15", false],
  ])("%s may have been made %s: %s", (whole, text, fits) => {
    expect(user(whole, text)).toBe(fits);
  });

  test.each(["", "12345", "1.2E15", "12.3E+15", "x1.2E+15", "1.2E+15x", "#NAME?"])(
    "%j tells nothing: it may have been any id",
    (text) => {
      expect(user("web_1", text)).toBe(true);
    },
  );

  test("is not kept: the value is the copy's", () => {
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID }, { metadata: "{broken", user_id: "" }))).toEqual(WHOLE);
  });

  test("must fit in all columns", () => {
    const faulty = { user_id: "", created_at: "2024/05/01 10:07" };
    expect(copyOf([lineOf()]).complete(piece({ session_id: ID }, faulty))).toBeUndefined();
  });

  test("of a time that the copy does not have does not fit", () => {
    const copy = copyOf(["a"], "session_id");
    expect(copy.complete(piece({ session_id: "a" }, { created_at: "2024/05/01 10:07" }))).toBeUndefined();
  });
});

describe("the exact form of a rounded time", () => {
  const exact = (whole: string, rounded: string) =>
    copyOf([lineOf({ created_at: whole })]).exactTime(ID, "created_at", rounded);

  test.each([
    ["2024-05-01T10:00:00.123456", "2024-05-01T10:00:00.123"],
    ["2024-05-01T10:00:00.123556", "2024-05-01T10:00:00.124"],
    ["2024-05-01T10:00:00.999999", "2024-05-01T10:00:01.000"],
    ["2024-05-01T10:00:00.123999", "2024-05-01T10:00:00.123"],
  ])("is %s of %s", (whole, rounded) => {
    expect(exact(whole, rounded)).toBe(whole);
  });

  test.each([
    ["2024-05-01T10:00:00.124001", "2024-05-01T10:00:00.123"],
    ["2024-05-01T10:00:00.121999", "2024-05-01T10:00:00.123"],
    ["2024-05-01T11:00:00.123456", "2024-05-01T10:00:00.123"],
    ["no time", "2024-05-01T10:00:00.123"],
    ["2024-05-01T10:00:00.123456", "no time"],
  ])("is not %s of %s", (whole, rounded) => {
    expect(exact(whole, rounded)).toBeUndefined();
  });

  test("is not looked for where nothing would change", () => {
    expect(exact("2024-05-01T10:00:00.123", "2024-05-01T10:00:00.123")).toBeUndefined();
  });

  test("is not known of another session or column", () => {
    const copy = copyOf([lineOf()]);
    expect([
      copy.exactTime("other", "created_at", "2024-05-01T10:00:00.000"),
      copy.exactTime(ID, "touched_at", "2024-05-01T10:00:00.000"),
      copy.exactTime(ID, "last_activity", "2024-05-01T11:00:00.000"),
    ]).toEqual([undefined, undefined, "2024-05-01T11:00:00.000001"]);
  });
});

describe("columns of the file", () => {
  const completed = (header: string, torn: string, copied: string, copyHeader = header) => {
    const backup = memorySource(Buffer.from(`${copyHeader}\n${copied}\n`));
    return outputOf(planOf(`${header}\n${torn}`, { backup })).split("\n")[1];
  };
  const TORN = lineOf().slice(0, 130);

  test.each(["note,note", ",", "note,,note,"])("get each its own value from the copy: %j", (more) => {
    const values = more.split(",").map((_, place) => `v${place}`);
    const whole = `${lineOf()},${values.join()}`;
    expect(completed(`${HEADER},${more}`, TORN, whole)).toBe(whole);
  });

  test("keep each its own value where the record breaks off behind them", () => {
    const header = `${HEADER},note,note,last`;
    expect(completed(header, `${lineOf()},new 1,new 2,`, `${lineOf()},old 1,old 2,old 3`)).toBe(
      `${lineOf()},new 1,new 2,old 3`,
    );
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "are empty where the copy has none: %s",
    (name) => {
      expect(completed(`${HEADER},${name}`, TORN, lineOf(), HEADER)).toBe(`${lineOf()},`);
    },
  );
});
