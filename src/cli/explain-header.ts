import { parse } from "csv-parse/sync";
import type { ErrorDetails } from "../errors.js";
import { COLUMN_NAMES } from "../session/columns.js";
import { parseTimestamp } from "../session/timestamp.js";

/** Names of ours that a line must hold to be taken for a header of ours in other clothes. */
const ENOUGH_NAMES = 5;
const ARROW = " for ";

const DELIMITERS = [
  { delimiter: ",", name: "commas" },
  { delimiter: ";", name: "semicolons" },
  { delimiter: "\t", name: "tabs" },
  { delimiter: "|", name: "vertical bars" },
] as const;

/** What a first line that is no header of ours is instead; undefined where it is like none that is known. */
export function explainHeader(head: Buffer): ErrorDetails | undefined {
  for (const { delimiter, name } of DELIMITERS) {
    const fields = firstRecord(head, delimiter);
    const ours = fields.flatMap((field) => COLUMN_NAMES.filter((column) => column === normalized(field)));
    if (ours.length >= ENOUGH_NAMES) return delimiter === "," ? misnamed(fields) : separated(name);
    if (delimiter === "," && looksLikeSession(fields)) return HEADLESS;
  }
  return undefined;
}

function firstRecord(head: Buffer, delimiter: string): string[] {
  try {
    const options = { delimiter, to: 1, bom: true, relax_quotes: true, relax_column_count: true } as const;
    const [record = []] = parse(head, options);
    return record;
  } catch {
    // A quote that is not closed within the head; no header of ours has one.
    return [];
  }
}

/** `Session ID`, ` session_id` and `SESSION-ID` are all meant to be `session_id`. */
function normalized(name: string): string {
  return name.trim().toLowerCase().replaceAll(/[ -]+/g, "_");
}

function separated(name: string): ErrorDetails {
  return { reason: `its columns are separated by ${name}, not by commas` };
}

function misnamed(fields: readonly string[]): ErrorDetails | undefined {
  const wrong = fields.filter((field) => isOurs(normalized(field)) && !isOurs(field));
  if (wrong.length === 0) return undefined;
  const examples = wrong.slice(0, 2).map((field) => `"${field}"${ARROW}${normalized(field)}`);
  return { reason: `the header writes the columns' names in another way: ${examples.join(", ")}` };
}

function isOurs(name: string): boolean {
  return (COLUMN_NAMES as readonly string[]).includes(name);
}

function looksLikeSession(fields: readonly string[]): boolean {
  const [createdAt, lastActivity] = [COLUMN_NAMES.indexOf("created_at"), COLUMN_NAMES.indexOf("last_activity")];
  return [createdAt, lastActivity].every((place) => !Number.isNaN(parseTimestamp(fields[place] ?? "")));
}

const HEADLESS: ErrorDetails = { reason: "there is no header: the first line is a session already" };
