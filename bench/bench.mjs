/**
 * Measures this CLI beside other tools on demo files, whole processes, and prints Markdown. No test: it judges answers and
 * prints ratios, but fails for none of them.
 *
 *   npm run bench -- [--rows 10000,100000,1000000] [--rounds 5] [--only count,stats,find,prune,json,tsv,validate,export,import,backup,start] [--tools sessions,zsv] [--file FILE]
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readReference } from "./check.mjs";
import { renderGoals } from "./goals.mjs";
import { renderMachine } from "./machine.mjs";
import { measureStarts, measureTask } from "./measure.mjs";
import { renderTable } from "./report.mjs";
import { ask, isFound, run, runForPeak } from "./run.mjs";
import { NOW, START_TASKS, TASKS } from "./tasks.mjs";
import { CLI, FLOOR, OURS, tools as allTools } from "./tools.mjs";

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "10000,100000,1000000" },
    rounds: { type: "string", default: "5" },
    only: { type: "string", default: [...Object.keys(TASKS), "start"].join(",") },
    /** Names as in the tables; without it all that are on this machine. */
    tools: { type: "string" },
    /** A file made before, measured instead of new ones; it is not changed. */
    file: { type: "string" },
  },
});
const only = options.only.split(",");
const unknown = only.filter((task) => task !== "start" && !(task in TASKS));
const sizes = options.rows.split(",").map(Number);
const rounds = Number(options.rounds);
if (unknown.length > 0) fail(`no such task: ${unknown.join(", ")}`);
if (![...sizes, rounds].every((number) => Number.isSafeInteger(number) && number > 0)) {
  fail("--rows and --rounds take numbers above 0");
}

const python3 = ask(["python3", "-c", "import sys; print(sys.executable)"]);
if (python3 === undefined) fail("python3 is needed: its csv module says which answers are right");

const folder = mkdtempSync(join(tmpdir(), "sessions-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const wanted = allTools(python3).filter(({ name }) => options.tools?.split(",").includes(name) ?? true);
const tools = wanted.filter(({ program }) => isFound(program));
const missing = wanted.filter(({ program }) => !isFound(program));
const floorMib = runForPeak(python3, ["true"], join(folder, "floor")).peakMib ?? 0;
const measured = new Map();

console.log("## Benchmark\n");
console.log(renderMachine(tools));
for (const { name } of missing) console.log(`- ${name} not found`);
console.log(
  `\nWhole processes, files cached, tools in turn, ${rounds} rounds (one for whatever takes over 5 s); medians. ` +
    `Answers are compared with those of Python's csv module. ${OURS} syncs what it writes to the disk, the others do not.\n`,
);

const measuredSizes = [];
for (const rows of options.file === undefined ? sizes : [undefined]) {
  const file = options.file ?? makeDemo(rows);
  if (file === undefined) continue;
  const reference = readReference(python3, file);
  const size = reference.number;
  measuredSizes.push(size);
  const mebibytes = statSync(file).size / 2 ** 20;
  console.log(`### ${size.toLocaleString("en")} rows (${mebibytes.toFixed(1)} MiB)\n`);
  for (const task of Object.keys(TASKS).filter((name) => only.includes(name))) {
    const results = measureTask(tools, { python3, folder, file, task, reference, rounds }, progress);
    measured.set(`${size} ${task}`, results);
    console.log(renderTable(TASKS[task].title, results, floorMib));
  }
  if (options.file === undefined) rmSync(file);
}

if (only.includes("start")) {
  console.log("### Start-up, without a file\n");
  for (const [task, flag] of Object.entries(START_TASKS)) {
    const peers = tools.filter(({ name, version }) => task === "version" && name !== OURS && version !== undefined);
    const commands = {
      [OURS]: [process.execPath, CLI, flag],
      ...Object.fromEntries(peers.map(({ name, version }) => [name, version])),
      [FLOOR]: [process.execPath, "-e", "0"],
    };
    const results = measureStarts(commands, { python3, folder, rounds: Math.max(rounds, 10) });
    measured.set(`start ${task}`, results);
    console.log(renderTable(flag, results, floorMib));
  }
}
console.log(renderGoals(measured, measuredSizes));

function makeDemo(rows) {
  const file = join(folder, `demo-${rows}.csv`);
  progress(`making ${rows} rows`);
  const argv = [process.execPath, CLI, "demo", String(rows), "--seed", "1", "--now", NOW, "-o", file];
  const { problem } = run(argv, join(folder, "demo.out"));
  if (problem !== undefined) console.log(`\`${OURS} demo ${rows}\` failed (${problem}): ${rows} rows not measured\n`);
  return problem === undefined ? file : undefined;
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
