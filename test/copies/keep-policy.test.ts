// The words of a policy mean what they mean in restic; its documented examples, doc/060_forget.rst, stand here.
import { describe, expect, test } from "vitest";
import { applyKeepPolicy, isEmptyPolicy, type KeepPolicy } from "../../src/copies/keep-policy.js";

const NOW = new Date("2030-01-01T00:00:00Z");

function backups(...times: readonly string[]): { readonly time: Date; readonly name: string }[] {
  return times.map((name) => ({ name, time: new Date(`${name}Z`) }));
}

function kept(times: readonly string[], policy: KeepPolicy, now = NOW): string[] {
  return applyKeepPolicy(backups(...times), policy, now)
    .filter(({ reasons }) => reasons.length > 0)
    .map(({ item, reasons }) => `${item.name} ${reasons.join(", ")}`);
}

const SUNDAYS = [
  "2019-09-01T11:00:00",
  "2019-09-08T11:00:00",
  "2019-09-15T11:00:00",
  "2019-09-22T11:00:00",
  "2019-09-29T11:00:00",
  "2019-10-06T11:00:00",
  "2019-10-13T11:00:00",
  "2019-10-20T11:00:00",
  "2019-10-27T11:00:00",
  "2019-11-03T11:00:00",
  "2019-11-10T11:00:00",
  "2019-11-17T11:00:00",
];

describe("restic's examples", () => {
  test("a backup every Sunday for 12 weeks, keep-daily 4: the last four Sundays", () => {
    expect(kept(SUNDAYS, { daily: 4 })).toEqual([
      "2019-11-17T11:00:00 daily",
      "2019-11-10T11:00:00 daily",
      "2019-11-03T11:00:00 daily",
      "2019-10-27T11:00:00 daily",
    ]);
  });

  // The documentation counts for a last backup on a Sunday, so that the 7 daily ones are one week.
  test.each(["2019-11-17", "2019-11-24", "2019-12-29"])(
    "a backup every day for 100 years up to Sunday %s, daily 7, weekly 5, monthly 12, yearly 75",
    (last) => {
      const end = Date.parse(`${last}T11:00:00Z`);
      const times = Array.from({ length: 36_524 }, (_, day) =>
        new Date(end - day * 86_400_000).toISOString().slice(0, 19),
      );
      const results = kept(times, { daily: 7, weekly: 5, monthly: 12, yearly: 75 });
      const added = (reason: string): number => results.filter((line) => line.split(/[ ,]+/)[1] === reason).length;
      expect([added("daily"), added("weekly")]).toEqual([7, 4]);
      expect([12, 11]).toContain(added("monthly"));
      expect(results.filter((line) => /\byearly$/.test(line))).toHaveLength(75);
    },
  );

  test("an empty policy removes nothing", () => {
    for (const policy of [{}, { last: 0 }, { daily: 0, withinSeconds: 0 }]) {
      expect(isEmptyPolicy(policy)).toBe(true);
      expect(kept(SUNDAYS, policy)).toHaveLength(12);
    }
  });

  test("a policy that keeps less than there is keeps the oldest in a period that is not used up", () => {
    expect(kept(SUNDAYS, { monthly: 12 })).toEqual([
      "2019-11-17T11:00:00 monthly",
      "2019-10-27T11:00:00 monthly",
      "2019-09-29T11:00:00 monthly",
      "2019-09-01T11:00:00 oldest monthly",
    ]);
  });
});

test("no backups at all", () => {
  expect(kept([], { last: 3 })).toEqual([]);
});

test("last counts backups, whatever their time", () => {
  const times = ["2025-01-01T00:00:00", "2025-01-01T00:00:00", "2025-01-01T00:00:01"];
  expect(kept(times, { last: 2 })).toEqual(["2025-01-01T00:00:01 last", "2025-01-01T00:00:00 last"]);
});

test("Infinity keeps one of each period for ever", () => {
  expect(kept(["2024-01-01T01:00:00", "2024-01-01T05:00:00", "2025-01-01T00:00:00"], { daily: Infinity })).toEqual([
    "2025-01-01T00:00:00 daily",
    "2024-01-01T05:00:00 daily",
    "2024-01-01T01:00:00 oldest daily",
  ]);
});

test("an hour with several backups keeps its newest", () => {
  const times = ["2025-01-01T00:30:00", "2025-01-01T01:00:00", "2025-01-01T01:59:59", "2025-01-01T02:00:00"];
  expect(kept(times, { hourly: 2 })).toEqual(["2025-01-01T02:00:00 hourly", "2025-01-01T01:59:59 hourly"]);
});

test("weeks go from Monday to Sunday, across the year too", () => {
  // The 29th of December 2024 was a Sunday.
  const times = ["2024-12-28T00:00:00", "2024-12-29T23:59:59", "2024-12-30T00:00:00", "2025-01-05T23:59:59"];
  expect(kept(times, { weekly: 2 })).toEqual(["2025-01-05T23:59:59 weekly", "2024-12-29T23:59:59 weekly"]);
});

test("within counts from the newest backup, not from now, and its border is outside", () => {
  const times = ["2025-01-01T00:00:00", "2025-01-01T00:00:01", "2025-01-03T00:00:00"];
  expect(kept(times, { withinSeconds: 2 * 86_400 })).toEqual([
    "2025-01-03T00:00:00 within",
    "2025-01-01T00:00:01 within",
  ]);
});

test("backups from the future stay, and do not make those of today look old", () => {
  const times = ["2025-01-01T00:00:00", "2025-01-01T10:00:00", "2031-01-01T00:00:00"];
  expect(kept(times, { withinSeconds: 7200 }, new Date("2025-01-01T11:00:00Z"))).toEqual([
    "2031-01-01T00:00:00 within",
    "2025-01-01T10:00:00 within",
  ]);
});

test("one reason is enough, and all are told", () => {
  const times = ["2025-01-01T00:00:00", "2025-01-02T00:00:00"];
  expect(kept(times, { last: 1, daily: 1, yearly: 1 })).toEqual(["2025-01-02T00:00:00 last, daily, yearly"]);
});

test("with what a policy keeps, the same policy keeps it again", () => {
  const policy = { last: 2, daily: 3, weekly: 2, monthly: 2 };
  const once = kept(SUNDAYS, policy).map((line) => line.split(" ")[0] ?? "");
  expect(kept(once, policy).map((line) => line.split(" ")[0])).toEqual(once);
});
