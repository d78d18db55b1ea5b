// The bound that the README gives for the memory of a server.
import fs from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import { generateDemo } from "../../src/demo/generate.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { setUpDriver } from "./harness.js";

const made = setUpDriver("test/process/hold-sessions.ts");

test("a server with 100,000 sessions of 450 bytes needs at most 200 MiB", async () => {
  const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
  for (const piece of generateDemo({ rows: 100_000, seed: 1, now: parseTimestamp("2026-01-01T00:00:00") })) {
    fs.appendFileSync(file, piece);
  }
  expect(fs.statSync(file).size).toBeGreaterThan(45_000_000);
  const start = fs.readFileSync(file, "utf8").slice(0, 100_000);
  const ids = Array.from(start.matchAll(/^[0-9a-f-]{36}(?=,)/gm), ([id]) => id).slice(0, 100);
  const { stdout } = await execa("node", ["--expose-gc", made.driver, file, ...ids]);
  const { sessions, mebibytes } = JSON.parse(stdout) as { sessions: number; mebibytes: number };
  expect([ids.length, sessions]).toEqual([100, 100_020]);
  expect(mebibytes).toBeLessThanOrEqual(200);
});
