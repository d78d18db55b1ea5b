import { parse } from "csv-parse/sync";
import { describe, expect, test } from "vitest";
import { generateDemo } from "../../src/demo/generate.js";
import { parseTimestamp } from "../../src/session/timestamp.js";

const NOW = Date.UTC(2025, 11, 31) * 1000;
const MINUTE = 60_000_000;
const DAY = 24 * 60 * MINUTE;

const HEADER = "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata";
const PLATFORMS = ["telegram", "discord", "api", "slack", "whatsapp", "teams"];

function demo(rows: number, seed = 1): string {
  return [...generateDemo({ rows, seed, now: NOW })].join("");
}

interface Row {
  readonly platform: string;
  readonly userId: string;
  readonly idle: number;
  readonly isActive: boolean;
  readonly pending: string;
}

function rowsOf(text: string): Row[] {
  const records: string[][] = parse(text, { from: 2 });
  return records.map(([, userId = "", platform = "", , , last = "", pending = ""]) => {
    const idle = NOW - parseTimestamp(last);
    return { platform, userId, idle, isActive: idle < 60 * MINUTE, pending };
  });
}

describe("generateDemo", () => {
  test("makes these bytes of three rows and seed 1", () => {
    const lines = [
      HEADER,
      String.raw`a5a42a12-de2f-4ecb-8a3c-f188e4c88a49,telegram_12345,telegram,83171e9d-11aa-4df3-99f3-2dc610eff92f,2025-12-30T22:40:33.560699,2025-12-30T23:52:28.134255,,{}`,
      String.raw`089070a7-6b14-48ce-9882-7d2faa070772,api_user1,api,70947a11-a9b0-43aa-89a2-37003a7596b6,2025-12-30T22:45:32.807102,2025-12-30T23:36:23.557963,,"{""source"": ""web"", ""ip_address"": ""224.69.188.187"", ""user_profile"": {""name"": ""\u0410\u043d\u043d\u0430 \u041a\u0430\u0440\u0435\u043d\u0438\u043d\u0430"", ""language"": ""ja"", ""is_premium"": true}, ""message_count"": 113, ""temperature"": 0.1, ""trace_id"": null}"`,
      String.raw`283faf85-cb09-4e9a-aae2-0c0379d5655e,telegram_100000,telegram,37fdf5f1-8e8a-426e-807f-d4347055040d,2025-11-16T12:41:53.166560,2025-11-16T13:00:11.983392,"{""type"": ""approval_request"", ""tool_name"": ""send_message"", ""tool_call_id"": ""call_736340"", ""args"": {""document_id"": ""2af04a09-d7fa-47aa-b1b6-6bae20577696"", ""start"": 997, ""end"": 1722, ""anchor"": [""body"", 10, 2], ""text"": ""Both parties keep all drafts, minutes and recordings for a period of three years after the end of this contract. Prices are net and hold until 31 December; a later order is charged by the list that is in force on its day."", ""dry_run"": false}, ""description"": ""Rename the document to \""Q3 report\""""}","{""source"": ""web"", ""ip_address"": ""190.235.9.36"", ""user_profile"": {""name"": ""Bob Lee"", ""language"": ""en"", ""is_premium"": false}, ""message_count"": 191, ""last_message"": ""Insert a summary\nafter the introduction"", ""chat_id"": -1002857630361}"`,
      "",
    ];
    expect(demo(3)).toBe(lines.join("\r\n"));
  });

  test("makes the header alone of no rows", () => {
    expect(demo(0)).toBe(`${HEADER}\r\n`);
  });

  test("makes the same bytes for the same seed", () => {
    expect(demo(500, 7)).toBe(demo(500, 7));
  });

  test.each([2, 2 ** 31, 2 ** 32 + 1, 2 ** 53 - 1])("makes other bytes for seed %d than for seed 1", (seed) => {
    expect(demo(3, seed)).not.toBe(demo(3, 1));
  });

  test("yields pieces of about 64 Ki characters", () => {
    const lengths = [...generateDemo({ rows: 2000, seed: 1, now: NOW })].map((piece) => piece.length);
    expect(lengths.length).toBeGreaterThan(10);
    for (const length of lengths.slice(0, -1)) {
      expect(length).toBeGreaterThanOrEqual(64 * 1024);
      expect(length).toBeLessThan(68 * 1024);
    }
  });

  test("gives each of 20,000 records eight fields and an id of its own", () => {
    const records: string[][] = parse(demo(20_000), { from: 2 });
    expect(new Set(records.map((record) => record.length))).toEqual(new Set([8]));
    expect(new Set(records.map(([id]) => id)).size).toBe(20_000);
    for (const [id, , , threadId] of records) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(threadId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    }
  });

  test("puts creation into the last year, activity after it, and neither after now", () => {
    const records: string[][] = parse(demo(5000), { from: 2 });
    for (const [, , , , created = "", last = ""] of records) {
      expect(parseTimestamp(created)).toBeGreaterThan(NOW - 366 * DAY);
      expect(parseTimestamp(last)).toBeGreaterThan(parseTimestamp(created));
      expect(parseTimestamp(last)).toBeLessThanOrEqual(NOW);
    }
  });

  test.each([1, 2, 3, 4, 5])(
    "shows active, expired and pending sessions of each platform in 100 rows (seed %d)",
    (seed) => {
      const rows = rowsOf(demo(100, seed));
      expect(new Set(rows.filter((row) => row.isActive).map((row) => row.platform))).toEqual(new Set(PLATFORMS));
      expect(new Set(rows.filter((row) => !row.isActive).map((row) => row.platform))).toEqual(new Set(PLATFORMS));
      expect(new Set(rows.filter((row) => row.pending !== "").map((row) => row.platform))).toEqual(new Set(PLATFORMS));
    },
  );

  test("keeps about a tenth of 100 rows active", () => {
    const active = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].flatMap((seed) =>
      rowsOf(demo(100, seed)).filter((row) => row.isActive),
    );
    expect(active.length).toBeGreaterThan(70);
    expect(active.length).toBeLessThan(130);
  });

  test("leaves half of the sessions idle for over 180 days", () => {
    const old = rowsOf(demo(20_000)).filter((row) => row.idle >= 180 * DAY);
    expect(old.length).toBeGreaterThan(9500);
    expect(old.length).toBeLessThan(10_500);
  });

  test("has about one user to five sessions, and telegram_12345 among them", () => {
    const users = new Set(rowsOf(demo(20_000)).map((row) => row.userId));
    expect(users.size).toBeGreaterThan(3000);
    expect(users.size).toBeLessThan(5000);
    expect(users).toContain("telegram_12345");
  });

  test("has raw line breaks of both kinds in about 1 % of the records, raw non-ASCII text in about 2 %", () => {
    const records: string[][] = parse(demo(20_000), { from: 2 });
    const broken = records.filter((record) => record.some((field) => field.includes("\n")));
    const crlf = broken.filter((record) => record.some((field) => field.includes("\r\n")));
    const nonAscii = records.filter((record) => record.some((field) => /[^\0-\x7f]/.test(field)));
    expect(broken.length / 200).toBeCloseTo(1, 0);
    expect(crlf.length / broken.length).toBeCloseTo(0.5, 0);
    expect(nonAscii.length / 200).toBeCloseTo(2, 0);
  });

  test("writes some times without a fraction", () => {
    expect(demo(1000)).toMatch(/,\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d,/);
  });

  test("makes at least 100,000 rows a second", () => {
    const rates = Array.from({ length: 5 }, () => {
      const start = performance.now();
      for (const piece of generateDemo({ rows: 20_000, seed: 1, now: NOW })) expect(piece).not.toBe("");
      return 20_000 / ((performance.now() - start) / 1000);
    });
    expect(Math.max(...rates)).toBeGreaterThan(100_000);
  });
});
