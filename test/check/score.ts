// What a repair made of a damaged file, held against the truth about it.
import { parse } from "csv-parse/sync";
import type { RowTruth, Truth } from "./damage/draft.js";
import { COLUMNS, type ColumnName } from "./damage/session.js";

export type LooseRow = Readonly<Partial<Record<string, string>>>;

export interface Score {
  /** Rows of which all values could be known, and those that are back. */
  recoverable: number;
  recovered: number;
  /** Values that could be known of rows that are not whole, and those that are back, wherever they stand. */
  known: number;
  knownRight: number;
  /** Rows and values that never stood there. */
  invented: number;
  /** Second rows for one session. */
  duplicates: number;
  /** Rows that are older versions of others. */
  stale: number;
  /** What is wrong, for people. */
  notes: string[];
}

/** The rows of a repaired file; throws where it is no CSV. */
export function readOutput(output: Buffer): LooseRow[] {
  if (output.length === 0) return [];
  const record_delimiter = ["\r\n", "\n", "\r"];
  return parse(output, {
    columns: true,
    relax_column_count: true,
    bom: true,
    skip_empty_lines: true,
    record_delimiter,
  });
}

type Judgement = { readonly right: readonly ColumnName[]; readonly wrong: readonly ColumnName[] };

/** @param rows those of the output; `partial` are pieces that were set aside, with the values that are certain */
export function score(truth: Truth, rows: readonly LooseRow[], partial: readonly LooseRow[]): Score {
  const result: Score = {
    recoverable: 0,
    recovered: 0,
    known: 0,
    knownRight: 0,
    invented: 0,
    duplicates: 0,
    stale: 0,
    notes: [],
  };
  const find = finder(truth.rows);
  const stale = new Set(truth.stale.map((row) => canonicalRow(row)));
  const best = new Map<number, { readonly right: readonly ColumnName[]; readonly isMain: boolean }>();
  const take = (row: LooseRow, isMain: boolean): void => {
    const candidates = find(row);
    const found = closest(truth.rows, candidates, row);
    if (isMain && stale.has(canonicalRow(row)) && (found === undefined || found.right.length < COLUMNS.length)) {
      result.stale += 1;
      return;
    }
    if (found === undefined) {
      if (!isMain || Object.values(row).every((value) => value === "" || value === undefined)) return;
      result.invented += 1;
      result.notes.push(`invented row ${JSON.stringify(row).slice(0, 200)}`);
      return;
    }
    const { place, right, wrong, status } = found;
    if (status === "ambiguous") return;
    if (isMain) {
      result.invented += wrong.length;
      for (const name of wrong) result.notes.push(`row ${place}: invented ${name} ${JSON.stringify(row[name])}`);
      if (best.get(place)?.isMain === true) {
        result.duplicates += 1;
        result.notes.push(`row ${place} twice`);
      }
    }
    const known = best.get(place);
    if (known === undefined || right.length > known.right.length) best.set(place, { right, isMain });
  };
  for (const row of rows) take(row, true);
  for (const row of partial) take(row, false);
  truth.rows.forEach((row, place) => count(result, row, place, best.get(place)));
  return result;
}

function count(
  result: Score,
  { status, known }: RowTruth,
  place: number,
  found: { readonly right: readonly ColumnName[]; readonly isMain: boolean } | undefined,
): void {
  if (status === "exact") {
    result.recoverable += 1;
    if (found?.isMain === true && found.right.length === COLUMNS.length) result.recovered += 1;
    else result.notes.push(`row ${place} lost${found === undefined ? "" : `, known: ${found.right.join(" ")}`}`);
  }
  if (status === "partial") {
    const right = known.filter((name) => found?.right.includes(name) === true);
    result.known += known.length;
    result.knownRight += right.length;
    const missing = known.filter((name) => !right.includes(name));
    if (missing.length > 0) result.notes.push(`row ${place} should be known by: ${missing.join(" ")}`);
  }
}

/** Finds the rows of the truth that a row may be: by an id, by its user and start, or by its last activity. */
function finder(truths: readonly RowTruth[]): (row: LooseRow) => readonly number[] {
  const index = new Map<string, number[]>();
  const add = (key: string, place: number) => {
    const places = index.get(key);
    if (places === undefined) index.set(key, [place]);
    else places.push(place);
  };
  truths.forEach(({ values, alt }, place) => {
    for (const name of ["session_id", "thread_id"] as const) {
      for (const value of [values[name], ...(alt[name] ?? [])]) if (value !== "") add(`${name} ${value}`, place);
    }
    add(`user ${values.user_id} ${canonicalTime(values.created_at)}`, place);
    add(`active ${canonicalTime(values.last_activity)}`, place);
  });
  return (row) => {
    const by = (name: string) => (row[name] ? index.get(`${name} ${row[name]}`) : undefined);
    return (
      by("session_id") ??
      by("thread_id") ??
      index.get(`user ${row["user_id"] ?? ""} ${canonicalTime(row["created_at"] ?? "")}`) ??
      (row["session_id"] || row["thread_id"]
        ? []
        : (index.get(`active ${canonicalTime(row["last_activity"] ?? "")}`) ?? []))
    );
  };
}

function closest(truths: readonly RowTruth[], candidates: readonly number[], row: LooseRow) {
  let best: (Judgement & { readonly place: number; readonly status: RowTruth["status"] }) | undefined;
  for (const place of candidates) {
    const truth = truths[place];
    if (truth === undefined) continue;
    const judged = judge(truth, row);
    const isBetter =
      best === undefined ||
      judged.right.length > best.right.length ||
      (judged.right.length === best.right.length && judged.wrong.length < best.wrong.length);
    if (isBetter) best = { ...judged, place, status: truth.status };
  }
  return best;
}

function judge({ values, alt }: RowTruth, row: LooseRow): Judgement {
  const right: ColumnName[] = [];
  const wrong: ColumnName[] = [];
  for (const name of COLUMNS) {
    const value = row[name] ?? "";
    const isBlank = value === "" || (name === "metadata" && value.trim() === "{}");
    if (same(name, value, values[name])) right.push(name);
    else if (!isBlank && !(alt[name] ?? []).some((other) => same(name, value, other))) wrong.push(name);
  }
  return { right, wrong };
}

function same(name: ColumnName, one: string, other: string): boolean {
  return one === other || canonical(name, one) === canonical(name, other);
}

function canonicalRow(row: LooseRow): string {
  return COLUMNS.map((name) => canonical(name, row[name] ?? "")).join("\0");
}

/** One text for all texts of a value. */
function canonical(name: ColumnName, value: string): string {
  if (name === "created_at" || name === "last_activity") return canonicalTime(value);
  if (name === "pending_approval" || name === "metadata") return canonicalJson(name, value);
  return value;
}

const TIME =
  /^(\d{4})-?(\d\d)-?(\d\d)(?:.(\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?)?(?:[Zz]|([+-])(\d\d):?(\d\d)?(?::?(\d\d))?)?$/s;

/** The microseconds since 1970 of a time as Python's fromisoformat reads it. */
function canonicalTime(value: string): string {
  const parts = TIME.exec(value.trim());
  if (parts === null) return `text ${value}`;
  const [, year = "", month = "", day = "", hour = "0", minute = "0", second = "0", fraction = "", sign, ...offset] =
    parts;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const [hours = "0", minutes = "0", seconds = "0"] = offset;
  const ahead = (sign === "-" ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return `${date / 1000 - ahead}.${fraction.padEnd(6, "0").slice(0, 6)}`;
}

function canonicalJson(name: ColumnName, value: string): string {
  const text = value.trim();
  if (text === "" || text === "null" || (name === "metadata" && /^\{\s*\}$/.test(text))) return "empty";
  try {
    return stable(JSON.parse(tagNumbers(text)));
  } catch {
    return `text ${value}`;
  }
}

/** Makes texts of numbers, so that large ones keep all digits and NaN can be read. */
function tagNumbers(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN|-?Infinity/g, (token) =>
    token.startsWith('"') ? token : JSON.stringify(`\0${canonicalNumber(token)}`),
  );
}

function canonicalNumber(token: string): string {
  if (/^-?\d+$/.test(token)) return BigInt(token).toString();
  const number = Number(token);
  return Number.isInteger(number) && Math.abs(number) < 1e300 ? BigInt(number).toString() : String(number);
}

function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${stable(item)}`).join(",")}}`;
}
