// npm run torture: servers on one file are killed at random moments, over and over, and lose nothing that they acknowledged.
// With --beside: servers and commands work on one file, some are killed, and the history is checked against a model.
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { killServer } from "./kill-server.js";
import { runBeside } from "./run-beside.js";
import { Acknowledged } from "./session-steps.js";

const { values } = parseArgs({
  options: {
    /** Where server.ts and model-server.ts are, bundled. */
    bundle: { type: "string", default: "" },
    command: { type: "string", default: "" },
    kills: { type: "string", default: "1000" },
    servers: { type: "string" },
    callers: { type: "string" },
    /** A server works for at most so long. */
    milliseconds: { type: "string", default: "400" },
    lazy: { type: "boolean", default: false },
    beside: { type: "boolean", default: false },
    /** Of the commands import, delete, prune and undo the first so many. */
    loops: { type: "string", default: "4" },
    seconds: { type: "string", default: "60" },
    /** Instead of seconds: all servers together acknowledge so many operations, and none is killed. */
    operations: { type: "string" },
    /** 0: no server is killed. */
    "kill-every": { type: "string", default: "400" },
    "kill-rate": { type: "string", default: "0.2" },
    /** A step of the protocol that the servers leave out: "ignores the lock", "never reloads". */
    broken: { type: "string", default: "" },
  },
});

const folder = mkdtempSync(path.join(tmpdir(), "sessions-torture-"));
const violations = values.beside ? await workBeside() : await killOverAndOver();
for (const violation of violations.slice(0, 20)) console.log(violation);
if (violations.length === 0) rmSync(folder, { recursive: true });
else console.log(`The files are in ${folder}`);
process.exitCode = violations.length === 0 ? 0 : 1;

async function killOverAndOver(): Promise<readonly string[]> {
  const { servers = "2", callers = "16", lazy } = values;
  const [kills, serverCount, milliseconds] = [values.kills, servers, values.milliseconds].map(Number) as [
    number,
    number,
    number,
  ];
  /** So that files stay small. */
  const killsPerFile = 100;
  const driver = path.join(values.bundle, "server.mjs");
  const lost: string[] = [];
  let acknowledged = 0;
  let killed = 0;
  let history = new Acknowledged();
  let file = "";
  for (let round = 0; killed < kills; round += 1) {
    if (killed % killsPerFile < serverCount) {
      acknowledged += history.acknowledged;
      history = new Acknowledged();
      file = path.join(folder, String(round), "s.csv");
      mkdirSync(path.dirname(file));
      writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
    }
    const run = { driver, file, callers: Number(callers), mode: lazy ? "lazy" : "durable" } as const;
    await Promise.all(
      Array.from({ length: serverCount }, (_, number) =>
        killServer({ ...run, name: `s${round}-${number}` }, Math.random() * milliseconds, history),
      ),
    );
    killed += serverCount;
    try {
      lost.push(...history.violations(file));
    } catch (error) {
      lost.push(`the file cannot be read: ${String(error)}`);
    }
  }
  acknowledged += history.acknowledged;
  console.log(`| kills | acknowledged steps | lost, made up or unreadable |\n| --- | --- | --- |`);
  console.log(`| ${killed} | ${acknowledged} | ${lost.length} |`);
  return lost;
}

async function workBeside(): Promise<readonly string[]> {
  const { servers = "4", callers = "4", operations, loops, command, broken } = values;
  if (!existsSync(path.join(path.dirname(command), "..", "dist"))) throw new Error("Build the command: npm run build");
  const report = await runBeside({
    server: path.join(values.bundle, "model-server.mjs"),
    command,
    folder,
    servers: Number(servers),
    callers: Number(callers),
    loops: Number(loops),
    milliseconds: operations === undefined ? Number(values.seconds) * 1000 : 0,
    operations: operations === undefined ? Infinity : Math.ceil(Number(operations) / Number(servers)),
    killEveryMs: operations === undefined ? Number(values["kill-every"]) : 0,
    killRate: Number(values["kill-rate"]),
    broken,
  });
  const refused = Array.from(report.refused, ([code, count]) => `${count} ${code}`).join(", ") || "none";
  console.log(
    `| servers | command loops | kills | acknowledged operations | commands | sessions | observations | lost |`,
  );
  console.log(`| --- | --- | --- | --- | --- | --- | --- | --- |`);
  const { kills, operations: acknowledged, commands, sessions, observations } = report;
  console.log(
    `| ${servers} | ${loops} | ${kills} | ${acknowledged} | ${commands} | ${sessions} | ${observations} | ${report.violations.length} |`,
  );
  console.log(`\nRefused: ${refused}`);
  return report.violations;
}
