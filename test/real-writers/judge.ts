// What validate and repair make of a file that some program damaged.
import { existsSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { expect } from "vitest";
import { HEADER, type Folder } from "../cli/context.js";

export const COLUMNS: readonly string[] = HEADER.split(",");

/** The values of a record, in the order of the columns. */
export type Row = readonly string[];

export interface Judged {
  readonly isValid: boolean;
  /** What validate found: the lines of each code, as `3, 5-8`. */
  readonly findings: Readonly<Record<string, string>>;
  /** The records of the repaired file. */
  readonly rows: readonly Named[];
  /** What repair set aside: line, code, and how many values of it are certain. */
  readonly setAside: readonly string[];
}

/** A record by its number among those that stood in the file; what never stood there, as it is. */
export type Named = number | Row;

export function named(rows: readonly Row[], originals: readonly Row[]): readonly Named[] {
  const numbers = new Map(originals.map((row, number) => [JSON.stringify(row), number]));
  return rows.map((row) => numbers.get(JSON.stringify(row)) ?? row);
}

interface Finding {
  readonly code: string;
  readonly line: number;
}

interface Validation {
  readonly valid: boolean;
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

interface Piece {
  readonly line: number;
  readonly codes: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Validates and repairs a file by the command line. What holds for every file is asserted here: a second repair changes
 * nothing, and whatever is said to be certain of a piece are values of one session that there was.
 * @param sessions all that ever stood in the file, with all their versions
 */
export async function judge(folder: Folder, name: string, sessions: readonly Row[]): Promise<Judged> {
  const { valid, errors, warnings } = await json<Validation>(folder, ["validate", name, "--json", "--all"]);
  await json(folder, ["repair", name, "-o", "repaired.csv", "--json"]);
  expect(await json(folder, ["repair", "repaired.csv", "-n", "--json"])).toMatchObject({ changed: false });
  const pieces = existsSync(folder.file("repaired.csv.quarantine.jsonl"))
    ? folder
        .read("repaired.csv.quarantine.jsonl")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Piece)
    : [];
  const untrue = pieces.map(({ fields }) => fields).filter((fields) => !isOfOneSession(fields, sessions));
  expect(untrue, "certain values that no session has").toEqual([]);
  return {
    isValid: valid,
    findings: linesByCode([...errors, ...warnings]),
    rows: named(rowsOf(folder.read("repaired.csv")), sessions),
    setAside: pieces.map(({ line, codes, fields }) => `${line} ${codes.join(" ")} ${Object.keys(fields).length}`),
  };
}

async function json<T>(folder: Folder, argv: readonly string[]): Promise<T> {
  const { stdout, stderr } = await folder.run(argv);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as T;
}

/** The records of a file as an independent reader has them, in the usual order of the columns. */
export function rowsOf(text: string | Buffer): readonly Row[] {
  const [header = [], ...rows] = parse(text, { record_delimiter: ["\r\n", "\n"] });
  expect(header).toEqual(expect.arrayContaining([...COLUMNS]));
  return rows.map((row) => COLUMNS.map((column) => row[header.indexOf(column)] ?? ""));
}

function linesByCode(findings: readonly Finding[]): Readonly<Record<string, string>> {
  const lines = new Map<string, Set<number>>();
  for (const { code, line } of findings) lines.set(code, (lines.get(code) ?? new Set()).add(line));
  return Object.fromEntries([...lines].map(([code, numbers]) => [code, ranges([...numbers].sort((a, b) => a - b))]));
}

function ranges(numbers: readonly number[]): string {
  const result: { first: number; last: number }[] = [];
  for (const number of numbers) {
    const open = result.at(-1);
    if (open?.last === number - 1) open.last = number;
    else result.push({ first: number, last: number });
  }
  return result.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}

/** The values belong to one of the sessions. */
function isOfOneSession(fields: Readonly<Record<string, string>>, sessions: readonly Row[]): boolean {
  return sessions.some((row) => Object.entries(fields).every(([name, value]) => row[COLUMNS.indexOf(name)] === value));
}
