import type { Diagnostic } from "../../check/diagnostic.js";
import type { ByteSource } from "../../check/byte-source.js";
import type { Paint, Style } from "./style.js";
import { visibleBytes } from "./visible-bytes.js";
import { displayWidth, truncate, truncateStart } from "./width.js";

/** As much as is read on each side of the place that is meant: a line may be as long as the file. */
const BYTES_READ = 4096;
const NARROWEST = 20;
const INDENT = "  ";
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Where a finding is. */
export type Place = Pick<Diagnostic, "line" | "column" | "byteOffset" | "byteLength">;

export interface FrameLook {
  /** In terminal columns; below 20 it counts as 20. */
  readonly width: number;
  readonly style: Style;
  /** Of the marks below the text that is meant. */
  readonly paint: Paint;
}

/** One line of a file, cut out around a place; all of it visible text. */
interface LineParts {
  readonly before: string;
  readonly meant: string;
  readonly after: string;
}

/**
 * The physical line of a place with its number, cut to the width, and below it `^` under what is meant. Of a span of
 * several lines the first is shown; line ends are shown where they are what is meant.
 *
 * @param content what the place's offsets count in
 * @returns two lines, each with its line break and none wider than the width; the empty string where the content is empty
 */
export function codeFrame(content: ByteSource, place: Place, { width, style, paint }: FrameLook): string {
  if (content.byteLength === 0) return "";
  const number = String(place.line);
  const margin = `${INDENT}${" ".repeat(number.length)} |`;
  const { before, meant, after } = fitted(readLine(content, place), Math.max(NARROWEST, width) - margin.length - 1);
  const marks = paint("^".repeat(Math.max(1, displayWidth(meant))));
  const text = `${before}${meant}${after}`.trimEnd();
  return [
    `${style.blue(`${INDENT}${number} |`)}${text === "" ? "" : ` ${text}`}\n`,
    `${style.blue(margin)} ${" ".repeat(displayWidth(before))}${marks}\n`,
  ].join("");
}

function readLine(content: ByteSource, { column, byteOffset, byteLength }: Place): LineParts {
  const lineStart = byteOffset - column + 1;
  const start = Math.max(0, lineStart, byteOffset - BYTES_READ);
  const window = new Uint8Array(byteOffset - start + BYTES_READ);
  const bytes = window.subarray(0, content.readAt(window, start));
  const isCut = start > lineStart;
  const before = bytes.subarray(isCut ? characterStart(bytes) : 0, byteOffset - start);
  const rest = bytes.subarray(byteOffset - start);
  const isLineEnd = byteLength > 0 && isBreak(rest[0]);
  const lineEnd = firstIndex(rest, (byte) => isBreak(byte) !== isLineEnd);
  const meantEnd = Math.min(byteLength, lineEnd);
  return {
    before: `${isCut ? "…" : ""}${visibleBytes(before)}`,
    meant: visibleBytes(rest.subarray(0, meantEnd)),
    after: isLineEnd ? "" : visibleBytes(rest.subarray(meantEnd, lineEnd)),
  };
}

/** Cut to the room: what is meant comes first, a third of the room is for what stands before it. */
function fitted(parts: LineParts, room: number): LineParts {
  // Where nothing is meant there is a mark all the same.
  const wanted = Math.max(1, displayWidth(parts.meant) + displayWidth(parts.after));
  const before = truncateStart(parts.before, Math.max(Math.floor(room / 3), room - wanted));
  const forMeant = room - displayWidth(before);
  const meant = truncate(parts.meant, forMeant);
  const forAfter = forMeant - displayWidth(meant);
  return { before, meant, after: meant === parts.meant ? truncate(parts.after, forAfter) : "" };
}

/** Offset of the first byte that does not continue a character which began before. */
function characterStart(bytes: Uint8Array): number {
  return firstIndex(bytes, (byte) => (byte & 0xc0) !== 0x80);
}

function isBreak(byte: number | undefined): boolean {
  return byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** The length where there is none. */
function firstIndex(bytes: Uint8Array, isMeant: (byte: number) => boolean): number {
  const index = bytes.findIndex(isMeant);
  return index === -1 ? bytes.length : index;
}
