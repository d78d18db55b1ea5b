import { describe, expect, test } from "vitest";
import { absoluteTime, humanDuration, isTimeZone, relativeTime } from "../../../src/cli/render/time.js";

const instantAt = (inUtc: string) => Date.parse(`${inUtc}Z`) * 1000;
const NOW = instantAt("2025-09-30T10:30:00");
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("relativeTime", () => {
  test.each([
    [0, "just now"],
    [5 * SECOND - 1, "just now"],
    [-5 * SECOND + 1, "just now"],
    [5 * SECOND, "5s ago"],
    [MINUTE - 1, "59s ago"],
    [MINUTE, "1m ago"],
    [HOUR - 1, "59m ago"],
    [HOUR, "1h ago"],
    [DAY - 1, "23h ago"],
    [DAY, "1d ago"],
    [14 * DAY - 1, "13d ago"],
    [14 * DAY, "2w ago"],
    [365 * DAY - 1, "52w ago"],
    [365 * DAY, "1y ago"],
    [800 * DAY, "2y ago"],
    [-5 * SECOND, "in 5s"],
    [-3 * MINUTE, "in 3m"],
    [-20 * DAY, "in 2w"],
  ])("%i microseconds before now is %j", (microseconds, expected) => {
    expect(relativeTime(NOW - microseconds, NOW)).toBe(expected);
  });
});

describe("absoluteTime", () => {
  test.each([
    ["2025-09-30T10:30:00", "UTC", "2025-09-30 10:30:00 UTC"],
    ["2025-09-30T10:30:00.999", "UTC", "2025-09-30 10:30:00 UTC"],
    ["1969-12-31T23:59:59.5", "Etc/UTC", "1969-12-31 23:59:59 UTC"],
    ["0001-01-01T00:00:00", "UTC", "0001-01-01 00:00:00 UTC"],
    ["2025-09-30T10:30:00", "Europe/Berlin", "2025-09-30 12:30:00 +02:00"],
    ["2025-12-30T23:30:00", "Europe/Berlin", "2025-12-31 00:30:00 +01:00"],
    ["2025-10-26T00:59:59", "Europe/Berlin", "2025-10-26 02:59:59 +02:00"],
    ["2025-10-26T01:00:00", "Europe/Berlin", "2025-10-26 02:00:00 +01:00"],
    ["2025-09-30T10:30:00", "Europe/London", "2025-09-30 11:30:00 +01:00"],
    ["2025-12-30T10:30:00", "Europe/London", "2025-12-30 10:30:00 +00:00"],
    ["2025-09-30T10:30:00", "America/St_Johns", "2025-09-30 08:00:00 -02:30"],
    ["2025-09-30T10:30:00", "Asia/Kathmandu", "2025-09-30 16:15:00 +05:45"],
    ["1890-01-01T00:00:00", "Europe/Berlin", "1890-01-01 00:53:00 +00:53"],
  ])("%s in %s is %s", (timestamp, timeZone, expected) => {
    expect(absoluteTime(instantAt(timestamp), timeZone)).toBe(expected);
  });
});

describe("humanDuration", () => {
  test.each([
    [0, "0s"],
    [0.9, "0s"],
    [59.9, "59s"],
    [60, "1m"],
    [3599, "59m 59s"],
    [3605, "1h"],
    [3900, "1h 5m"],
    [90_061, "1d 1h"],
    [3 * 86_400 + 4 * 3600 + 59, "3d 4h"],
    [3 * 86_400 + 59 * 60, "3d"],
    [400 * 86_400, "400d"],
    [-150, "-2m 30s"],
    [-0.5, "0s"],
  ])("%d seconds are %j", (seconds, expected) => {
    expect(humanDuration(seconds)).toBe(expected);
  });
});

describe("isTimeZone", () => {
  test.each(["Europe/Berlin", "UTC", "Etc/GMT+5", "europe/berlin"])("knows %s", (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  test.each(["", "Mars/Olympus", "Europe/Berlin ", "../etc/passwd", "2 hours"])("does not know %j", (name) => {
    expect(isTimeZone(name)).toBe(false);
  });
});
