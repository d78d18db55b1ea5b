/** The goals that this project sets itself, beside what a run of the benchmark measured. */
import { median, renderRows } from "./report.mjs";
import { FLOOR, OURS } from "./tools.mjs";

const MAX_PEAK_MIB = 80;
const MAX_COPYING_PEAK_MIB = 100;
const COPYING = ["validate", "export", "import", "backup"];

/**
 * @param measured Map from `${size} ${task}` (and `start help`, `start version`) to the results of measure.mjs
 * @param sizes the numbers of rows that were measured
 */
export function renderGoals(measured, sizes) {
  const rows = [
    ...["count", "stats", "find", "prune"].map((task) => faster(measured, "1000000", task, "zsv", 3)),
    faster(measured, "1000000", "json", "zsv", 2.5),
    faster(measured, "1000000", "validate", "DuckDB", 1),
    faster(measured, "1000000", "export", "DuckDB", 2.5),
    faster(measured, "1000000", "import", "Miller", 1),
    slower(measured, "1000000 backup", "1,000,000 rows: backup", "cp and sync", 2),
    ...peakGoals(measured, sizes, (task) => !COPYING.includes(task), MAX_PEAK_MIB),
    ...peakGoals(measured, sizes, (task) => COPYING.includes(task), MAX_COPYING_PEAK_MIB, COPYING.join(", ")),
    ...["count", "stats", "find", "prune", "json"].map((task) => faster(measured, "100000", task, "zsv", 1)),
    ...["count", "stats", "find", "prune", "json"].map((task) => faster(measured, "100000", task, "csv-parse", 15)),
    ...["stats", "find", "json", "tsv"].map((task) =>
      slower(measured, `10000 ${task}`, `10,000 rows: ${task}`, FLOOR, 2),
    ),
    ...["help", "version"].map((task) => slower(measured, `start ${task}`, `--${task}`, FLOOR, 1.5)),
  ];
  return ["### Goals", "", ...renderRows(["goal", "measured", "met"], rows), ""].join("\n");
}

function faster(measured, size, task, peer, times) {
  const goal = `${Number(size).toLocaleString("en")} rows: ${task} at least ${times}x as fast as ${peer}`;
  const ratio = ratioOf(measured.get(`${size} ${task}`), peer, OURS);
  return typeof ratio === "string" ? [goal, ratio, "–"] : [goal, `${ratio.toFixed(2)}x`, ratio >= times ? "yes" : "no"];
}

function slower(measured, key, what, peer, times) {
  const goal = `${what} at most ${times}x \`${peer}\``;
  const ratio = ratioOf(measured.get(key), OURS, peer);
  return typeof ratio === "string" ? [goal, ratio, "–"] : [goal, `${ratio.toFixed(2)}x`, ratio <= times ? "yes" : "no"];
}

/** The one tool's time divided by the other's, or why there is none. */
function ratioOf(results, upper, lower) {
  if (results === undefined) return "not measured in this run";
  const times = [];
  for (const name of [upper, lower]) {
    const result = results.find((candidate) => candidate.name === name);
    if (result === undefined) return `${name} not found`;
    if (result.problem !== undefined) return `${name} failed`;
    if (result.verdict?.startsWith("wrong") || result.verdict?.startsWith("unreadable"))
      return `${name} answered wrongly`;
    times.push(median(result.seconds));
  }
  return times[0] / times[1];
}

function peakGoals(measured, sizes, isMeant, most, what = "tasks that read, and prune") {
  const peaks = sizes.map((size) => {
    const ours = [...measured]
      .filter(([key]) => key.startsWith(`${size} `) && isMeant(key.split(" ")[1]))
      .flatMap(([, results]) => results.filter(({ name, problem }) => name === OURS && problem === undefined));
    return ours.length === 0 ? undefined : Math.max(...ours.map(({ peakMib }) => peakMib));
  });
  const text = sizes
    .map((size, index) => `${peaks[index]?.toFixed(0) ?? "–"} MiB at ${size.toLocaleString("en")}`)
    .join(", ");
  const known = peaks.filter((peak) => peak !== undefined);
  const isMet = known.length === 0 ? "–" : Math.max(...known) <= most ? "yes" : "no";
  const isFlat = known.length < 2 ? "–" : Math.max(...known) - Math.min(...known) <= 16 ? "yes" : "no";
  return [
    [`${what}: peak memory at most ${most} MiB`, text, isMet],
    [`${what}: peak memory flat over all sizes (within 16 MiB)`, text, isFlat],
  ];
}
