import type { SessionReader } from "./codec.js";
import { fieldReader, plainText } from "./fields.js";
import { NumberList } from "./percentile.js";
import { expiryCutoff, idleSeconds, type Retention } from "./retention.js";
import { formatTimestamp, MICROSECONDS_PER_SECOND, type Instant } from "./timestamp.js";

/** How many sessions of a kind there are. */
export interface SessionCounts {
  readonly total: number;
  readonly active: number;
  readonly expired: number;
  /** Sessions whose `last_activity` cannot be decoded: neither active nor expired. */
  readonly unknown: number;
  readonly pending: number;
}

/** The counts of one group, for instance of one platform. */
export interface SessionGroup extends SessionCounts {
  /** What the sessions of the group have in common; undefined for those that have no such value. */
  readonly key: string | undefined;
}

/** Lengths of time since the last activity, in seconds, by nearest rank. */
export interface IdleTimes {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface SessionStats extends SessionCounts {
  /** Largest first, equal ones by key; days and hours in their order. */
  readonly groups: readonly SessionGroup[];
  /** Undefined where no session has a decodable `last_activity`. */
  readonly idle: IdleTimes | undefined;
  readonly oldestActivity: Instant | undefined;
  readonly newestActivity: Instant | undefined;
  /** Sessions whose last activity lies within the hour before `now`: a lower bound of that hour's writes. */
  readonly touchedLastHour: number;
}

/** What groups the sessions: a day or hour (UTC) of the last activity, or any field. */
export type StatsGrouping = "day" | "hour" | { readonly field: string };

interface Tally {
  total: number;
  active: number;
  expired: number;
  pending: number;
}

const HOUR = 3600 * MICROSECONDS_PER_SECOND;

/** Counts the whole records of a scan, batch by batch. */
export class StatsCollector {
  readonly #reader: SessionReader;
  readonly #retention: Retention;
  readonly #cutoff: Instant;
  readonly #isByTime: boolean;
  readonly #keyOf: (record: number) => string | undefined;
  readonly #tallies = new Map<string | undefined, Tally>();
  readonly #idle = new NumberList();
  #lastKey: string | undefined;
  #lastTally: Tally | undefined;
  #oldest = Infinity;
  #newest = -Infinity;
  #touchedLastHour = 0;

  constructor(reader: SessionReader, retention: Retention, grouping: StatsGrouping) {
    this.#reader = reader;
    this.#retention = retention;
    this.#cutoff = expiryCutoff(retention);
    this.#isByTime = grouping === "day" || grouping === "hour";
    this.#keyOf = keyReader(reader, retention, grouping);
  }

  /** Counts one whole record of the reader's current batch. */
  add(record: number): void {
    const tally = this.#tallyOf(this.#keyOf(record));
    tally.total += 1;
    if (this.#reader.isPending(record)) tally.pending += 1;
    const lastActivity = this.#reader.lastActivity(record);
    if (Number.isNaN(lastActivity)) return;
    if (lastActivity <= this.#cutoff) tally.expired += 1;
    else tally.active += 1;
    const { now } = this.#retention;
    this.#idle.push(idleSeconds(lastActivity, now));
    if (lastActivity < this.#oldest) this.#oldest = lastActivity;
    if (lastActivity > this.#newest) this.#newest = lastActivity;
    if (lastActivity > now - HOUR && lastActivity <= now) this.#touchedLastHour += 1;
  }

  stats(): SessionStats {
    const groups = [...this.#tallies].map(([key, tally]) => ({ key, ...countsOf(tally) }));
    const byKey = (left: SessionGroup, right: SessionGroup): number => ((left.key ?? "") < (right.key ?? "") ? -1 : 1);
    if (this.#isByTime) groups.sort(byKey);
    else groups.sort((left, right) => right.total - left.total || byKey(left, right));
    const sum = (count: keyof SessionCounts): number => groups.reduce((total, group) => total + group[count], 0);
    return {
      total: sum("total"),
      active: sum("active"),
      expired: sum("expired"),
      unknown: sum("unknown"),
      pending: sum("pending"),
      groups,
      idle: this.#idleTimes(),
      oldestActivity: this.#idle.length === 0 ? undefined : this.#oldest,
      newestActivity: this.#idle.length === 0 ? undefined : this.#newest,
      touchedLastHour: this.#touchedLastHour,
    };
  }

  #tallyOf(key: string | undefined): Tally {
    if (this.#lastTally !== undefined && key === this.#lastKey) return this.#lastTally;
    let tally = this.#tallies.get(key);
    if (tally === undefined) {
      tally = { total: 0, active: 0, expired: 0, pending: 0 };
      this.#tallies.set(key, tally);
    }
    this.#lastKey = key;
    this.#lastTally = tally;
    return tally;
  }

  #idleTimes(): IdleTimes | undefined {
    const [p50, p90, p99, max] = this.#idle.percentiles([0.5, 0.9, 0.99, 1]);
    if (p50 === undefined || p90 === undefined || p99 === undefined || max === undefined) return undefined;
    return { p50, p90, p99, max };
  }
}

function countsOf({ total, active, expired, pending }: Tally): SessionCounts {
  return { total, active, expired, unknown: total - active - expired, pending };
}

function keyReader(
  reader: SessionReader,
  retention: Retention,
  grouping: StatsGrouping,
): (record: number) => string | undefined {
  if (grouping === "day" || grouping === "hour") {
    const length = grouping === "day" ? "2025-09-30".length : "2025-09-30T10".length;
    return (record) => {
      const lastActivity = reader.lastActivity(record);
      return Number.isNaN(lastActivity) ? undefined : formatTimestamp(lastActivity).slice(0, length);
    };
  }
  const { field } = grouping;
  if (field === "platform") return reader.repeatedText("platform");
  if (field === "user_id") return (record) => reader.text(record, "user_id");
  const read = fieldReader(field, reader.columns.names);
  if (read === undefined) return () => undefined;
  return (record) => plainText(read(reader.session(record), retention));
}
