const BYTE_UNITS = ["kB", "MB", "GB", "TB", "PB"] as const;

/** A whole number with commas: `1,204`. The same everywhere, whatever the locale. */
export function groupDigits(count: number): string {
  return String(count).replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A size in decimal units with one digit after the point: `999 B`, `430.0 MB`. */
export function humanBytes(bytes: number): string {
  let size = bytes;
  let unit = "B";
  for (const larger of BYTE_UNITS) {
    // What would print as 1000.0 is 1.0 of the next unit.
    if (size < (unit === "B" ? 1000 : 999.95)) break;
    size /= 1000;
    unit = larger;
  }
  return unit === "B" ? `${size} B` : `${size.toFixed(1)} ${unit}`;
}

/**
 * A share in whole percents. Only nothing is `0%` and only the whole is `100%`: between them stand `<1%` and `>99%`.
 *
 * @param share from 0 to 1; NaN, the share of nothing in nothing, is `0%`
 */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return "<1%";
  if (share < 1 && share >= 0.995) return ">99%";
  return Number.isNaN(share) ? "0%" : `${Math.round(share * 100)}%`;
}

/** A number with its noun: `1 session`, `1,204 sessions`. `plural` is for nouns that take more than an s. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${groupDigits(n)} ${n === 1 ? noun : plural}`;
}
