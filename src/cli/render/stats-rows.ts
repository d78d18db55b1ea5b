import type { FieldValue } from "../../session/field-value.js";
import type { Retention } from "../../session/retention.js";
import type { SessionGroup } from "../../session/stats.js";
import { formatInstant, type Instant } from "../../session/timestamp.js";
import type { Faults, StoreStats } from "../../store/store.js";
import { DATABASE_SIZES, writesPerSecond } from "./database-sizes.js";
import { escapeControlsInJson } from "./visible.js";
import { findingsJson } from "./findings-json.js";
import { createRowWriter, type RowFormat } from "./formats.js";

const COUNTS = ["total", "active", "expired", "unknown", "pending"] as const;

/** One row a group, without a sum, so that programs can add the rows up themselves. */
export async function statsRows({ groups }: StoreStats, by: string, format: RowFormat, limit: number): Promise<string> {
  // A field may have the name of a count.
  const keyName = (COUNTS as readonly string[]).includes(by) ? "key" : by;
  const writer = await createRowWriter(format, [keyName, ...COUNTS]);
  const rows = groups.slice(0, limit).map((group) => {
    const counts = COUNTS.map((name): FieldValue => ({ type: "json", text: String(group[name]) }));
    return writer.row([keyValue(group), ...counts]);
  });
  return writer.begin() + rows.join("") + writer.end();
}

function keyValue({ key }: SessionGroup): FieldValue {
  return key === undefined ? { type: "none" } : { type: "text", text: key };
}

/** Everything as one JSON object. @param damaged records that a server cannot decode; the store counts some of them as whole */
export function statsJson(
  stats: StoreStats,
  by: string,
  location: string,
  { now, timeoutSeconds }: Retention,
  limit: number,
  damaged?: Faults,
): string {
  const { groups, idle, oldestActivity, newestActivity, touchedLastHour, leftOut, byteLength } = stats;
  const time = (instant: Instant | undefined): string | null => (instant === undefined ? null : formatInstant(instant));
  const body = {
    store: location,
    bytes: byteLength,
    now: formatInstant(now),
    timeout_seconds: timeoutSeconds,
    ...Object.fromEntries(COUNTS.map((name) => [name, stats[name]])),
    by,
    groups: groups.slice(0, limit).map((group) => ({
      key: group.key ?? null,
      [by]: group.key ?? null,
      ...Object.fromEntries(COUNTS.map((name) => [name, group[name]])),
    })),
    idle_seconds: idle ?? null,
    oldest_activity: time(oldestActivity),
    newest_activity: time(newestActivity),
    touched_last_hour: touchedLastHour,
    left_out: leftOut.count,
    left_out_findings: findingsJson(leftOut.findings),
    ...(damaged === undefined ? {} : { damaged: damaged.count, damaged_findings: findingsJson(damaged.findings) }),
    database_sizes: {
      active_sessions: { now: stats.active, limit: DATABASE_SIZES.activeSessions },
      writes_per_second: { at_least: writesPerSecond(stats), limit: DATABASE_SIZES.writesPerSecond },
    },
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}
