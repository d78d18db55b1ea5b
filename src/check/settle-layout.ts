import { COLUMN_NAMES } from "../session/columns.js";
import { strip, USUAL_LAYOUT, type Dialect } from "./dialect.js";
import type { LineReader } from "./lines.js";
import { readRecord, type RecordLayout } from "./record-reading.js";
import type { ValueRules } from "./values.js";

const SAMPLE_LINES = 24;
const LONGEST_SAMPLE = 64 * 1024;

/**
 * The layout that the records have, where it is not the one that the header names: its header lacks a name or has one too
 * many, or there is none. The records tell.
 */
export function settleLayout(lines: LineReader, dialect: Dialect, start: number, rules: ValueRules): RecordLayout {
  const { delimiter } = dialect;
  const { lastMayBeEmpty, idsAreUuids } = dialect;
  const usual: RecordLayout = { ...USUAL_LAYOUT, delimiter, lastMayBeEmpty, idsAreUuids };
  const named: RecordLayout | undefined = dialect.header && {
    names: dialect.header.names,
    delimiter,
    lastMayBeEmpty,
    idsAreUuids,
  };
  if (named === undefined) return usual;
  const sample = sampleOf(lines, dialect, start);
  const fits = (layout: RecordLayout): number =>
    sample.filter((text) => {
      const notes = readRecord(text, 0, layout, rules)?.notes;
      return notes?.every(({ code }) => code !== "field-count");
    }).length;
  let best = named;
  let most = fits(named);
  if (most * 2 > sample.length) return named;
  for (const layout of [withoutUnnamed(named), usual]) {
    const count = isLike(layout, named) ? fits(layout) : 0;
    if (count > most && count * 2 > sample.length) [best, most] = [layout, count];
  }
  return best;
}

/** A line's user id starts with its platform, `telegram_12345`, as most do: then the columns stand in this order. */
export function fitsUserToPlatform(text: string, { names, delimiter }: RecordLayout): boolean {
  const cells = text.split(delimiter, names.length).map((cell) => cell.replaceAll('"', ""));
  const platform = cells[names.indexOf("platform")] ?? "";
  return platform !== "" && cells[names.indexOf("user_id")]?.startsWith(`${platform}_`) === true;
}

function sampleOf(lines: LineReader, { header, prefix, suffix }: Dialect, start: number): string[] {
  const sample: string[] = [];
  for (let line = lines.at(start); line !== undefined && sample.length < SAMPLE_LINES; line = lines.at(line.next)) {
    if (line.text.length > LONGEST_SAMPLE) continue;
    const text = strip(line.text, prefix, suffix);
    if (text.trim() !== "" && !line.isNulRun && line.start !== header?.line.start) sample.push(text);
  }
  return sample;
}

/** Without the columns at the end that have no name: a header may end with more commas than the records. */
function withoutUnnamed({ names, ...layout }: RecordLayout): RecordLayout {
  const last = names.findLastIndex((name) => name !== "");
  return { ...layout, names: names.slice(0, last + 1) };
}

/** Our columns stand in the same order in both. */
function isLike({ names }: RecordLayout, named: RecordLayout): boolean {
  const ours: readonly string[] = COLUMN_NAMES;
  const order = named.names.filter((name) => ours.includes(name)).map((name) => names.indexOf(name));
  return order.every((place, index) => place >= 0 && (index === 0 || place > (order[index - 1] ?? 0)));
}
