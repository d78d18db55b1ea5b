import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { instantOf, parseTimestamp } from "./kernel-text.js";
import { timestampText } from "./timestamp-text.js";

const GRAMMAR = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|([+-])(\d\d):(\d\d))?$/;

/** The instant by a regular expression and `Date`; NaN where the text is no timestamp. */
function expected(text: string): number {
  const match = GRAMMAR.exec(text);
  if (match === null) return NaN;
  const part = (index: number): number => Number(match[index] ?? 0);
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (year === 0 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  if (hour > 23 || minute > 59 || second > 59 || part(10) > 23 || part(11) > 59) return NaN;
  date.setUTCHours(hour, minute, second);
  const offsetMs = (part(10) * 60 + part(11)) * (match[9] === "-" ? -60_000 : 60_000);
  const microseconds = Number((match[7] ?? "").padEnd(6, "0").slice(0, 6));
  return Number(BigInt(date.getTime() - offsetMs) * 1000n + BigInt(microseconds));
}

describe("a text that is no timestamp", () => {
  test.each([
    "",
    "2025",
    "2025-09-30",
    "2025-09-30T",
    "2025-09-30T10:30",
    "2025-09-30T10:30:0",
    "20250930T103000",
    "2025-9-30T10:30:00",
    "2025/09/30T10:30:00",
    "2025-09-30_10:30:00",
    "2025-09-30T10.30.00",
    " 2025-09-30T10:30:00",
    "2025-09-30T10:30:00 ",
    "2025-09-30T10:30:00\0",
    "2025-09-30T10:30:00.",
    "2025-09-30T10:30:00.Z",
    "2025-09-30T10:30:00.1a",
    "2025-09-30T10:30:00ZZ",
    "2025-09-30T10:30:00+",
    "2025-09-30T10:30:00+02",
    "2025-09-30T10:30:00+0200",
    "2025-09-30T10:30:00+02:0",
    "2025-09-30T10:30:00+02:00:00",
    "2025-09-30T10:30:00*02:00",
    "2025-09-30T10:30:00+24:00",
    "2025-09-30T10:30:00+02:60",
    "2025-09-30T10:30:00+-2:00",
    "2025-13-01T00:00:00",
    "2025-00-01T00:00:00",
    "2025-01-00T00:00:00",
    "2025-04-31T00:00:00",
    "2025-02-29T00:00:00",
    "1900-02-29T00:00:00",
    "2025-01-01T24:00:00",
    "2025-01-01T00:60:00",
    "2025-01-01T00:00:60",
    "0000-01-01T00:00:00",
    "-001-01-01T00:00:00",
    "10000-01-01T00:00:00",
    "２025-09-30T10:30:00",
    "1759228200",
    "30.09.2025 10:30:00",
    "garbage that is long enough",
  ])("is %j", (text) => {
    expect(instantOf(text)).toBeNaN();
  });
});

describe("a timestamp in microseconds since 1970", () => {
  test.each([
    ["1970-01-01T00:00:00", 0],
    ["1970-01-01T00:00:00.000001", 1],
    ["1969-12-31T23:59:59.999999", -1],
    ["2025-09-30T10:30:00", 1_759_228_200_000_000],
    ["2025-09-30 10:30:00", 1_759_228_200_000_000],
    ["2025-09-30T10:30:00.123456", 1_759_228_200_123_456],
    ["2025-09-30T10:30:00.5", 1_759_228_200_500_000],
    ["2025-09-30T10:30:00.1234567", 1_759_228_200_123_456],
    ["2025-09-30T10:30:00.9999999", 1_759_228_200_999_999],
    ["2025-09-30T10:30:00Z", 1_759_228_200_000_000],
    ["2025-09-30T10:30:00.5Z", 1_759_228_200_500_000],
    ["2025-09-30T12:30:00+02:00", 1_759_228_200_000_000],
    ["2025-09-30T06:00:00-04:30", 1_759_228_200_000_000],
    ["2025-09-30T10:30:00-00:00", 1_759_228_200_000_000],
    ["2025-10-01T10:29:00.25+23:59", 1_759_228_200_250_000],
    ["2024-02-29T00:00:00", 1_709_164_800_000_000],
    ["2000-02-29T00:00:00", 951_782_400_000_000],
    ["0001-01-01T00:00:00", -62_135_596_800_000_000],
    ["9999-12-31T23:59:59", 253_402_300_799_000_000],
  ])("%s is %d", (text, instant) => {
    expect(instantOf(text)).toBe(instant);
  });

  test("may have a fraction of any length, cut to microseconds", () => {
    expect(instantOf(`1970-01-01T00:00:00.000001${"9".repeat(5000)}Z`)).toBe(1);
  });

  test.each([
    ["2025-09-30T10:30:00", true],
    ["2025-09-30T10:30:00.5", true],
    ["2025-09-30T10:30:00Z", false],
    ["2025-09-30T10:30:00+00:00", false],
    ["garbage", false],
  ])("%s names no offset: %s", (text, isNaive) => {
    expect(parseTimestamp(text).isNaive).toBe(isNaive);
  });

  test("is right for each day from the year 1 on", () => {
    for (let day = Date.parse("0001-01-01T00:00:00Z"); day < Date.parse("9999-12-31"); day += 86_400_000 * 37) {
      const text = new Date(day).toISOString().slice(0, 19);
      expect(instantOf(text)).toBe(day * 1000);
    }
  });
});

describe("agreement with a regular expression and Date", () => {
  test("on timestamps of any year, fraction and offset", () => {
    fc.assert(
      fc.property(timestampText, (text) => {
        expect(instantOf(text)).toBe(expected(text));
      }),
      { numRuns: 5000 },
    );
  });

  test("on timestamps with changed characters", () => {
    const change = fc.record({
      at: fc.nat({ max: 40 }),
      remove: fc.nat({ max: 2 }),
      insert: fc.string({ unit: fc.constantFrom(...Array.from("0123456789-:. TZ+")), maxLength: 2 }),
    });
    fc.assert(
      fc.property(timestampText, change, (original, { at, remove, insert }) => {
        const text = original.slice(0, at) + insert + original.slice(at + remove);
        expect(instantOf(text)).toBe(expected(text));
      }),
      { numRuns: 20_000 },
    );
  });
});

const PYTHON = `
import json, sys
from datetime import datetime, timedelta
def micros(text):
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        return None
    offset = value.utcoffset() or timedelta(0)
    return ((value.replace(tzinfo=None) - datetime(1970, 1, 1)) - offset) // timedelta(microseconds=1)
json.dump([micros(text) for text in json.load(sys.stdin)], sys.stdout)
`;
const python = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
const isMissing = python.status !== 0;
if (isMissing) console.log("skipped: no python3 of version 3.11 or newer on this machine");

test.skipIf(isMissing)("Python's datetime.fromisoformat reads the same instant out of each timestamp", () => {
  const texts = fc.sample(timestampText, 5000);
  const { stdout, stderr } = spawnSync("python3", ["-c", PYTHON], { input: JSON.stringify(texts), encoding: "utf8" });
  expect(stderr).toBe("");
  const instants = JSON.parse(stdout) as (number | null)[];
  expect(texts.map((text) => [text, instantOf(text)])).toEqual(
    texts.map((text, index) => [text, instants[index] ?? NaN]),
  );
});
