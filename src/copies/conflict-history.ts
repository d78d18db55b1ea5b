import { SessionsError } from "../errors.js";
import { openSnapshot } from "../storage/snapshot.js";
import { conflictLogFiles, type ConflictLine } from "../store/conflict-log.js";
import { isObject, linesOf, parseLine } from "./log-lines.js";

/** The sessions of a file that came into conflict, oldest first, and the files of the log that are damaged or may not be read. */
export interface ConflictHistory {
  readonly conflicts: readonly ConflictLine[];
  readonly unreadable: readonly string[];
}

/** @throws SessionsError STORE_NOT_FOUND where the file is not there; IO_FAILED where the log may not be read */
export function readConflicts(path: string): ConflictHistory {
  using snapshot = openSnapshot(path);
  const conflicts: ConflictLine[] = [];
  const unreadable: string[] = [];
  for (const file of conflictLogFiles(snapshot.realPath).sort()) {
    const lines = linesIn(file);
    const whole = lines.filter(isConflict);
    for (const line of whole) conflicts.push(line);
    if (lines.length === 0 || whole.length < lines.length) unreadable.push(file);
  }
  // The sort is stable: of one commit they stay in their order.
  return { conflicts: conflicts.sort((left, right) => Date.parse(left.time) - Date.parse(right.time)), unreadable };
}

function linesIn(file: string): (object | undefined)[] {
  try {
    return Array.from(linesOf(file), parseLine);
  } catch (error) {
    // It may not be read, or is no file.
    if (error instanceof SessionsError) return [];
    throw error;
  }
}

/** All is there that is shown: anybody who may write the folder may have written the file. */
function isConflict(value: object | undefined): value is ConflictLine {
  if (!isObject(value)) return false;
  const { kind, sessionId, time, kept, manager, managerBase64, file, fileBase64 } = value;
  const records = [manager, managerBase64, file, fileBase64];
  return (
    kind === "conflict" &&
    typeof sessionId === "string" &&
    typeof time === "string" &&
    !Number.isNaN(Date.parse(time)) &&
    isObject(kept) &&
    Object.values(kept).every((side) => side === "manager" || side === "file") &&
    records.every((record) => record === undefined || typeof record === "string")
  );
}
