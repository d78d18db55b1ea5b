import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { NumberList } from "../../src/session/percentile.js";
import { StatsCollector, type SessionStats, type StatsGrouping } from "../../src/session/stats.js";
import { formatTimestamp, parseTimestamp } from "../../src/session/timestamp.js";
import { openRecords, RETENTION, type SessionTexts } from "./records.js";

const { now } = RETENTION;
const HOUR = 3_600_000_000;

function statsOf(records: readonly SessionTexts[], grouping: StatsGrouping = { field: "platform" }): SessionStats {
  const { reader } = openRecords(records);
  const collector = new StatsCollector(reader, RETENTION, grouping);
  records.forEach((_, index) => collector.add(index + 1));
  return collector.stats();
}

/** Keys and totals of the groups. */
function groupsOf(records: readonly SessionTexts[], grouping: StatsGrouping): [string | undefined, number][] {
  return statsOf(records, grouping).groups.map(({ key, total }) => [key, total]);
}

describe("the statistics", () => {
  test("of nothing are empty", () => {
    expect(statsOf([])).toEqual({
      total: 0,
      active: 0,
      expired: 0,
      unknown: 0,
      pending: 0,
      groups: [],
      idle: undefined,
      oldestActivity: undefined,
      newestActivity: undefined,
      touchedLastHour: 0,
    });
  });

  test("count a session whose last activity cannot be decoded as unknown, and nothing else of it", () => {
    expect(statsOf([{ last_activity: "then", platform: "x", pending_approval: "{}" }])).toEqual({
      total: 1,
      active: 0,
      expired: 0,
      unknown: 1,
      pending: 1,
      groups: [{ key: "x", total: 1, active: 0, expired: 0, unknown: 1, pending: 1 }],
      idle: undefined,
      oldestActivity: undefined,
      newestActivity: undefined,
      touchedLastHour: 0,
    });
  });

  test("count a session that has been idle for exactly the timeout as expired", () => {
    const records = [-HOUR, -HOUR + 1].map((age) => ({ last_activity: formatTimestamp(now + age) }));
    expect(statsOf(records)).toMatchObject({ expired: 1, active: 1 });
  });

  test("count the last hour without its first microsecond, and nothing in the future", () => {
    const records = [-HOUR, -HOUR + 1, 0, 1].map((age) => ({ last_activity: formatTimestamp(now + age) }));
    expect(statsOf(records).touchedLastHour).toBe(2);
  });

  test("know the oldest and the newest activity and the idle times", () => {
    const records = [1, 2, 3, 4].map((hours) => ({ last_activity: formatTimestamp(now - hours * HOUR) }));
    expect(statsOf(records)).toMatchObject({
      oldestActivity: now - 4 * HOUR,
      newestActivity: now - HOUR,
      idle: { p50: 7200, p90: 14_400, p99: 14_400, max: 14_400 },
    });
  });

  test("have negative idle times for activity in the future", () => {
    expect(statsOf([{ last_activity: formatTimestamp(now + HOUR) }]).idle?.max).toBe(-3600);
  });
});

describe("the groups", () => {
  test("come largest first, equal ones by key", () => {
    const records = ["b", "c", "a", "c"].map((platform) => ({ platform }));
    expect(groupsOf(records, { field: "platform" })).toEqual([
      ["c", 2],
      ["a", 1],
      ["b", 1],
    ]);
  });

  test.each<[StatsGrouping, [string | undefined, number][]]>([
    [
      "day",
      [
        [undefined, 1],
        ["2025-09-29", 1],
        ["2025-09-30", 2],
      ],
    ],
    [
      "hour",
      [
        [undefined, 1],
        ["2025-09-29T23", 1],
        ["2025-09-30T00", 1],
        ["2025-09-30T01", 1],
      ],
    ],
  ])("by %s are those of UTC", (grouping, groups) => {
    const times = ["2025-09-29T23:59:59.999999", "2025-09-30T00:00:00", "2025-09-30T04:00:00+03:00", "then"];
    const found = groupsOf(
      times.map((last_activity) => ({ last_activity })),
      grouping,
    );
    expect(found).toEqual(groups);
  });

  test("by a path into JSON have one for sessions without it", () => {
    const records = ['{"a":"x"}', '{"a":"\\u0078"}', "{}", "broken"].map((metadata) => ({ metadata }));
    const groups = groupsOf(records, { field: "metadata.a" });
    expect(groups).toEqual(
      expect.arrayContaining([
        ["x", 2],
        [undefined, 2],
      ]),
    );
  });

  test("by a field that does not exist are one", () => {
    expect(groupsOf([{}, {}], { field: "nothing" })).toEqual([[undefined, 2]]);
  });

  test("by platform tell apart more platforms than are kept at hand, and quoted ones", () => {
    const platforms = Array.from({ length: 1200 }, (_, index) =>
      index % 3 === 0 ? `p"${index % 600}` : `p${index % 600}`,
    );
    const groups = groupsOf(
      platforms.map((platform) => ({ platform })),
      { field: "platform" },
    );
    expect(new Map(groups)).toEqual(new Map(platforms.map((platform) => [platform, 2])));
  });
});

describe("a naive count agrees", () => {
  const session = fc.record({
    platform: fc.constantFrom("telegram", "discord", "", 'q"x'),
    user_id: fc.constantFrom("a", "b", "c"),
    last_activity: fc.oneof(
      fc.integer({ min: now - 50 * HOUR, max: now + HOUR }).map(formatTimestamp),
      fc.constantFrom("then", formatTimestamp(now - HOUR), formatTimestamp(now)),
    ),
    pending_approval: fc.constantFrom("", "null", '{"type": "x"}'),
    metadata: fc.constantFrom("{}", '{"a": 1}', '{"a": "1"}', "broken"),
  });
  const KEYS: readonly [string, StatsGrouping, (texts: SessionTexts) => string | undefined][] = [
    ["platform", { field: "platform" }, ({ platform }) => platform],
    ["user_id", { field: "user_id" }, ({ user_id }) => user_id],
    ["metadata.a", { field: "metadata.a" }, ({ metadata }) => (/"a"/.test(metadata ?? "") ? "1" : undefined)],
    ["day", "day", ({ last_activity }) => (last_activity === "then" ? undefined : last_activity?.slice(0, 10))],
    ["hour", "hour", ({ last_activity }) => (last_activity === "then" ? undefined : last_activity?.slice(0, 13))],
  ];

  test.each(KEYS)("by %s", (_, grouping, keyOf) => {
    fc.assert(
      fc.property(fc.array(session, { maxLength: 30 }), (records) => {
        const count = (of: readonly SessionTexts[]): object => {
          const instants = of.map(({ last_activity }) => parseTimestamp(last_activity ?? ""));
          const expired = instants.filter((instant) => now - instant >= HOUR).length;
          const unknown = instants.filter(Number.isNaN).length;
          const pending = of.filter(({ pending_approval }) => pending_approval?.startsWith("{")).length;
          return { total: of.length, expired, unknown, active: of.length - expired - unknown, pending };
        };
        const { groups, ...totals } = statsOf(records, grouping);
        const keys = [...new Set(records.map(keyOf))];
        expect(totals).toMatchObject(count(records));
        expect(new Map(groups.map(({ key, ...counts }) => [key, counts]))).toEqual(
          new Map(keys.map((key) => [key, count(records.filter((texts) => keyOf(texts) === key))])),
        );
      }),
      { numRuns: 60 },
    );
  });
});

describe("percentiles", () => {
  function percentilesOf(values: readonly number[], shares: readonly number[]): readonly number[] {
    const list = new NumberList();
    for (const value of values) list.push(value);
    return list.percentiles(shares);
  }

  test("of nothing are none", () => {
    expect(percentilesOf([], [0.5, 1])).toEqual([]);
  });

  test.each([
    [0.05, 15],
    [0.3, 20],
    [0.4, 20],
    [0.5, 35],
    [1, 50],
  ])("by nearest rank: %d is %d", (share, value) => {
    expect(percentilesOf([35, 20, 15, 50, 40], [share])).toEqual([value]);
  });

  test("are the values of their ranks in the sorted list", () => {
    const value = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true })).map((number) => number + 0);
    const hundredths = [1, 50, 90, 99, 100];
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 3000, size: "max" }), (values) => {
        const sorted = values.toSorted((left, right) => left - right);
        const expected = hundredths.map((share) => sorted[Math.ceil((values.length * share) / 100) - 1]);
        const shares = hundredths.map((share) => share / 100);
        expect(percentilesOf(values, shares)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});
