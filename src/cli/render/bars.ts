const FULL = "█";
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;

/**
 * A bar as long as the share of so many columns, to an eighth of a column. A share above 0 shows at least the thinnest
 * mark, one below 1 never a full bar; nothing is padded.
 *
 * @param share from 0 to 1; NaN, the share of nothing in nothing, is an empty bar
 * @param ascii `#` in whole columns, for terminals without block characters
 */
export function bar(share: number, columns: number, ascii = false): string {
  const perColumn = ascii ? 1 : 8;
  const all = columns * perColumn;
  if (!(share > 0) || all <= 0) return "";
  const marks = share >= 1 ? all : Math.max(1, Math.min(all - 1, Math.round(share * all)));
  return (ascii ? "#" : FULL).repeat(Math.floor(marks / perColumn)) + (EIGHTHS[marks % perColumn] ?? "");
}
