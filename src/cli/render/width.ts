import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";

const PLAIN = /^[ -~]*$/;
const ELLIPSIS = "…";
/** One column for each character: plain text, also where it was cut. */
const NARROW = /^[ -~…]*$/;
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** In UTF-16 units; some forty times the longest cluster that people write. */
const SEGMENTED_AT_ONCE = 1024;

const EMOJI = "\\p{Extended_Pictographic}(?:\\ufe0f|(?<=\\p{Emoji_Modifier_Base})\\p{Emoji_Modifier})?";
const HANGUL = "\\u1100-\\u11ff\\ua960-\\ua97c\\uac00-\\ud7fb";

/** The beginning of a cluster that terminals draw as one sign: an emoji, a keycap, Hangul letters. */
const ONE_SIGN = new RegExp(`^(?:${EMOJI}(?:\\u200d${EMOJI})*|[0-9#*]\\ufe0f?\\u20e3|[${HANGUL}]+)`, "u");

/**
 * How many terminal columns the text takes; colour codes take none. Never less than string-width says, and more where
 * it counts only the first of several characters that terminals draw side by side (Thai and Indic clusters, stray skin
 * tones): hostile text could make a line as long as it likes with them.
 */
export function displayWidth(text: string): number {
  if (NARROW.test(text)) return text.length;
  let width = 0;
  for (const { segment } of clusters(stripVTControlCharacters(text))) width += clusterWidth(segment);
  return width;
}

/**
 * The text in at most so many columns: as it stands where it fits, else cut between grapheme clusters and ended with
 * `…`. Reads no further than it must, so that a huge text costs nothing.
 *
 * @param text without control characters, see `visibleText`; style it afterwards
 * @param columns 0 or less gives the empty string, Infinity the whole text
 */
export function truncate(text: string, columns: number): string {
  if (columns <= 0) return "";
  // One character more than fits tells both whether to cut and that the cut splits nothing.
  if (PLAIN.test(text.slice(0, columns + 1))) {
    return text.length <= columns ? text : text.slice(0, columns - 1) + ELLIPSIS;
  }
  let width = 0;
  let cut = 0;
  for (const { segment, index } of clusters(text)) {
    width += clusterWidth(segment);
    if (width > columns) return text.slice(0, cut) + ELLIPSIS;
    if (width < columns) cut = index + segment.length;
  }
  return text;
}

/**
 * The end of the text in at most so many columns: as it stands where it fits, else `…` and what follows a cut between
 * grapheme clusters. For texts of some kilobytes.
 *
 * @param text without control characters, see `visibleText`; style it afterwards
 * @param columns 0 or less gives the empty string, Infinity the whole text
 */
export function truncateStart(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (displayWidth(text) <= columns) return text;
  if (PLAIN.test(text)) return ELLIPSIS + text.slice(text.length - columns + 1);
  let width = 1;
  let cut = text.length;
  for (const { segment, index } of [...clusters(text)].reverse()) {
    width += clusterWidth(segment);
    if (width > columns) break;
    cut = index;
  }
  return ELLIPSIS + text.slice(cut);
}

/** Spaces after the text up to so many columns; a wider text is left as it is. */
export function padEnd(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - displayWidth(text)));
}

/** Spaces before the text up to so many columns; a wider text is left as it is. */
export function padStart(text: string, columns: number): string {
  return " ".repeat(Math.max(0, columns - displayWidth(text))) + text;
}

/**
 * The text in lines of at most so many columns, broken at a space where there is one, else between grapheme clusters,
 * and inside a cluster only where it alone is wider than a line. Spaces at the end of a line are dropped.
 *
 * @param columns at least 2, the width of one wide character; Infinity breaks nothing
 * @returns at least one line, which is empty for the empty text
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  let width = 0;
  for (const piece of pieces(text, columns)) {
    const pieceWidth = displayWidth(piece);
    while (width + pieceWidth > columns && line !== "") {
      const kept = piece === " " ? line : untilLastSpace(line);
      lines.push(kept.trimEnd());
      line = line.slice(kept.length);
      width = displayWidth(line);
    }
    if (piece === " " && line === "" && lines.length > 0) continue;
    line += piece;
    width += pieceWidth;
  }
  lines.push(line.trimEnd());
  return lines;
}

/** Up to and with the last space that follows a word; the whole line where there is none. */
function untilLastSpace(line: string): string {
  const kept = line.slice(0, line.lastIndexOf(" ") + 1);
  return kept.trim() === "" ? line : kept;
}

/** Clusters; where one is wider than a line, its signs and characters; where a sign is, too, that one's characters. */
function* pieces(text: string, columns: number): Generator<string> {
  for (const { segment } of clusters(text)) {
    if (clusterWidth(segment) <= columns) {
      yield segment;
      continue;
    }
    for (const part of drawnParts(segment)) {
      if (stringWidth(part) <= columns) yield part;
      else yield* part;
    }
  }
}

interface Cluster {
  readonly segment: string;
  readonly index: number;
}

/**
 * The grapheme clusters of the text. Intl.Segmenter takes time in proportion to the whole string for each of them
 * (Node 20: over a minute for 300,000), therefore it gets the text in pieces, each from the border that the last one ended
 * at. Only a cluster longer than a piece, which no language has, is cut.
 */
function* clusters(text: string): Generator<Cluster> {
  let start = 0;
  while (start < text.length) {
    const end = pieceEnd(text, start);
    const piece = text.slice(start, end);
    let held: Cluster | undefined;
    for (const { segment, index } of graphemes.segment(piece)) {
      if (held !== undefined) yield held;
      held = { segment, index: start + index };
    }
    if (held === undefined) return;
    if (end === text.length || held.index === start) {
      yield held;
      start = held.index + held.segment.length;
    } else {
      // The end of the piece may have cut it.
      start = held.index;
    }
  }
}

/** Never between the halves of a surrogate pair: the first half alone would be taken for a cluster. */
function pieceEnd(text: string, start: number): number {
  const end = start + SEGMENTED_AT_ONCE;
  if (end >= text.length) return text.length;
  return (text.codePointAt(end - 1) ?? 0) > 0xffff ? end - 1 : end;
}

function clusterWidth(cluster: string): number {
  if (cluster.length === 1) return stringWidth(cluster);
  return drawnParts(cluster).reduce((width, part) => width + stringWidth(part), 0);
}

/** What terminals draw side by side: the one sign that the cluster begins with, and the characters after it. */
function drawnParts(cluster: string): string[] {
  const sign = ONE_SIGN.exec(cluster)?.[0] ?? "";
  return [sign, ...Array.from(cluster.slice(sign.length))];
}
