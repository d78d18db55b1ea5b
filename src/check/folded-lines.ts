import { cellsOf } from "./cells.js";
import { readHeader } from "./header.js";
import { UUID } from "./uuid.js";

const LOOK_AT_LINES = 60;
/** So many lines have the width to which a file was folded. */
const FEWEST_FULL = 3;
/** An id and a comma stand in one line. */
const NARROWEST = 38;
/** So many of the lines of the sample that were put together are records. */
const MOST = 0.7;
/** So many of those are none as they stand; between values of JSON a break does no harm. */
const BROKEN = 0.2;
/** Behind a thread's id stands a time. */
const RECORD_START = new RegExp(`^(?:${UUID.source}|"${UUID.source}"),(?!"?\\d{4}-\\d\\d?-?)`);
const START_LENGTH = 50;

/**
 * The width that fold(1) gave the lines: all lines of a record but its last one have it, wherever the break then stands,
 * and together they are records, which they are not as they stand.
 *
 * @param start the first bytes of a file, as Latin-1
 * @param isAll they are the whole file
 * @returns undefined where the file was not folded
 */
export function foldedWidth(start: string, isAll: boolean): number | undefined {
  const lines = start.split("\n", LOOK_AT_LINES + 1);
  // The last one may be cut.
  if (lines.length > LOOK_AT_LINES || !isAll) lines.pop();
  let width = 0;
  for (const line of lines) width = Math.max(width, lengthOf(line));
  const full = lines.filter((line) => isFull(line, width)).length;
  if (width < NARROWEST || full < FEWEST_FULL) return undefined;
  const folded = lines.slice(0, -1).filter((line, index) => isFoldedAt(line, width, restOf(lines, index + 1))).length;
  if (folded < FEWEST_FULL || folded < full * MOST) return undefined;
  return makesRecords(lines, width) ? width : undefined;
}

/** The text with the breaks that fold(1) put in taken out. */
export function unfolded(bytes: Buffer, width: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf("\n", at);
    const next = end === -1 ? bytes.length : end + 1;
    const line = bytes.toString(
      "latin1",
      at,
      end === -1 ? bytes.length : Math.min(end, at + width * LONGEST_CHARACTER),
    );
    const behind = bytes.toString("latin1", next, next + START_LENGTH * 2);
    const isFolded = end !== -1 && isFoldedAt(line, width, behind.replaceAll("\n", ""));
    pieces.push(bytes.subarray(at, isFolded ? end : next));
    at = next;
  }
  return Buffer.concat(pieces);
}

const LONGEST_CHARACTER = 4;
/** What continues a character in UTF-8. */
const CONTINUATION = /[\u0080-\u00bf]/g;

function lengthOf(line: string): number {
  return line.replace(CONTINUATION, "").length;
}

/** Some programs count bytes, others characters. */
function isFull(line: string, width: number): boolean {
  return !line.endsWith("\r") && (line.length === width || (line.length > width && lengthOf(line) === width));
}

/** @param behind what follows the line, without breaks */
function isFoldedAt(line: string, width: number, behind: string): boolean {
  return isFull(line, width) && behind !== "" && !RECORD_START.test(behind);
}

function restOf(lines: readonly string[], first: number): string {
  return lines
    .slice(first, first + 3)
    .join("")
    .slice(0, START_LENGTH * 2);
}

function makesRecords(lines: readonly string[], width: number): boolean {
  const records: string[][] = [[]];
  lines.forEach((line, index) => {
    records.at(-1)?.push(line);
    if (!isFoldedAt(line, width, restOf(lines, index + 1))) records.push([]);
  });
  const [header, ...others] = records.map((pieces) => pieces.join("").replace(/\r$/, ""));
  const columns = readHeader(header ?? "");
  if (columns?.missing.length !== 0 || columns.delimiter !== ",") return false;
  // The last one may go on behind the sample.
  const whole = others.slice(0, -1);
  const split = records.slice(0, -2).filter((pieces) => pieces.length > 1);
  const isRecord = (text: string): boolean => RECORD_START.test(text) && isWhole(text, columns.names.length);
  const isBroken = (pieces: readonly string[]): boolean => !isWhole(pieces.join("\n"), columns.names.length);
  return (
    whole.filter(isRecord).length >= Math.max(1, whole.length * MOST) &&
    split.filter(isBroken).length >= Math.max(1, split.length * BROKEN)
  );
}

/** All fields are there, and their JSON is in order. */
function isWhole(text: string, width: number): boolean {
  const cells = cellsOf(text.replace(/\r$/, ""), ",");
  return cells?.length === width && cells.every((cell) => !cell.startsWith("{") || isJson(cell));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
