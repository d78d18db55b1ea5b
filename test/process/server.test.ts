// Law 4 for a server: what it acknowledged is in the file, whenever it is killed. A slice of `npm run torture`.
import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { setUpDriver } from "./harness.js";
import { killServer } from "./kill-server.js";
import { Acknowledged } from "./session-steps.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";

const made = setUpDriver("test/process/server.ts");

function freshFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
  fs.writeFileSync(file, `${COLUMN_NAMES.join(",")}\r\n`);
  return file;
}

test("a server that is killed loses nothing that it acknowledged", async () => {
  const file = freshFile();
  const acknowledged = new Acknowledged();
  for (let kill = 0; kill < 8; kill += 1) {
    const run = { driver: made.driver, file, name: `k${kill}`, callers: 1 + 5 * kill, mode: "durable" } as const;
    await killServer(run, 40 + 37 * kill, acknowledged);
    expect(acknowledged.violations(file)).toEqual([]);
  }
  expect(acknowledged.acknowledged).toBeGreaterThan(100);
});

test("two servers on one file lose nothing, and take nothing from each other", async () => {
  const file = freshFile();
  const acknowledged = new Acknowledged();
  for (let kill = 0; kill < 3; kill += 1) {
    const run = { driver: made.driver, file, callers: 8, mode: "durable" } as const;
    await Promise.all([
      killServer({ ...run, name: `a${kill}` }, 300, acknowledged),
      killServer({ ...run, name: `b${kill}` }, 450, acknowledged),
    ]);
    expect(acknowledged.violations(file)).toEqual([]);
  }
  expect(acknowledged.acknowledged).toBeGreaterThan(100);
});

test("a server that acknowledges before it writes is found to lose", async () => {
  const file = freshFile();
  const acknowledged = new Acknowledged();
  // A slow machine may kill it before it has acknowledged anything.
  for (let kill = 0; kill < 10 && acknowledged.violations(file).length === 0; kill += 1) {
    await killServer({ driver: made.driver, file, name: `lazy${kill}`, callers: 8, mode: "lazy" }, 300, acknowledged);
  }
  expect(acknowledged.violations(file)).not.toEqual([]);
});
