// What a manager takes of its callers: whatever it takes can be read again by everybody, and is no damage to `sessions validate`.
import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { checkCsv } from "../../src/check/run.js";
import type { JsonInputObject } from "../../src/session/json-dumps.js";
import { RawJson } from "../../src/session/raw-json.js";
import { memorySource } from "../../src/store/csv-source.js";
import { failureOf } from "../storage/folder.js";
import { fileOf, manage, row } from "./managing.js";

const REFUSED: readonly (readonly [string, unknown, string])[] = [
  ["nothing", undefined, "is no text but of the type undefined"],
  ["null", null, "is no text but null"],
  ["a number", 5, "is no text but of the type number"],
  ["empty", "", "is empty"],
  ["a NUL byte", "x\u0000y", "control characters"],
  ["a tab", "x\ty", "control characters"],
  ["a line feed", "x\ny", "control characters"],
  ["a carriage return", "x\r", "control characters"],
  ["an escape", "\u001b[31mx", "control characters"],
  ["a delete", "x\u007f", "control characters"],
  ["a control character of Latin-1", "x\u0085y", "control characters"],
  ["a line separator", "x\u2028y", "line breaks"],
  ["half of a character", "x\ud83d", "halves of characters"],
  ["a space before it", " x", "white space"],
  ["a space behind it", "x ", "white space"],
  ["spaces only", "  ", "white space"],
  ["a no-break space behind it", "x\u00a0", "white space"],
  ["an ideographic space before it", "\u3000x", "white space"],
  ["a byte order mark before it", "\ufeffx", "byte order mark"],
  ["a byte order mark behind it", "x\ufeff", "byte order mark"],
  ["a rounded number", "1.23457E+15", "spreadsheet"],
  ["very long", "x".repeat(1025), "longer than 1024 bytes"],
  ["very long in UTF-8", "é".repeat(513), "longer than 1024 bytes"],
  ["a JSON object", '{"id": 1}', "begins like a JSON object or a time"],
  ["JSON text that holds one", '"{}"', "begins like a JSON object or a time"],
  ["a time", "2025-09-30T10:00:00", "begins like a JSON object or a time"],
  ["a time and more", "'2025-09-30 10:00:00 u1", "begins like a JSON object or a time"],
  ["in curly quotes", "“x”", "quotes around it"],
  ["in curly quotes on one side", "x’", "quotes around it"],
  ["a UUID in quotes", '"c0ffee00-0000-4000-8000-000000000000"', "quotes around it"],
];

function findings(text: string): string[] {
  const codes: string[] = [];
  checkCsv(memorySource(Buffer.from(text)), { onDiagnostic: ({ code }) => codes.push(code) });
  return codes;
}

test.each(REFUSED)("a user or platform that is %s is refused before anything is changed", async (_, value, reason) => {
  const { manager, text } = await manage(fileOf(row("s1")));
  const [userId, platform] = [value as string, value as string];
  for (const [name, request] of [
    ["userId", { userId, platform: "api" }],
    ["platform", { userId: "telegram_1", platform }],
  ] as const) {
    const { code, details, hint } = await failureOf(() => manager.getOrCreateSession(request));
    expect([code, details.reason, typeof hint]).toEqual(["VALUE_REFUSED", expect.stringContaining(reason), "string"]);
    expect(details.reason).toMatch(new RegExp(`^${name} `));
  }
  await manager.flush();
  expect(text()).toBe(fileOf(row("s1")));
});

test.each(["", "a\u0000", " a", "a\n"])("an id %j that createId makes is refused", async (id) => {
  const { manager, text } = await manage(fileOf(), { createId: () => id });
  const { code } = await failureOf(() => manager.getOrCreateSession({ userId: "u", platform: "api" }));
  await manager.flush();
  expect([code, text()]).toEqual(["VALUE_REFUSED", fileOf()]);
});

test.each([
  'a"b',
  "a,b",
  "a b",
  "Zoë",
  "用户 1",
  "😀",
  "=1+1",
  "NULL",
  "-",
  "'x'",
  '"x"',
  "\\",
  "00012",
  "1e5",
  "🏴\u200d☠️",
  "x'",
  "x“y”z",
  "2025-09-30",
  "[1]",
  "x".repeat(1024),
])("a user and platform %j can be read again, and are no damage", async (value) => {
  // A thread of which the id is no UUID, as here, makes the check look closely.
  const { manager, text, file } = await manage(fileOf(row("c0ffee00-0000-4000-8000-000000000000")), {
    createId: () => randomUUID(),
  });
  await manager.getOrCreateSession({ userId: value, platform: value });
  expect(findings(text())).toEqual([]);
  const other = await manage(undefined, { store: file });
  expect(other.manager.getUserSessions(value)).toMatchObject([{ userId: value, platform: value }]);
});

const HOSTILE = '\u0000\u0001\b\t\n\v\f\r\u001b\u007f\u0085\u2028\ufeff\ud800"\\,';

test("names and texts in JSON may hold what they like: all of it is escaped", async () => {
  const { manager, text, file } = await manage(fileOf(row("s1")));
  const value: JsonInputObject = { [HOSTILE]: HOSTILE, "": [HOSTILE, { [HOSTILE]: "" }] };
  await manager.updateSessionMetadata("s1", value);
  await manager.updateSessionMetadata("s1", { raw: new RawJson(' {"\u007f\u2028": "\u0085\ufeff"}\r\n') });
  await manager.setPendingApproval("s1", value);
  await manager.getOrCreateSession({ userId: "u2", platform: "api", metadata: value });
  expect(text().replaceAll("\r\n", "")).toMatch(/^[ -~]+$/);
  expect(findings(text())).toEqual([]);
  const other = await manage(undefined, { store: file });
  expect(other.manager.findSession("s1")).toMatchObject({
    metadata: { ...value, raw: { "\u007f\u2028": "\u0085\ufeff" } },
    pendingApproval: value,
  });
  expect(other.manager.getUserSessions("u2")).toMatchObject([{ metadata: value }]);
});

test.each([
  '{"a": "\u0000"}',
  '{"a": "\n"}',
  '{"\t": 1}',
  '{"a": "\u001f"}',
  "\ufeff{}",
  '\u00a0{"a": 1}',
  '{"a": 1}\u0000',
])("JSON text with raw control characters or foreign white space is refused: %j", (text) => {
  expect(() => new RawJson(text)).toThrow(SyntaxError);
});
