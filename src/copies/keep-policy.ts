// Which backups to keep, with the meanings that restic gives to the same words. Pure.

/** How many of which backups to keep; what is left out keeps nothing, `Infinity` keeps all. */
export interface KeepPolicy {
  readonly last?: number;
  readonly hourly?: number;
  readonly daily?: number;
  readonly weekly?: number;
  readonly monthly?: number;
  readonly yearly?: number;
  /** Seconds before the newest backup. */
  readonly withinSeconds?: number;
}

/** A backup and why it stays; without a reason it goes. */
export interface Kept<T> {
  readonly item: T;
  /** Such as `daily`, `oldest weekly`, `within`. */
  readonly reasons: readonly string[];
}

type Period = Exclude<keyof KeepPolicy, "withinSeconds">;

const DAY_MS = 86_400_000;

/** What two backups of one period have in common; calendar periods are those of UTC, weeks begin on Monday. */
const PERIODS: Readonly<Record<Period, (time: Date, place: number) => string | number>> = {
  last: (_time, place) => place,
  hourly: (time) => time.toISOString().slice(0, "2025-09-30T10".length),
  daily: (time) => time.toISOString().slice(0, "2025-09-30".length),
  // 1970 began on a Thursday.
  weekly: (time) => Math.floor((Math.floor(time.getTime() / DAY_MS) + 3) / 7),
  monthly: (time) => time.toISOString().slice(0, "2025-09".length),
  yearly: (time) => time.getUTCFullYear(),
};

/** A policy that would keep nothing, which is none: everything stays. */
export function isEmptyPolicy(policy: KeepPolicy): boolean {
  return Object.values(policy).every((amount: number | undefined) => (amount ?? 0) === 0);
}

/**
 * Applies a policy. From the newest on, the first backup of each period stays, for as many periods as are asked for;
 * periods without a backup do not count. The oldest backup stays too while there are some left. Any one reason is enough.
 * `within` counts from the newest backup that is not in the future. An empty policy keeps all.
 *
 * @returns all of them, newest first
 */
export function applyKeepPolicy<T extends { readonly time: Date }>(
  items: readonly T[],
  policy: KeepPolicy,
  now: Date,
): readonly Kept<T>[] {
  const newestFirst = items.toSorted((a, b) => b.time.getTime() - a.time.getTime());
  if (isEmptyPolicy(policy)) return newestFirst.map((item) => ({ item, reasons: ["no policy"] }));
  const buckets = (Object.keys(PERIODS) as Period[]).map((period) => ({
    period,
    left: policy[period] ?? 0,
    last: undefined as string | number | undefined,
  }));
  const newest = newestFirst.find(({ time }) => time.getTime() <= now.getTime())?.time.getTime();
  return newestFirst.map((item, place) => {
    const reasons: string[] = [];
    if (isWithin(item.time, newest, policy)) reasons.push("within");
    for (const bucket of buckets) {
      if (bucket.left === 0) continue;
      const value = PERIODS[bucket.period](item.time, place);
      const isFirst = value !== bucket.last;
      if (!isFirst && place < newestFirst.length - 1) continue;
      bucket.last = value;
      bucket.left -= 1;
      reasons.push(isFirst ? bucket.period : `oldest ${bucket.period}`);
    }
    return { item, reasons };
  });
}

function isWithin(time: Date, newest: number | undefined, { withinSeconds = 0 }: KeepPolicy): boolean {
  if (withinSeconds === 0) return false;
  // All of them are in the future: they are not touched.
  return newest === undefined || time.getTime() > newest - withinSeconds * 1000;
}
