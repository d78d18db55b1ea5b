import type { Retention } from "../../session/retention.js";
import type { SessionGroup } from "../../session/stats.js";
import type { Instant } from "../../session/timestamp.js";
import type { StoreStats } from "../../store/store.js";
import { bar } from "./bars.js";
import { DATABASE_SIZES, writesPerSecond } from "./database-sizes.js";
import { renderKeyValues } from "./key-values.js";
import { count, groupDigits, humanBytes, percent } from "./numbers.js";
import type { Style } from "./style.js";
import { renderTable, type TableCell, type TableColumn } from "./table.js";
import { absoluteTime, humanDuration, relativeTime } from "./time.js";
import { wrap } from "./width.js";

const BAR_COLUMNS = 20;

export interface StatsLook {
  readonly retention: Retention;
  readonly timeZone: string;
  readonly style: Style;
  readonly width: number;
  /** How many groups to show, largest first. */
  readonly limit: number;
}

/** The counts for people: the sum, a row and a bar for each group, idle times, and how far a file still serves. */
export function renderStats(stats: StoreStats, by: string, location: string, look: StatsLook): string {
  const { style, width, limit } = look;
  const groups = stats.groups.slice(0, limit);
  const hidden = stats.groups.length - groups.length;
  const table = renderTable({
    columns: groupColumns(by, stats.unknown > 0),
    rows: groupRows(stats, groups, style),
    width,
    style,
  });
  return [
    headline(stats, width, style),
    groups.length === 0 ? "" : `\n${table}`,
    hidden === 0 ? "" : `${style.dim(`and ${count(hidden, "other group")}`)}\n`,
    "\n",
    renderKeyValues(details(stats, location, look), width, style),
  ].join("");
}

function headline(stats: StoreStats, width: number, style: Style): string {
  const total = count(stats.total, "session");
  const lines = wrap([total, ...totals(stats)].join(", "), width).join("\n");
  return `${style.bold(total)}${lines.slice(total.length)}\n`;
}

function totals({ active, expired, unknown, pending }: StoreStats): string[] {
  const parts = [`${groupDigits(active)} active`, `${groupDigits(expired)} expired`];
  if (unknown > 0) parts.push(`${groupDigits(unknown)} without a readable last activity`);
  return [...parts, count(pending, "pending approval")];
}

function groupColumns(by: string, hasUnknown: boolean): TableColumn[] {
  const number = { align: "right", minWidth: 5 } as const;
  return [
    { header: by.toUpperCase(), minWidth: 8, flexible: true },
    { header: "TOTAL", ...number },
    { header: "ACTIVE", ...number },
    { header: "EXPIRED", ...number },
    ...(hasUnknown ? [{ header: "UNKNOWN", ...number }] : []),
    { header: "PENDING", ...number },
    { header: "SHARE", align: "right", minWidth: 5, dropOrder: 2 },
    { header: "", minWidth: BAR_COLUMNS, dropOrder: 1 },
  ];
}

function groupRows(stats: StoreStats, groups: readonly SessionGroup[], style: Style): TableCell[][] {
  const largest = Math.max(...groups.map(({ total }) => total));
  return groups.map((group) => [
    { text: group.key ?? "(none)", ...(group.key === undefined ? { style: style.dim } : {}) },
    { text: groupDigits(group.total) },
    { text: groupDigits(group.active), style: style.green },
    { text: groupDigits(group.expired) },
    ...(stats.unknown > 0 ? [{ text: groupDigits(group.unknown), style: style.red }] : []),
    { text: groupDigits(group.pending), style: style.yellow },
    { text: percent(group.total / stats.total) },
    { text: bar(group.total / largest, BAR_COLUMNS), style: style.cyan },
  ]);
}

function details(
  stats: StoreStats,
  location: string,
  { retention, timeZone }: StatsLook,
): { label: string; value: string }[] {
  const { idle, oldestActivity, newestActivity, byteLength } = stats;
  const time = (instant: Instant): string =>
    `${absoluteTime(instant, timeZone)} (${relativeTime(instant, retention.now)})`;
  const lines: { label: string; value: string }[] = [];
  if (idle !== undefined && oldestActivity !== undefined && newestActivity !== undefined) {
    const { p50, p90, p99, max } = idle;
    const [half, most, nearlyAll, longest] = [p50, p90, p99, max].map(humanDuration);
    lines.push(
      { label: "Idle", value: `half ${half} or less, 90% ${most}, 99% ${nearlyAll}, longest ${longest}` },
      { label: "Newest", value: time(newestActivity) },
      { label: "Oldest", value: time(oldestActivity) },
    );
  }
  lines.push({ label: "Expired", value: `idle for ${humanDuration(retention.timeoutSeconds)} or longer` });
  lines.push({ label: "File", value: `${location}, ${humanBytes(byteLength)}` });
  lines.push({ label: "Outgrown", value: outgrown(stats) });
  return lines;
}

/** How far the file is from the sizes at which a database serves better. */
function outgrown(stats: StoreStats): string {
  const { activeSessions, writesPerSecond: writes } = DATABASE_SIZES;
  const rate = writesPerSecond(stats);
  const isReached = stats.active >= activeSessions || rate >= writes;
  const verdict = isReached ? "yes: a database serves better from here on" : "not yet";
  const ofSessions = `${groupDigits(stats.active)} of ${groupDigits(activeSessions)} active sessions`;
  const ofWrites = `at least ${rate} of ${writes} writes/s in the last hour`;
  return `${verdict} (${ofSessions}, ${percent(Math.min(1, stats.active / activeSessions))}; ${ofWrites})`;
}
