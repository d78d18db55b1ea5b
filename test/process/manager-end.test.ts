// A program that ends without closing its manager: what was acknowledged is in the file, and nothing else keeps the process.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { acquireLock } from "../../src/storage/lock.js";
import { fileOf, row } from "../manager/managing.js";
import { HOLDER } from "../storage/folder.js";
import { setUpDriver } from "./harness.js";

const made = setUpDriver("test/process/manage-and-end.ts");
const BEFORE = fileOf(row("s1"));

interface Ended {
  readonly code: number | null;
  /** How long it lived after its work was acknowledged. */
  readonly lingeredMs: number;
}

function freshFile(): string {
  const file = path.join(fs.mkdtempSync(path.join(made.folder, "case-")), "s.csv");
  fs.writeFileSync(file, BEFORE);
  return file;
}

function run(file: string, scenario: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [made.driver, file, scenario], { stdio: ["ignore", "pipe", "inherit"] });
    let acknowledgedAt = NaN;
    child.stdout.on("data", (chunk: Buffer) => (acknowledgedAt = Number(chunk.toString())));
    child.on("exit", (code) => resolve({ code, lingeredMs: Date.now() - acknowledgedAt }));
    setTimeout(() => child.kill("SIGKILL"), 20_000).unref();
  });
}

test.each(["batch", "full batch"])("a change that a %s acknowledged is in the file", async (scenario) => {
  const file = freshFile();
  expect((await run(file, scenario)).code).toBe(0);
  expect(fs.readFileSync(file, "utf8")).toContain('"{""n"": 1}"');
});

test("a change that batch acknowledged waits for the lock of another program", async () => {
  const file = freshFile();
  const lock = await acquireLock(file, { waitMs: 0, holder: HOLDER });
  const ended = run(file, "batch");
  await pause(1500);
  expect(fs.readFileSync(file, "utf8")).toBe(BEFORE);
  lock.release();
  expect((await ended).code).toBe(0);
  expect(fs.readFileSync(file, "utf8")).toContain('"{""n"": 1}"');
});

test("a last activity is in the file, a second later", async () => {
  const file = freshFile();
  const { code, lingeredMs } = await run(file, "touch");
  expect(code).toBe(0);
  expect(fs.readFileSync(file, "utf8")).not.toBe(BEFORE);
  expect(lingeredMs).toBeGreaterThan(500);
});

test("a last activity that cannot be written does not keep the process", async () => {
  const file = freshFile();
  expect((await run(file, "touch of a file that is gone")).code).toBe(0);
  expect(fs.existsSync(file)).toBe(false);
});

test("cleanup and watching keep no process alive", async () => {
  const file = freshFile();
  const { code, lingeredMs } = await run(file, "nothing");
  expect(code).toBe(0);
  expect(lingeredMs).toBeLessThan(900);
});
