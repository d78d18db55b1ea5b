import Table from "cli-table3";
import type { Paint, Style } from "./style.js";
import { fitColumns } from "./fit-columns.js";
import { visibleText } from "./visible.js";
import { displayWidth, truncate, wrap } from "./width.js";

export interface TableColumn {
  readonly header: string;
  /** Left unless said otherwise. */
  readonly align?: "left" | "right";
  /** Where the table is too wide, the column with the lowest goes first; undefined never goes while others can. */
  readonly dropOrder?: number;
  /** The narrowest that it is shrunk to; a column whose text is shorter is narrower from the start. */
  readonly minWidth: number;
  /** Whether it may be shrunk, its text ending in `…`. */
  readonly flexible?: boolean;
  /** Where it is shrunk its text goes on in further lines, broken between words, instead of being cut. */
  readonly wraps?: boolean;
}

export interface TableCell {
  /** Any text, hostile too: the table makes it visible. */
  readonly text: string;
  /** Applied last, after the text is cut to its column. */
  readonly style?: Paint;
}

const GAP = "  ";

/** Stands for one display column of a cell while cli-table3 lays the table out. */
const STAND_IN = "#";
const STAND_INS = /#+/g;

const BORDERLESS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: GAP,
};

/**
 * One screenful as a table without borders, its header in bold. No line is wider than `width`, wraps, or ends in spaces:
 * columns are dropped, then shrunk, see `fitColumns`.
 *
 * cli-table3 measures with an old string-width that knows neither newer emoji nor clusters. It is therefore given
 * stand-ins of ASCII, as wide as the text that replaces them afterwards. It is also worse than linear: not for thousands of
 * rows.
 *
 * @param table.rows a missing cell is empty
 * @param table.width in terminal columns, at least 1; Infinity drops and cuts nothing
 * @returns each line with its line break; the empty string where there are no columns
 */
export function renderTable(table: {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TableCell[])[];
  readonly width: number;
  readonly style: Style;
}): string {
  const { columns, width, style } = table;
  const header = columns.map((column) => ({ text: column.header, style: style.bold }));
  const lines = [header, ...table.rows].map((row) =>
    columns.map(({ wraps }, i) => prepare(row[i], wraps === true ? Infinity : width)),
  );
  const naturalWidths = columns.map((_column, i) =>
    Math.max(1, ...lines.map((line) => displayWidth(line[i]?.text ?? ""))),
  );
  const fitted = fitColumns(columns, naturalWidths, { width, gap: GAP.length });
  if (fitted.length === 0) return "";

  const cells = lines.flatMap((line) => {
    const wrapped = fitted.map(({ index, width: room }) => {
      const text = line[index]?.text ?? "";
      return columns[index]?.wraps === true ? wrap(text, Math.max(2, room)) : [truncate(text, room)];
    });
    const height = Math.max(...wrapped.map((parts) => parts.length));
    return Array.from({ length: height }, (_, part) =>
      fitted.map(({ index }, i) => ({ text: wrapped[i]?.[part] ?? "", paint: line[index]?.paint })),
    );
  });
  const layout = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0, compact: true },
    colWidths: fitted.map((column) => column.width),
    colAligns: fitted.map(({ index }) => columns[index]?.align ?? "left"),
  });
  layout.push(...cells.map((line) => line.map(({ text }) => STAND_IN.repeat(Math.max(1, displayWidth(text))))));

  return layout
    .toString()
    .split("\n")
    .map((line, i) => replaceStandIns(line, cells[i] ?? []) + "\n")
    .join("");
}

interface VisibleCell {
  readonly text: string;
  readonly paint: Paint | undefined;
}

/** No cell needs more than a whole line; cutting it here keeps a huge one from being measured to its end. */
function prepare(cell: TableCell | undefined, width: number): VisibleCell {
  return { text: truncate(visibleText(cell?.text ?? "").trimEnd(), width), paint: cell?.style };
}

function replaceStandIns(line: string, cells: readonly VisibleCell[]): string {
  let next = 0;
  const filled = line.replace(STAND_INS, () => {
    const cell = cells[next++];
    if (cell === undefined || cell.text === "") return " ";
    return cell.paint === undefined ? cell.text : cell.paint(cell.text);
  });
  return filled.trimEnd();
}
