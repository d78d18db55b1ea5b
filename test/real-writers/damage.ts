// Damages the Python backend's file by running programs on it.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { Folder } from "../cli/context.js";
import { has, hasPython, saveSessions, type Saved } from "./backend.js";
import { judge, named, type Judged, type Named, type Row } from "./judge.js";

export interface Case {
  /** What is said instead of the commands where they are long. */
  readonly name?: string;
  /**
   * Commands of a shell, which print the damaged file. In their folder stand `whole.csv`, and `later.csv` with the same
   * sessions later.
   */
  readonly damage: string;
  /** The sessions that come back, by number: those of `whole.csv` from 0, those that only `later.csv` has from `LATER`. */
  readonly rows: readonly Named[] | ((whole: readonly Row[]) => readonly Named[]);
  /** Absent where it does not matter what each fault is called. */
  readonly findings?: Judged["findings"];
  readonly setAside?: Judged["setAside"];
  readonly isValid?: true;
}

/** The sessions of `whole.csv`. */
export const ALL: readonly number[] = Array.from({ length: 12 }, (_, number) => number);
/** Newer versions of the sessions 1 and 9, and a new session. */
export const [LATER_1, LATER_9, NEW] = [12, 13, 14];
/** What `later.csv` holds. */
export const LATER: readonly number[] = [0, LATER_1, 2, 3, 4, 5, 7, 8, LATER_9, 10, 11, NEW];

/** The tools of other systems have other options. */
export const canDamage = hasPython && has("sed", "--version") && has("split", "--version");

let saved: { readonly whole: Saved; readonly later: Saved; readonly bytes: readonly [Buffer, Buffer] } | undefined;

/** Python is run only once. */
function savedOnce(folder: Folder): NonNullable<typeof saved> {
  if (saved === undefined) {
    const [file, laterFile] = [folder.file("whole.csv"), folder.file("later.csv")];
    const [whole, later] = [saveSessions(file), saveSessions(laterFile, "save-later")];
    saved = { whole, later, bytes: [fs.readFileSync(file), fs.readFileSync(laterFile)] };
  }
  folder.write("whole.csv", saved.bytes[0]);
  folder.write("later.csv", saved.bytes[1]);
  return saved;
}

/** No setting of the machine. */
const GIT = {
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_AUTHOR_NAME: "Test",
  GIT_AUTHOR_EMAIL: "test@example.org",
  GIT_COMMITTER_NAME: "Test",
  GIT_COMMITTER_EMAIL: "test@example.org",
};

interface Damaged {
  readonly folder: Folder;
  readonly whole: readonly Row[];
  /** All that ever stood in one of the two files: first those of `whole.csv`, then what is new in `later.csv`. */
  readonly sessions: readonly Row[];
}

/** Runs the commands in a folder of their own; what they print becomes `damaged.csv`. */
function damaged(commands: string): Damaged {
  const folder = new Folder();
  const saves = savedOnce(folder);
  const [whole, later] = [saves.whole.rows, saves.later.rows];
  const bytes = execFileSync("bash", ["-c", commands], {
    cwd: folder.path,
    env: { PATH: process.env["PATH"], HOME: folder.path, LC_ALL: "C.UTF-8", ...GIT },
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
  });
  folder.write("damaged.csv", bytes);
  const known = new Set(whole.map((row) => JSON.stringify(row)));
  const sessions = [...whole, ...later.filter((row) => !known.has(JSON.stringify(row)))];
  return { folder, whole, sessions };
}

/** What validate and repair make of the damaged file, and what they should. */
export async function outcomes(one: Case): Promise<{ readonly is: Judged; readonly should: Judged }> {
  const { folder, whole, sessions } = damaged(one.damage);
  const is = await judge(folder, "damaged.csv", sessions);
  const { findings = is.findings, setAside = [], isValid = false } = one;
  const wanted = typeof one.rows === "function" ? one.rows(whole) : one.rows;
  const rows = wanted.flatMap((row) => (typeof row === "number" ? [row] : named([row], sessions)));
  return { is, should: { isValid, findings, rows, setAside } };
}

/** Cases with their titles. */
export function titled(...cases: readonly (readonly Case[])[]): (readonly [string, Case])[] {
  return cases.flat().map((one) => [one.name ?? one.damage, one]);
}
