// npm run torture: servers on one file are killed at random moments, over and over, and lose nothing that they acknowledged.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { killServer } from "./kill-server.js";
import { Acknowledged } from "./session-steps.js";

const { values } = parseArgs({
  options: {
    driver: { type: "string", default: "" },
    kills: { type: "string", default: "1000" },
    servers: { type: "string", default: "2" },
    callers: { type: "string", default: "16" },
    /** A server works for at most so long. */
    milliseconds: { type: "string", default: "400" },
    lazy: { type: "boolean", default: false },
  },
});
const [kills, servers, callers, milliseconds] = [values.kills, values.servers, values.callers, values.milliseconds].map(
  Number,
);
/** So that files stay small. */
const KILLS_PER_FILE = 100;

const folder = mkdtempSync(path.join(tmpdir(), "sessions-torture-"));
const violations: string[] = [];
let acknowledged = 0;
let killed = 0;
let history = new Acknowledged();
let file = "";
for (let round = 0; killed < (kills ?? 0); round += 1) {
  if (killed % KILLS_PER_FILE < (servers ?? 1)) {
    acknowledged += history.acknowledged;
    history = new Acknowledged();
    file = path.join(folder, String(round), "s.csv");
    mkdirSync(path.dirname(file));
    writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
  }
  const mode = values.lazy ? "lazy" : "durable";
  const run = { driver: values.driver, file, callers: Number(callers), mode } as const;
  await Promise.all(
    Array.from({ length: servers ?? 1 }, (_, number) =>
      killServer({ ...run, name: `s${round}-${number}` }, Math.random() * (milliseconds ?? 0), history),
    ),
  );
  killed += servers ?? 1;
  try {
    violations.push(...history.violations(file));
  } catch (error) {
    violations.push(`the file cannot be read: ${String(error)}`);
  }
}
acknowledged += history.acknowledged;
console.log(`| kills | acknowledged steps | lost, made up or unreadable |\n| --- | --- | --- |`);
console.log(`| ${killed} | ${acknowledged} | ${violations.length} |`);
for (const violation of violations.slice(0, 20)) console.log(violation);
if (violations.length === 0) rmSync(folder, { recursive: true });
else console.log(`The files are in ${folder}`);
process.exitCode = violations.length === 0 ? 0 : 1;
