import { COLUMN_NAMES } from "../session/columns.js";
import { bareName, uniqueNames } from "./column-names.js";
import { cellsOf, quotedAt } from "./cells.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect } from "./dialect.js";
import { jsonCells } from "./json-cell.js";
import type { RecordLayout } from "./record-reading.js";
import { isUuid } from "../session/uuid.js";
import { UUID_START } from "./uuid.js";
import { kindOf, readValue, type ValueRules } from "./values.js";

/** What is left of a record that cannot be made whole. */
export interface Salvage {
  readonly code: DiagnosticCode;
  /** One sentence, without a full stop. */
  readonly reason: string;
  /** The values that are certain, by the names that `uniqueNames` gives. Text is Latin-1 of UTF-8. */
  readonly fields: Readonly<Record<string, string>>;
  /** The column that is to blame, where it is one. */
  readonly field?: string;
  /** Values as they stand that are not what their columns want. */
  readonly faulty?: Readonly<Record<string, string>>;
}

/** What is known of the place that a piece of text stands in. */
export interface Surroundings {
  /** The text before it is lost: it may start in the middle of a value. */
  readonly isCutAtStart: boolean;
  /** The text breaks off: its last value may be cut. */
  readonly isCutAtEnd: boolean;
}

/**
 * Says what a piece of text is that is no whole record, and which of its values are certain all the same.
 * @param text one record's worth of text, without a line break at its end
 */
export function salvage(
  text: string,
  { names, ...form }: RecordLayout,
  rules: ValueRules,
  dialect: Dialect,
  around: Surroundings,
): Salvage {
  const layout: RecordLayout = { ...form, names: uniqueNames(names) };
  const cells = cellsOf(text, layout.delimiter);
  if (cells !== undefined && cells.length === layout.names.length && !around.isCutAtStart && !around.isCutAtEnd) {
    const whole = salvageWhole(cells, layout, rules);
    if (whole !== undefined && isPlausible(whole.fields, dialect)) return whole;
  }
  const fromLeft = around.isCutAtStart ? {} : salvageLeft(text, layout, rules, around);
  const left = isPlausible(fromLeft, dialect) ? fromLeft : {};
  const isHead = Object.keys(left).length > 0 && (!dialect.idsAreUuids || UUID_START.test(text));
  const right = isHead ? undefined : salvageRight(text, layout, rules);
  if (right !== undefined && isPlausible({ ...right, session_id: undefined }, dialect)) {
    return { code: "fragment", reason: "the beginning of the record is missing", fields: right };
  }
  if (!isHead) return { code: "text-line", reason: "the line has not the form of a record", fields: {} };
  return { ...blame(text, left, cells, layout, around), fields: left };
}

/** The values could be those of one record: ids have the form of the file's ids, and the user is one of the platform. */
function isPlausible(fields: Readonly<Record<string, string | undefined>>, dialect: Dialect): boolean {
  const { session_id: session, user_id: user, platform, thread_id: thread } = fields;
  if (dialect.idsAreUuids && session !== undefined && !isUuid(session)) return false;
  if (dialect.idsAreUuids && thread !== undefined && !isUuid(thread)) return false;
  if ([user, platform].some((value) => value !== undefined && /["{}]/.test(value))) return false;
  return !dialect.usersNamePlatform || user === undefined || platform === undefined || user.startsWith(`${platform}_`);
}

function blame(
  text: string,
  left: Readonly<Record<string, string>>,
  cells: readonly string[] | undefined,
  layout: RecordLayout,
  { isCutAtEnd }: Surroundings,
): { code: DiagnosticCode; reason: string; field?: string } {
  const next = bareName(layout.names.find((name) => bareName(name) !== "" && !Object.hasOwn(left, name)) ?? "");
  const pieces = text.split(layout.delimiter).length;
  if (isCutAtEnd || pieces < layout.names.length) {
    if (next === "") return { code: "torn-record", reason: "the record breaks off in a column without a name" };
    return { code: "torn-record", reason: `the record breaks off in ${next}`, field: next };
  }
  const kind = kindOf(next);
  if (kind === "json") return { code: "json-invalid", reason: `${next} is not valid JSON`, field: next };
  if (kind === "time") return { code: "timestamp-invalid", reason: `${next} is no time that exists`, field: next };
  return {
    code: "field-count",
    reason: countReason(cells?.length ?? pieces, layout.names.length, cells !== undefined),
  };
}

function countReason(count: number, wanted: number, isWellFormed: boolean): string {
  if (count !== wanted) return `the record has ${count} fields, and the header names ${wanted}`;
  return isWellFormed
    ? "values stand in the wrong columns"
    : "where the fields of the record end cannot be told: its quotes do not match up";
}

/** All fields are there; some of their values are none. */
function salvageWhole(cells: readonly string[], layout: RecordLayout, rules: ValueRules): Salvage | undefined {
  const fields: Record<string, string> = {};
  const faulty: Record<string, string> = {};
  let first: { code: DiagnosticCode; reason: string; field: string } | undefined;
  let good = 0;
  layout.names.forEach((name, place) => {
    const reading = readValue(bareName(name), cells[place] ?? "", rules);
    if ("fault" in reading) {
      first ??= { code: reading.fault, reason: reading.reason, field: bareName(name) };
      faulty[name] = cells[place] ?? "";
    } else {
      if (kindOf(name) !== "other") good += 1;
      fields[name] = reading.value;
    }
  });
  // Where hardly anything is what its column wants, the fields are not in their places.
  return first === undefined || good <= COLUMN_NAMES.length / 2 ? undefined : { ...first, fields, faulty };
}

/** Values from the left on, up to the first that is none or that may be cut. */
function salvageLeft(
  text: string,
  layout: RecordLayout,
  rules: ValueRules,
  { isCutAtEnd }: Surroundings,
): Record<string, string> {
  const fields: Record<string, string> = {};
  let at = 0;
  for (const name of layout.names) {
    const field = fieldAt(text, at, name, layout.delimiter);
    if (field === undefined) break;
    const isLast = field.end >= text.length;
    if (isLast && (isCutAtEnd || name !== layout.names.at(-1))) break;
    const reading = readValue(bareName(name), field.text, rules);
    if ("fault" in reading || (kindOf(bareName(name)) === "id" && /\d{4}-\d\d-\d\d[T ]\d\d:|^\{/.test(reading.value)))
      break;
    fields[name] = reading.value;
    if (isLast) break;
    at = field.end + 1;
  }
  return fields;
}

/** The field at an offset: JSON ends where its braces do, whatever its quotes say. */
export function fieldAt(
  text: string,
  at: number,
  name: string,
  delimiter: string,
): { text: string; end: number } | undefined {
  if (kindOf(bareName(name)) === "json" && /^[ ]*["{\u00e2]/.test(text.slice(at, at + 8))) {
    for (const cell of jsonCells(text, at)) {
      if (cell.end >= text.length || text.startsWith(delimiter, cell.end)) return { text: cell.json, end: cell.end };
    }
    const empty = text.startsWith('""', at) ? quotedAt(text, at, delimiter) : undefined;
    return empty?.text === "" ? empty : undefined;
  }
  const quoted = text[at] === '"' ? quotedAt(text, at, delimiter) : undefined;
  if (quoted !== undefined) return quoted;
  const next = text.indexOf(delimiter, at);
  const end = next === -1 ? text.length : next;
  return { text: text.slice(at, end).replaceAll(/^"|"$/g, ""), end };
}

/** Two times beside each other: no other columns look like them. */
const TIME = String.raw`"?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[^,;\t|"]{0,14}"?`;

/** Values located from the end: the times and what is behind them, and before them all but the first, which may be cut. */
function salvageRight(text: string, layout: RecordLayout, rules: ValueRules): Record<string, string> | undefined {
  const { names, delimiter } = layout;
  const created = names.indexOf("created_at");
  if (created === -1 || names[created + 1] !== "last_activity") return undefined;
  const separator = delimiter === "|" ? "\\|" : delimiter;
  const match = new RegExp(`(?:^|${separator})(${TIME}${separator}${TIME})(?=${separator})`).exec(text);
  if (match === null) return salvageEnd(text, layout, rules, separator);
  const start = match.index + match[0].length - (match[1]?.length ?? 0);
  const behind = salvageLeft(text.slice(start), { names: names.slice(created), delimiter }, rules, {
    isCutAtStart: false,
    isCutAtEnd: false,
  });
  if (behind["last_activity"] === undefined) return undefined;
  const fields: Record<string, string> = {};
  const before = start === 0 ? [] : text.slice(0, start - 1).split(delimiter);
  for (let place = created - 1, piece = before.length - 1; place >= 0 && piece > 0; place -= 1, piece -= 1) {
    const name = names[place] ?? "";
    const reading = readValue(bareName(name), (before[piece] ?? "").replace(/^"([^"]*)"$/, "$1"), rules);
    if ("fault" in reading) break;
    fields[name] = reading.value;
  }
  return { ...fields, ...behind };
}

/** Values from last_activity on, of a text of which no more is left. */
function salvageEnd(
  text: string,
  { names, delimiter }: RecordLayout,
  rules: ValueRules,
  separator: string,
): Record<string, string> | undefined {
  const match = new RegExp(`${separator}(${TIME})(?=${separator})`).exec(text);
  if (match === null) return undefined;
  const behind = names.slice(names.indexOf("last_activity"));
  const layout = { names: behind, delimiter };
  const around = { isCutAtStart: false, isCutAtEnd: false };
  const fields = salvageLeft(text.slice(match.index + 1), layout, rules, around);
  return behind.every((name) => Object.hasOwn(fields, name)) ? fields : undefined;
}
