// Two backends that share a file, each of which rewrites all of it with a truncating open and no lock.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { BACKEND, hasPython } from "./backend.js";
import { rowsOf, type Row } from "./judge.js";
import { repaired } from "./repaired.js";

interface Overlap {
  readonly seed: number;
  readonly bytes: Buffer;
  readonly versions: readonly (readonly Row[])[];
}

/** Lets two Python processes save two versions to one file, once for each seed. */
function overlaps(way: string, how: string, seeds: readonly number[]): readonly Overlap[] {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sessions-writers-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const stdout = execFileSync("python3", ["-B", BACKEND, "overlap", folder, way, how, ...seeds.map(String)], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  const versions = JSON.parse(stdout) as readonly (readonly (readonly Row[])[])[];
  return seeds.map((seed, index) => ({
    seed,
    bytes: fs.readFileSync(path.join(folder, `${seed}.csv`)),
    versions: versions[index] ?? [],
  }));
}

function without(rows: readonly Row[], others: readonly Row[]): readonly Row[] {
  const texts = new Set(others.map((row) => JSON.stringify(row)));
  return rows.filter((row) => !texts.has(JSON.stringify(row)));
}

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);

// Blocks that end in the midst of records only in the order of the seeds: a mixture can look like a record.
test.runIf(hasPython).for([
  ["rows", "take-turns"],
  ["rows", "race"],
  ["blocks", "take-turns"],
])("two processes overwrite one file at once: they write %s, and %s", ([way = "", how = ""]) => {
  let torn = 0;
  let invented = 0;
  let records = 0;
  const failures: object[] = [];
  for (const overlap of overlaps(way, how, SEEDS)) {
    const { output, setAside, isProven } = repaired(overlap.bytes);
    const rows = rowsOf(output);
    const found = without(rows, overlap.versions.flat());
    const twice = rows.length - new Set(rows.map(([id]) => id)).size;
    if (setAside.length > 0) torn += 1;
    invented += found.length;
    records += rows.length;
    if (twice > 0 || !isProven) failures.push({ seed: overlap.seed, twice, isProven });
  }
  // Halves of two records that fit in form, at a border that no sign of two writers is near, look whole.
  expect(invented, `of ${records}`).toBeLessThanOrEqual(way === "rows" ? 0 : 3);
  expect(failures).toEqual([]);
  if (how === "take-turns") expect(torn).toBeGreaterThan(10);
});
