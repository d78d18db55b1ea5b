/** What a column allows to be done to it when there is no room; see `TableColumn`. */
export interface ColumnLimits {
  readonly dropOrder?: number;
  readonly minWidth: number;
  readonly flexible?: boolean;
}

export interface FittedColumn {
  /** Its place among all columns, from 0. */
  readonly index: number;
  /** In terminal columns, at least 1. */
  readonly width: number;
}

/**
 * Chooses columns and their widths so that a line fits. In this order, and no further than needed: columns with a
 * `dropOrder` go, lowest first, until the others fit with every flexible one at its minimum; flexible ones shrink, the
 * widest first; the others shrink to their minimum, too; all shrink to 1; columns go from the right.
 *
 * @param columns in the order of the line
 * @param naturalWidths what each column's text takes, at least 1
 * @param room.width of the line
 * @param room.gap between two columns
 * @returns the columns that are left, at least one as long as there is one and the line has any width
 */
export function fitColumns(
  columns: readonly ColumnLimits[],
  naturalWidths: readonly number[],
  room: { readonly width: number; readonly gap: number },
): FittedColumn[] {
  let kept = columns.map((column, index) => measure(column, index, naturalWidths[index] ?? 1));
  const available = () => room.width - room.gap * (kept.length - 1);
  const drop = (dropped: MeasuredColumn) => {
    kept = kept.filter((column) => column !== dropped);
  };

  while (kept.length > 1 && sum(kept.map((column) => column.leastWithinReason)) > available()) {
    const next = firstToDrop(kept);
    if (next === undefined) break;
    drop(next);
  }
  for (let last = kept.at(-1); last !== undefined && kept.length > available(); last = kept.at(-1)) drop(last);

  let widths = kept.map((column) => column.width);
  for (const floors of [
    kept.map((column) => column.leastWithinReason),
    kept.map((column) => column.least),
    kept.map(() => 1),
  ]) {
    widths = shrinkWidest(widths, floors, available());
  }
  return kept.map(({ index }, i) => ({ index, width: widths[i] ?? 1 }));
}

interface MeasuredColumn {
  readonly index: number;
  readonly dropOrder: number | undefined;
  readonly width: number;
  /** What it may be shrunk to when nothing else helps. */
  readonly least: number;
  /** What it may be shrunk to before that: its minimum if it is flexible, else not at all. */
  readonly leastWithinReason: number;
}

function measure(limits: ColumnLimits, index: number, natural: number): MeasuredColumn {
  const { dropOrder, minWidth, flexible = false } = limits;
  const least = Math.max(1, Math.min(natural, minWidth));
  return { index, dropOrder, width: natural, least, leastWithinReason: flexible ? least : natural };
}

/** The one with the lowest order, the rightmost of equals. */
function firstToDrop(columns: readonly MeasuredColumn[]): MeasuredColumn | undefined {
  let first: MeasuredColumn | undefined;
  for (const column of columns) {
    if (column.dropOrder !== undefined && column.dropOrder <= (first?.dropOrder ?? Infinity)) first = column;
  }
  return first;
}

/** Takes one column after another from the widest that is still above its floor, the rightmost of equals. */
function shrinkWidest(widths: readonly number[], floors: readonly number[], available: number): number[] {
  const shrunk = [...widths];
  for (let excess = sum(shrunk) - available; excess > 0; excess--) {
    let widest = -1;
    shrunk.forEach((width, i) => {
      if (width > (floors[i] ?? 1) && width >= (shrunk[widest] ?? 0)) widest = i;
    });
    if (widest === -1) break;
    shrunk[widest] = (shrunk[widest] ?? 1) - 1;
  }
  return shrunk;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
