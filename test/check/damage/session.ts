import type { Random } from "../../../src/demo/random.js";
import { drawUuid } from "../../../src/demo/uuid.js";
import { COLUMN_NAMES, type ColumnName } from "../../../src/session/columns.js";

export type { ColumnName };
export const COLUMNS = COLUMN_NAMES;
/** A session as the texts of its eight values. */
export type Row = Readonly<Record<ColumnName, string>>;

type Json = string | number | bigint | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What sort of sessions a file is made of. */
export interface BaseOptions {
  /** Fewest and most rows. */
  readonly rows?: readonly [number, number];
  /** Whether times have microseconds: most of them, as Python writes them; none; or every one. */
  readonly micros?: "mixed" | "none" | "all";
  readonly ids?: "uuid" | "short";
  /** The latest day of a month. */
  readonly lastDay?: number;
  /** Whether some sessions wait for an approval. */
  readonly approvals?: boolean;
  /** Writes JSON beyond ASCII as it is. */
  readonly rawUnicode?: boolean;
  readonly lineEnd?: "\r\n" | "\n";
}

const PLATFORMS = ["telegram", "discord", "slack", "teams", "whatsapp", "api", "debug"] as const;

const METADATA: readonly [Json, ...Json[]] = [
  { username: "maria" },
  { language: "en", source: "web" },
  { first_name: "José", city: "Zürich" },
  { name: "王小明", n: 1 },
  { mood: "ok 😀", k: "ü" },
  { path: "C:\\docs\\a.docx", text: "line1\nline2" },
  { title: 'The "big" plan' },
  { note: 'she said "hi", then left', n: 1 },
  { username: "anna", tz: "Europe/Berlin", beta: true },
  { source: "web", score: 0.5, ref: null, n: 3 },
  { tags: ["vip", "trial"], prefs: { theme: "dark", size: 12, more: {} } },
  { chat_id: -1001234567890123456n, username: "li_wei" },
  { user_profile: { name: "O'Brien, Pat", admin: false }, document_path: "/srv/docs/Q3 report.docx" },
  { last_error: "Traceback (most recent call last):\n  File \"bot.py\", line 3\nKeyError: 'x'" },
  { agent: "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36", ip: "10.0.0.7" },
  { empty: "", list: [], formula: "a = b; c | d" },
];

const APPROVALS: readonly [Json, ...Json[]] = [
  { type: "approval_request", tool_name: "apply_edit", tool_call_id: "call_1", args: { anchor: ["body", 1, 0] } },
  {
    type: "approval_request",
    tool_name: "delete_paragraph",
    args: { index: 12 },
    description: "Delete §3, keep table",
  },
  { tool: "replace_text", args: { search: "foo, bar", replace: "baz" }, approved: null },
  { tool: "insert_text", args: { text: 'the "final" version, v2' } },
  { tool: "accept_changes", risky: false, description: "Update section 2.1\nReplace 'scope' text" },
];

/** Sessions in no order, no two of one id. */
export function drawRows(random: Random, options: BaseOptions): Row[] {
  const [fewest, most] = options.rows ?? [8, 20];
  const count = fewest + random.below(most - fewest + 1);
  return Array.from({ length: count }, (_, place) => drawRow(random, options, place));
}

function drawRow(random: Random, options: BaseOptions, place: number): Row {
  const platform = random.pick(PLATFORMS);
  const number = 10_000 + random.below(90_000_000);
  const short = options.ids === "short";
  const created = drawDay(random, options.lastDay ?? 30);
  const active = Math.floor(random.exponential(5 * 3600)) % (20 * 3600);
  const withMicros = options.micros === "all" || (options.micros !== "none" && random.chance(0.9));
  const micros = () => (withMicros ? 1 + random.below(999_999) : 0);
  const [first, second] = [micros(), micros()].sort((a, b) => a - b);
  const ascii = options.rawUnicode !== true;
  return {
    session_id: short ? `s${place}${random.uint32().toString(36)}` : drawUuid(random),
    user_id: platform === "api" ? `api_user${number}` : `${platform}_${number}`,
    platform,
    thread_id: short ? `thread-${place}${random.uint32().toString(36)}` : drawUuid(random),
    created_at: isoformat(created, first ?? 0),
    last_activity: isoformat(Math.min(created + active, endOfMonth(created)), second ?? 0),
    pending_approval: options.approvals !== false && random.chance(0.35) ? dumps(random.pick(APPROVALS), ascii) : "",
    metadata: random.chance(0.2) ? "{}" : dumps(random.pick(METADATA), ascii),
  };
}

/** Seconds since 1970 of a moment in September 2025 or around it. */
function drawDay(random: Random, lastDay: number): number {
  const day = Date.UTC(2025, 7 + random.below(3), 1 + random.below(lastDay - 1)) / 1000;
  return day + random.below(86_400);
}

/** Keeps a session inside the days that its file may hold. */
function endOfMonth(seconds: number): number {
  const day = new Date(seconds * 1000);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate() + 1, 23, 59, 59) / 1000;
}

/** The text of Python's `datetime.isoformat()`. */
export function isoformat(seconds: number, micros: number): string {
  const text = new Date(seconds * 1000).toISOString().slice(0, 19);
  return micros === 0 ? text : `${text}.${micros.toString().padStart(6, "0")}`;
}

/** The text of Python's `json.dumps()`. */
export function dumps(value: Json, ascii = true): string {
  if (typeof value === "string") return quote(value, ascii);
  if (value === null || typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map((item: Json) => dumps(item, ascii)).join(", ")}]`;
  const members = Object.entries(value).map(([key, item]) => `${quote(key, ascii)}: ${dumps(item, ascii)}`);
  return `{${members.join(", ")}}`;
}

function quote(text: string, ascii: boolean): string {
  const json = JSON.stringify(text);
  return ascii ? json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`) : json;
}
