import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatInstant, formatTimestamp, parseTimestamp } from "../../src/session/timestamp.js";

/** 1685 to 2255: the years in which an instant is exact. */
const exactInstant = fc.integer({ min: -9_000_000_000_000_000, max: 9_000_000_000_000_000 });

describe("a text", () => {
  test.each(["", "now", "2025-09-30", "2025-02-30T00:00:00", `2025-09-30T10:30:00.${"0".repeat(300)}x`])(
    "like %j is no instant",
    (text) => {
      expect(parseTimestamp(text)).toBeNaN();
    },
  );

  test("without an offset is UTC", () => {
    expect(parseTimestamp("2025-09-30T10:30:00")).toBe(Date.UTC(2025, 8, 30, 10, 30) * 1000);
  });

  test("keeps its microseconds", () => {
    expect(parseTimestamp("2025-09-30T10:30:00.000001Z") - parseTimestamp("2025-09-30T10:30:00")).toBe(1);
  });

  test("does not depend on the one that was parsed before it", () => {
    parseTimestamp("2025-09-30T10:30:00.999999+02:00");
    expect(parseTimestamp("2025-09-30T10:30:00")).toBe(1_759_228_200_000_000);
  });
});

describe("an instant", () => {
  test.each([
    [0, "1970-01-01T00:00:00"],
    [1, "1970-01-01T00:00:00.000001"],
    [-1, "1969-12-31T23:59:59.999999"],
    [1_759_228_200_120_000, "2025-09-30T10:30:00.120000"],
    [1_759_190_399_999_999, "2025-09-29T23:59:59.999999"],
    [1_759_190_400_000_000, "2025-09-30T00:00:00"],
    [-62_135_596_800_000_000, "0001-01-01T00:00:00"],
    [253_402_300_799_000_000, "9999-12-31T23:59:59"],
  ])("of %d microseconds is %s", (instant, text) => {
    expect(formatTimestamp(instant)).toBe(text);
  });

  test("in RFC 3339 ends with Z", () => {
    expect(formatInstant(1_759_228_200_000_001)).toBe("2025-09-30T10:30:00.000001Z");
  });

  test("is written as what is parsed as the same instant, from 1685 to 2255", () => {
    fc.assert(
      fc.property(exactInstant, (instant) => {
        expect([formatTimestamp(instant), formatInstant(instant)].map(parseTimestamp)).toEqual([instant, instant]);
      }),
      { numRuns: 2000 },
    );
  });

  test("of any day that the file can hold is written as Date writes it", () => {
    const wholeSeconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(wholeSeconds, (seconds) => {
        expect(formatTimestamp(seconds * 1_000_000)).toBe(new Date(seconds * 1000).toISOString().slice(0, 19));
      }),
      { numRuns: 10_000 },
    );
  });
});

const ISOFORMAT = `
import json, sys
from datetime import datetime, timedelta
epoch = datetime(1970, 1, 1)
json.dump([(epoch + timedelta(microseconds=instant)).isoformat() for instant in json.load(sys.stdin)], sys.stdout)
`;
const python = spawnSync("python3", ["--version"]);
const isMissing = python.status !== 0;
if (isMissing) console.log("skipped: no python3 on this machine");

test.skipIf(isMissing)("an instant is written as Python's datetime.isoformat writes it", () => {
  const wholeSecond = exactInstant.map((instant) => Math.trunc(instant / 1_000_000) * 1_000_000);
  const instants = fc.sample(fc.oneof(exactInstant, wholeSecond), 2000);
  const { stdout, stderr } = spawnSync("python3", ["-c", ISOFORMAT], {
    input: JSON.stringify(instants),
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(instants.map(formatTimestamp)).toEqual(JSON.parse(stdout));
});
