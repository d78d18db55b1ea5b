/** Makes Markdown of what was measured. */
import { OURS } from "./tools.mjs";

/** The middle value; the mean of the two middle ones of an even number; undefined of none. */
export function median(values) {
  if (values.length === 0) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A table of one task, the fastest first.
 *
 * @param floorMib peaks up to this cannot be told apart
 */
export function renderTable(title, results, floorMib) {
  const ours = median(results.find(({ name }) => name === OURS)?.seconds ?? []);
  const rows = results
    .map((result) => ({ ...result, median: median(result.seconds) }))
    .sort((a, b) => (a.median ?? Infinity) - (b.median ?? Infinity))
    .map((result) => [
      result.name === OURS ? `**${OURS}**` : result.isLimit ? `*${result.name}*` : result.name,
      seconds(result.median),
      result.median === undefined || ours === undefined ? "–" : `${(result.median / ours).toFixed(2)}x`,
      peak(result.peakMib, floorMib),
      result.seconds.length === 0
        ? "–"
        : `${seconds(Math.min(...result.seconds))}–${seconds(Math.max(...result.seconds))}`,
      String(result.seconds.length),
      result.problem === undefined ? (result.verdict ?? "") : `failed: ${result.problem.replaceAll("|", "\\|")}`,
    ]);
  const heads = ["tool", "median s", "to ours", "peak MiB", "min–max s", "rounds", "answer"];
  return [`#### ${title}`, "", ...renderRows(heads, rows), ""].join("\n");
}

export function renderRows(heads, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)];
}

function seconds(value) {
  return value === undefined ? "–" : value.toFixed(value < 10 ? 3 : 1);
}

function peak(mib, floorMib) {
  if (mib === undefined) return "–";
  return mib < floorMib + 0.5 ? `< ${Math.ceil(floorMib + 0.5)}` : mib.toFixed(0);
}
