/**
 * Drives `sessions serve` with many clients at once that make, use, change and delete sessions, and compares the file that
 * is left with what the server answered. No test: it prints a table. Needs `npm run build`.
 *
 * The clients are Node's own, one connection each that is kept open: they need no package, and cost less than `fetch`.
 *
 *   npm run bench:http -- [--seconds 60] [--clients 200] [--sessions 10000]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { renderMachine } from "./machine.mjs";
import { renderRows } from "./report.mjs";
import { run } from "./run.mjs";
import { CLI } from "./tools.mjs";
import { SessionManager } from "../dist/lib/index.js";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    clients: { type: "string", default: "200" },
    sessions: { type: "string", default: "10000" },
    folder: { type: "string", default: tmpdir() },
  },
});
const seconds = Number(options.seconds);
const clients = Number(options.clients);
const folder = mkdtempSync(join(options.folder, "sessions-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));

const file = join(folder, "sessions.csv");
const made = run([process.execPath, CLI, "demo", options.sessions, "--seed", "1", "-o", file], join(folder, "out"));
if (made.problem !== undefined) throw new Error(made.problem);

/** What the server answered: sessions by id, `undefined` for those that it deleted. */
const model = new Map();
/** How long requests took, in milliseconds, by kind. */
const times = { create: [], touch: [], metadata: [], approval: [], clear: [], delete: [] };
const statuses = new Map();

const server = spawn(
  process.execPath,
  [CLI, "serve", file, "--port", "0", "--json", "--timeout", "1000w", "--cleanup-interval", "0s"],
  { stdio: ["ignore", "pipe", "inherit"] },
);
process.on("exit", () => server.kill("SIGKILL"));
const [line] = await once(createInterface({ input: server.stdout }), "line");
const { port, hostname } = new URL(JSON.parse(line).url);
const agent = new Agent({ keepAlive: true, maxSockets: clients });

const start = performance.now();
const end = start + seconds * 1000;
await Promise.all(Array.from({ length: clients }, (_, client) => drive(client)));
const elapsed = (performance.now() - start) / 1000;
const commits = Number(/^sessions_commits_total (\d+)$/m.exec((await send("GET", "/metrics")).text)?.[1]);

const stopping = performance.now();
const exited = once(server, "exit");
server.kill("SIGTERM");
const [exitCode] = await exited;
const stopMs = performance.now() - stopping;
print(await compare());

/** One client: what it does next is chosen by a sequence of its own, the same in every run. */
async function drive(client) {
  const random = generator(client + 1);
  /** Those that are there, as [id, user]. */
  const own = [];
  for (let n = 0; performance.now() < end; n += 1) {
    const [place, kind] = [Math.floor(random() * own.length), choose(random(), own.length)];
    const [id, user] = own[place] ?? [];
    const path = `/api/sessions/${id}`;
    if (kind === "create") {
      const name = `bench_${client}_${n}`;
      const metadata = { n, big: 1, text: "é".repeat(Math.floor(random() * 40)) };
      const session = await timed(kind, "POST", "/api/sessions", { user_id: name, platform: "bench", metadata });
      if (session === undefined) continue;
      own.push([session.session_id, name]);
      model.set(session.session_id, { user: name, metadata, approval: undefined, lastActivity: session.last_activity });
      continue;
    }
    const known = model.get(id);
    if (kind === "delete") {
      if ((await timed(kind, "DELETE", path)) === undefined) continue;
      own.splice(place, 1);
      model.set(id, undefined);
    } else if (kind === "touch") {
      note(known, await timed(kind, "POST", "/api/sessions", { user_id: user, platform: "bench" }));
    } else if (kind === "metadata") {
      const change = random() < 0.2 ? { n: null, m: n } : { n, [`k${n % 5}`]: { client, n } };
      if (note(known, await timed(kind, "PATCH", `${path}/metadata`, change))) merge(known.metadata, change);
    } else if (kind === "approval") {
      const approval = { tool_name: "bench", args: { n } };
      if (note(known, await timed(kind, "PUT", `${path}/approval`, approval))) known.approval = approval;
    } else if (note(known, await timed(kind, "DELETE", `${path}/approval`))) known.approval = undefined;
  }
}

function choose(share, count) {
  if (count === 0 || share < 0.1) return "create";
  if (share < 0.4) return "touch";
  if (share < 0.7) return "metadata";
  if (share < 0.85) return "approval";
  return share < 0.95 ? "clear" : "delete";
}

function note(known, session) {
  if (session === undefined) return false;
  known.lastActivity = session.last_activity;
  return true;
}

function merge(metadata, change) {
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete metadata[name];
    else metadata[name] = value;
  }
}

/** The body of the answer; undefined where it was no success. */
async function timed(kind, method, path, body) {
  const before = performance.now();
  const { status, text } = await send(method, path, body);
  times[kind].push(performance.now() - before);
  statuses.set(status, (statuses.get(status) ?? 0) + 1);
  return status < 300 ? JSON.parse(text) : undefined;
}

function send(method, path, body) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const headers =
    payload === undefined ? {} : { "content-type": "application/json", "content-length": Buffer.byteLength(payload) };
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: hostname, port, agent, method, path, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode, text }));
    });
    outgoing.on("error", reject);
    outgoing.end(payload);
  });
}

/** How the file differs from what was answered. */
async function compare() {
  const manager = await SessionManager.open({ store: file, timeoutMinutes: 1e7, cleanupIntervalMinutes: 0 });
  const found = new Map(manager.getAllSessions().map((session) => [session.sessionId, session]));
  const { damaged } = manager.contents;
  await manager.close();
  const differences = { lost: 0, "not deleted": 0, different: 0, invented: 0, damaged: damaged.count };
  for (const [id, expected] of model) {
    const session = found.get(id);
    if (expected === undefined) differences["not deleted"] += Number(session !== undefined);
    else if (session === undefined) differences.lost += 1;
    else differences.different += Number(!isSame(session, expected));
  }
  for (const [id, { platform }] of found) differences.invented += Number(platform === "bench" && !model.has(id));
  return differences;
}

function isSame(session, { user, metadata, approval, lastActivity }) {
  return (
    session.userId === user &&
    JSON.stringify(sorted(session.metadata)) === JSON.stringify(sorted(metadata)) &&
    JSON.stringify(session.pendingApproval) === JSON.stringify(approval) &&
    session.lastActivityText >= lastActivity
  );
}

function sorted(members) {
  return Object.entries(members).sort(([left], [right]) => (left < right ? -1 : 1));
}

function print(differences) {
  const all = Object.values(times).flat();
  const rows = [...Object.entries(times), ["all", all]].map(([kind, values]) => {
    const ordered = [...values].sort((left, right) => left - right);
    const at = (share) => (ordered[Math.floor(ordered.length * share)] ?? NaN).toFixed(1);
    return [kind, values.length, (values.length / elapsed).toFixed(0), at(0.5), at(0.99), at(0.999999)];
  });
  const count = (from, to) =>
    [...statuses].reduce((sum, [status, n]) => sum + (status >= from && status < to ? n : 0), 0);
  console.log("## HTTP\n");
  console.log(renderMachine([]));
  console.log(
    `\n${clients} clients for ${elapsed.toFixed(0)} s, client and server on this machine; ${options.sessions} sessions in the file before, ` +
      `${[...model.values()].filter(Boolean).length} more after. ${commits} commits, ${(commits / elapsed).toFixed(0)} a second.\n`,
  );
  console.log(renderRows(["request", "count", "requests/s", "p50 ms", "p99 ms", "max ms"], rows).join("\n"));
  console.log(
    `\nAnswers 2xx ${count(200, 300)}, 4xx ${count(400, 500)}, 5xx ${count(500, 600)}. The file against what was answered: ` +
      Object.entries(differences)
        .map(([name, n]) => `${name} ${n}`)
        .join(", ") +
      `. Stopped with exit code ${exitCode} in ${stopMs.toFixed(0)} ms.`,
  );
}

/** Numbers from 0 to 1 (mulberry32). */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
