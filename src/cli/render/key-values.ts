import type { Paint, Style } from "./style.js";
import { visibleText } from "./visible.js";
import { displayWidth, truncate, wrap } from "./width.js";

export interface KeyValuePair {
  /** Any text; the same is done to it as to the value. */
  readonly label: string;
  /** Any text, made visible here. A string is one paragraph, line breaks in it are shown; an array is several lines. */
  readonly value: string | readonly string[];
  /** Applied to each printed line of the value, after it is wrapped. */
  readonly style?: Paint;
}

const GAP = 2;

/**
 * One session or record as a column of labels (dim) and one of values. Values wrap in their column and lose nothing but
 * spaces at line ends; labels take at most a third of the width and are cut.
 *
 * @param width in terminal columns; below 10 it counts as 10, Infinity cuts and wraps nothing
 * @returns each line with its line break; the empty string where there are no pairs
 */
export function renderKeyValues(pairs: readonly KeyValuePair[], width: number, style: Style): string {
  const lineWidth = Math.max(10, width);
  const labels = pairs.map(({ label }) => truncate(visibleText(label), Math.floor(lineWidth / 3)));
  const labelWidth = Math.max(0, ...labels.map(displayWidth));
  const valueWidth = lineWidth - labelWidth - GAP;

  let output = "";
  pairs.forEach(({ value, style: paint }, i) => {
    const paragraphs = typeof value === "string" ? [value] : value.length === 0 ? [""] : value;
    const lines = paragraphs.flatMap((paragraph) => wrap(visibleText(paragraph), valueWidth));
    lines.forEach((line, lineIndex) => {
      const label = lineIndex === 0 ? (labels[i] ?? "") : "";
      const padding = " ".repeat(labelWidth - displayWidth(label) + GAP);
      const painted = paint === undefined ? line : paint(line);
      output += (style.dim(label) + padding + painted).trimEnd() + "\n";
    });
  });
  return output;
}
