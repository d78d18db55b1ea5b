// The Python backend rewrites its whole file with a plain truncating open: where it dies in the midst, the file is cut.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { hasPython, saveSessions } from "./backend.js";
import { COLUMNS, named, rowsOf, type Named, type Row } from "./judge.js";
import { repaired } from "./repaired.js";

/** What comes of a file that is cut. */
interface Outcome {
  readonly rows: readonly Named[];
  readonly findings: readonly string[];
  /** Line and certain values of what is set aside. */
  readonly setAside: readonly (readonly [number, Readonly<Record<string, string>>])[];
  readonly isProven: boolean;
}

/**
 * What should come of it.
 * @param number of the record that is cut
 * @param piece what is there of it
 * @param whole all of it, without its line break
 */
function wanted(number: number, row: Row, piece: string, whole: string): Outcome {
  const line = number + 2;
  const before = Array.from({ length: number }, (_, index) => index);
  if (piece === "") return { rows: before, findings: [], setAside: [], isProven: true };
  const known = closedFields(piece);
  const codeOfWhole = new Map([
    [whole, undefined],
    [`${whole}\r`, "line-ending"],
    // Braces show that the last value is whole, and only its closing quote is missing.
    [whole.endsWith('"') ? whole.slice(0, -1) : whole, whole.endsWith('"') ? "unclosed-quote" : undefined],
  ]);
  if (codeOfWhole.has(piece)) {
    const code = codeOfWhole.get(piece);
    const findings = code === undefined ? [] : [`${line} ${code}`];
    return { rows: [...before, number], findings, setAside: [], isProven: true };
  }
  const findings = [`${line} ${known === 0 ? "text-line" : "torn-record"}`];
  return { rows: before, findings, setAside: [[line, prefixOf(row, known)]], isProven: true };
}

/** The first columns of a row, by their names. */
function prefixOf(row: Row, count: number): Readonly<Record<string, string>> {
  return Object.fromEntries(COLUMNS.slice(0, count).map((column, place) => [column, row[place] ?? ""]));
}

/** How many fields of a piece of a record have their delimiter behind them. */
function closedFields(piece: string): number {
  return piece.replaceAll(/"(?:[^"]|"")*(?:"|$)/g, "").split(",").length - 1;
}

test.runIf(hasPython)("a file that is cut anywhere in its last three records", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sessions-cut-"));
  onTestFinished(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, "sessions.csv");
  const { rows, ends } = saveSessions(file);
  const bytes = fs.readFileSync(file);
  const first = ends[rows.length - 4] ?? 0;
  const wrong: object[] = [];
  for (let cut = first; cut <= bytes.length; cut += 1) {
    const number = ends.filter((end) => end <= cut).length;
    const [start = 0, end = 0] = [ends[number - 1], ends[number]];
    const piece = bytes.toString("utf8", start, cut);
    const right = wanted(number, rows[number] ?? [], piece, bytes.toString("utf8", start, end - 2));
    const { output, findings, setAside, isProven } = repaired(bytes.subarray(0, cut));
    const found: Outcome = {
      rows: named(rowsOf(output), rows),
      findings,
      setAside: setAside.map(({ line, fields }) => [line, fields]),
      isProven,
    };
    if (JSON.stringify(found) !== JSON.stringify(right)) wrong.push({ cut, piece, found, right });
  }
  expect(wrong).toEqual([]);
  expect(bytes.length - first).toBeGreaterThan(800);
});
