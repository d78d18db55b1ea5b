// Four servers and four commands at work on one file, some of them killed, against a model. A slice of
// `npm run torture -- --beside`.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { BINARY } from "../bin/binary.js";
import { setUpDriver } from "./harness.js";
import { runBeside, type BesideOptions, type BesideReport } from "./run-beside.js";

const made = setUpDriver("test/process/model-server.ts");

function run(options: Partial<BesideOptions>): Promise<BesideReport> {
  return runBeside({
    server: made.driver,
    command: BINARY,
    folder: fs.mkdtempSync(path.join(made.folder, "case-")),
    servers: 4,
    callers: 3,
    loops: 4,
    milliseconds: 5000,
    operations: Infinity,
    killEveryMs: 400,
    killRate: 0.2,
    broken: "",
    ...options,
  });
}

test("four servers and four commands, some of them killed, lose and make up nothing", async () => {
  const report = await run({});
  expect(report.violations).toEqual([]);
  expect([...report.refused.keys()].filter((code) => code !== "SESSION_NOT_FOUND")).toEqual([]);
  expect(report.operations).toBeGreaterThan(100);
  // A slow machine brings few commands to their end.
  expect(report.commands).toBeGreaterThan(0);
  expect(report.kills).toBeGreaterThan(3);
});

test.each(["ignores the lock", "never reloads"])("a server that %s is found", async (broken) => {
  // More of them would hardly get a commit through: they take each other's temporary file away.
  const { violations } = await run({ broken, servers: 2, milliseconds: 2500, killEveryMs: 0, killRate: 0 });
  expect(violations.filter((violation) => violation.includes("but the session is"))).not.toEqual([]);
});
