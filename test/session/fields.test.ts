import { describe, expect, test } from "vitest";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import type { FieldValue } from "../../src/session/field-value.js";
import { compareValues, fieldNames, fieldReader, plainText } from "../../src/session/fields.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { open, RETENTION, sessionOf, type SessionTexts } from "./records.js";

function fieldOf(name: string, texts: SessionTexts = {}): FieldValue | undefined {
  return fieldReader(name, COLUMN_NAMES)?.(sessionOf(texts), RETENTION);
}

describe("no field", () => {
  test.each(["", "nothing", "user", "metadata.", "metadata..a", "user_id.a", ".metadata", "State"])(
    "has the name %j",
    (name) => {
      expect(fieldReader(name, COLUMN_NAMES)).toBeUndefined();
    },
  );

  test("is a path into JSON that cannot be decoded", () => {
    expect(fieldOf("metadata.a", { metadata: '{"a":1' })).toEqual({ type: "none" });
  });

  test("is a path into JSON with a NaN, which only Python reads", () => {
    expect(fieldOf("metadata.a", { metadata: '{"a":1,"b":NaN}' })).toEqual({ type: "none" });
  });

  test("is a path into an approval where nothing is pending", () => {
    expect(fieldOf("pending_approval.type", { pending_approval: "null" })).toEqual({ type: "none" });
  });

  test("is a key that is not there", () => {
    expect(fieldOf("metadata.a.b", { metadata: '{"a":{}}' })).toEqual({ type: "none" });
  });
});

describe("a field", () => {
  test.each<[string, SessionTexts, FieldValue]>([
    ["user_id", { user_id: 'a"b' }, { type: "text", text: 'a"b' }],
    ["session_id", { session_id: "" }, { type: "text", text: "" }],
    [
      "created_at",
      { created_at: "2025-09-30T10:30:00+02:00" },
      { type: "time", text: "2025-09-30T10:30:00+02:00", instant: parseTimestamp("2025-09-30T08:30:00") },
    ],
    ["last_activity", { last_activity: "then" }, { type: "time", text: "then", instant: undefined }],
    ["pending_approval", { pending_approval: "" }, { type: "none" }],
    ["pending_approval", { pending_approval: " null " }, { type: "none" }],
    ["pending_approval", { pending_approval: '{"type":1}' }, { type: "json", text: '{"type":1}' }],
    ["metadata", { metadata: "" }, { type: "json", text: "{}" }],
    ["metadata", { metadata: "[1]" }, { type: "json", text: "[1]" }],
    ["metadata", { metadata: '{"a":NaN}' }, { type: "text", text: '{"a":NaN}' }],
    ["metadata", { metadata: "{" }, { type: "text", text: "{" }],
    ["metadata.a.0", { metadata: '{"a":[10000000000000000001]}' }, { type: "json", text: "10000000000000000001" }],
    ["pending_approval.args", { pending_approval: '{"args":{}}' }, { type: "json", text: "{}" }],
    ["pending", { pending_approval: "{}" }, { type: "boolean", value: true }],
    ["pending", {}, { type: "boolean", value: false }],
    ["state", { last_activity: "2025-09-30T11:00:00" }, { type: "text", text: "expired" }],
    ["state", { last_activity: "2025-09-30T11:00:00.000001" }, { type: "text", text: "active" }],
    ["state", { last_activity: "then" }, { type: "text", text: "unknown" }],
    ["idle", { last_activity: "2025-09-30T11:59:58.5" }, { type: "duration", seconds: 1.5 }],
    ["idle", { last_activity: "then" }, { type: "none" }],
  ])("%s of %j", (name, texts, value) => {
    expect(fieldOf(name, texts)).toEqual(value);
  });

  test("may be a column that is not ours", () => {
    const { reader } = open(`${COLUMN_NAMES.join(",")},team\na,b,c,d,e,f,,,"x,y"\n`);
    const read = fieldReader("team", reader.columns.names);
    expect(read?.(reader.session(1), RETENTION)).toEqual({ type: "text", text: "x,y" });
  });

  test("of a column comes before a computed one of the same name", () => {
    const { reader } = open(`${COLUMN_NAMES.join(",")},state\na,b,c,d,e,f,,,Texas\n`);
    const read = fieldReader("state", reader.columns.names);
    expect(read?.(reader.session(1), RETENTION)).toEqual({ type: "text", text: "Texas" });
  });
});

describe("the names of the fields", () => {
  test("are our columns and the computed fields", () => {
    expect(fieldNames(COLUMN_NAMES)).toEqual([...COLUMN_NAMES, "state", "idle", "pending"]);
  });

  test("hold columns of others, and no name twice", () => {
    expect(fieldNames(["team", ...COLUMN_NAMES, "", "idle"])).toEqual([
      ...COLUMN_NAMES,
      "team",
      "idle",
      "state",
      "pending",
    ]);
  });
});

describe("the order of values", () => {
  const text = (of: string): FieldValue => ({ type: "text", text: of });
  const json = (of: string): FieldValue => ({ type: "json", text: of });
  const time = (instant: number | undefined): FieldValue => ({ type: "time", text: "2025", instant });
  const none: FieldValue = { type: "none" };

  test.each<[string, FieldValue, FieldValue]>([
    ["text by its characters", text("10"), text("9")],
    ["JSON numbers by size", json("9"), json("10")],
    ["negative JSON numbers by size", json("-10"), json("-9.5")],
    ["JSON strings without their quotes", json('"a"'), json('"b"')],
    ["lengths of time by size", { type: "duration", seconds: 9 }, { type: "duration", seconds: 10 }],
    ["times by instant", time(9), time(10)],
    ["times before what is no time", time(9), time(undefined)],
    ["numbers before text", json("9"), json('"1"')],
    ["false before true", { type: "boolean", value: false }, { type: "boolean", value: true }],
    ["nothing last", text("z"), none],
  ])("puts %s", (_, first, second) => {
    expect([compareValues(first, second) < 0, compareValues(second, first) > 0]).toEqual([true, true]);
  });

  test.each([[none], [text("a")], [json("1")], [time(undefined)]])("has %j equal to itself", (value) => {
    expect(compareValues(value, value)).toBe(0);
  });
});

describe("the plain text", () => {
  test.each<[FieldValue, string | undefined]>([
    [{ type: "none" }, undefined],
    [{ type: "text", text: '"a"' }, '"a"'],
    [{ type: "time", text: "2025-09-30", instant: undefined }, "2025-09-30"],
    [{ type: "json", text: '"a\\u00e9\\n"' }, "aé\n"],
    [{ type: "json", text: '["a"]' }, '["a"]'],
    [{ type: "json", text: "10000000000000000001" }, "10000000000000000001"],
    [{ type: "duration", seconds: 1.5 }, "1.5"],
    [{ type: "boolean", value: true }, "true"],
  ])("of %j", (value, expected) => {
    expect(plainText(value)).toBe(expected);
  });
});
