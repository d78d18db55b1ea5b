/**
 * Measures the durable updates a second of a SessionManager, beside a manager like the Python backends' (which syncs nothing)
 * and the machine's own limit: the same bytes written, synced, renamed and synced, and nothing else. No test: it prints a
 * table. Needs `npm run build`.
 *
 *   npm run bench:manager -- [--sessions 10000,100000] [--callers 1,16,256] [--seconds 3] [--rounds 3] [--no-python]
 */
import { spawnSync } from "node:child_process";
import {
  closeSync,
  copyFileSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { open, rename } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { renderMachine } from "./machine.mjs";
import { median, renderRows } from "./report.mjs";
import { ask } from "./run.mjs";
import { SessionManager } from "../dist/lib/index.js";

const { values: options } = parseArgs({
  options: {
    sessions: { type: "string", default: "10000,100000" },
    callers: { type: "string", default: "1,16,256" },
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    "no-python": { type: "boolean", default: false },
    folder: { type: "string", default: tmpdir() },
  },
});
const numbers = (text) => text.split(",").map(Number);
const seconds = Number(options.seconds);
const folder = mkdtempSync(join(options.folder, "sessions-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
const python3 = options["no-python"] ? undefined : ask(["python3", "-c", "import sys; print(sys.executable)"]);

/** Goals, by how many callers there are: at least so many times the Python manager. */
const GOALS = { 1: 25, 16: 300, 256: 3000 };

console.log("## Manager\n");
console.log(renderMachine([]));
console.log(
  `\nSessions of 240 bytes. Each update changes the metadata of another session and is on the disk when it is acknowledged. ${seconds} s a ` +
    `measurement, ${options.rounds} rounds in turn, medians. The limit is commits/s x callers, its p99 that of one commit in mean ones.\n`,
);
const rows = [];
for (const count of numbers(options.sessions)) {
  const file = join(folder, `${count}.csv`);
  writeFileSync(file, plainSessions(count));
  for (const callers of numbers(options.callers)) {
    const ours = [];
    const limits = [];
    const python = [];
    for (let round = 0; round < Number(options.rounds); round += 1) {
      limits.push(await measureLimit(readFileSync(file)));
      ours.push(await measureManager(copyOf(file), callers));
      if (python3 !== undefined) python.push(measurePython(copyOf(file), callers));
    }
    rows.push(rowOf(count, callers, ours, limits, python));
  }
}
const head = [
  "sessions",
  "callers",
  "updates/s",
  "p50 ms",
  "p99 ms",
  "commit ms",
  "p99 in commits",
  "limit's p99",
  "of the limit",
  "Python/s",
  "ratio",
  "goal",
];
console.log(renderRows(head, rows).join("\n"));

function rowOf(count, callers, ours, limits, python) {
  const limit = median(limits.map((result) => result.commitsPerSecond));
  const updates = median(ours.map((result) => result.updatesPerSecond));
  const p99 = median(ours.map((result) => result.p99));
  const commit = median(ours.map((result) => result.commitMs));
  const peer = python.length === 0 ? undefined : median(python);
  return [
    count.toLocaleString("en"),
    callers,
    updates.toFixed(0),
    median(ours.map((result) => result.p50)).toFixed(2),
    p99.toFixed(2),
    commit.toFixed(2),
    (p99 / commit).toFixed(1),
    median(limits.map((result) => result.p99InCommits)).toFixed(1),
    `${((100 * updates) / (limit * callers)).toFixed(0)} % of ${(limit * callers).toFixed(0)}`,
    peer?.toFixed(2) ?? "–",
    peer === undefined ? "–" : `${(updates / peer).toFixed(0)}x`,
    GOALS[callers] === undefined ? "–" : `${GOALS[callers]}x`,
  ];
}

/** Sessions of 240 bytes, as a backend writes them whose users have not said much yet. */
function plainSessions(count) {
  const lines = ["session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata"];
  for (let number = 0; number < count; number += 1) {
    const id = (kind) => `${kind}${number.toString(16).padStart(7, "0")}-5c0e-4f3a-9b1d-2f6f0c7a9e44`;
    const time = `2025-12-${10 + (number % 20)}T10:20:30`;
    const metadata = '{""username"": ""maria"", ""language"": ""en"", ""n"": ""000000""}';
    lines.push(`${id(1)},telegram_${number},telegram,${id(2)},${time}.123456,${time}.654321,,"${metadata}"`);
  }
  return `${lines.join("\r\n")}\r\n`;
}

function copyOf(file) {
  const copy = join(folder, "work.csv");
  rmSync(`${copy}.d`, { recursive: true, force: true });
  copyFileSync(file, copy);
  return copy;
}

async function measureManager(file, callers) {
  const manager = await SessionManager.open({ store: file, timeoutMinutes: 1e9, cleanupIntervalMinutes: 0 });
  const ids = manager.getAllSessions().map(({ sessionId }) => sessionId);
  const times = [];
  let commits = 0;
  let lastCommit = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: callers }, async (_, caller) => {
      for (let place = caller; performance.now() < end; place = (place + callers) % ids.length) {
        const before = performance.now();
        await manager.updateSessionMetadata(ids[place], { n: place });
        const now = performance.now();
        times.push(now - before);
        // Those that shared a commit are told in one go.
        if (now - lastCommit > 0.5) commits += 1;
        lastCommit = now;
      }
    }),
  );
  const elapsed = performance.now() - start;
  await manager.close();
  times.sort((left, right) => left - right);
  const at = (share) => times[Math.floor(times.length * share)];
  return {
    updatesPerSecond: (1000 * times.length) / elapsed,
    p50: at(0.5),
    p99: at(0.99),
    commitMs: elapsed / commits,
  };
}

/** Commits a second of the bytes alone, and how much longer than the mean one of a hundred takes. */
async function measureLimit(bytes) {
  const file = join(folder, "limit.csv");
  const directory = openSync(folder, "r");
  const end = performance.now() + seconds * 1000;
  const start = performance.now();
  const times = [];
  while (performance.now() < end) {
    const before = performance.now();
    const temp = await open(`${file}.tmp`, "w");
    await temp.write(bytes);
    await temp.sync();
    await temp.close();
    await rename(`${file}.tmp`, file);
    fsyncSync(directory);
    times.push(performance.now() - before);
  }
  closeSync(directory);
  const commitMs = (performance.now() - start) / times.length;
  times.sort((left, right) => left - right);
  return { commitsPerSecond: 1000 / commitMs, p99InCommits: times[Math.floor(times.length * 0.99)] / commitMs };
}

function measurePython(file, callers) {
  const script = new URL("peers/python_manager.py", import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(
    python3,
    [script, file, String(seconds), String(Math.min(callers, 16))],
    {
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout);
}
