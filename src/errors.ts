/**
 * Every way in which an operation of this library fails, as data; `SessionsError` says which other errors there are. Prose for people is made from it in one place,
 * `cli/report-error.ts`. The set is closed and append-only (law 10).
 */
export type ErrorCode =
  /** The options or arguments cannot be used. Nothing was read or written. */
  | "USAGE"
  /** No session with this id. Nothing was written. */
  | "SESSION_NOT_FOUND"
  /** An abbreviated id fits several sessions. Nothing was written. */
  | "SESSION_AMBIGUOUS"
  /** A limit that the caller set (`--max-removed`) would be passed. Nothing was written. */
  | "LIMIT_EXCEEDED"
  /** No file at the path. */
  | "STORE_NOT_FOUND"
  /** A file is there already and was left as it is. */
  | "STORE_EXISTS"
  /** The path is a directory, a device or another thing that is not a regular file. */
  | "STORE_NOT_A_FILE"
  /** Another process holds the lock and kept it for the whole waiting time. Nothing was written. */
  | "STORE_LOCKED"
  /** The record borders are in doubt; a write could lose sessions. Nothing was written. */
  | "STORE_DAMAGED"
  /** The file changed while it was worked on. Nothing was written. */
  | "STORE_CHANGED"
  /** A copy is encrypted, and no key that was given opens it. Nothing was written. */
  | "WRONG_KEY"
  /** The store's engine is not available in this build or cannot be reached. */
  | "ENGINE_UNAVAILABLE"
  /** The operating system refused: permission, full disk, a read-only or crossing mount. The old file is whole. */
  | "IO_FAILED"
  /** The new file is in place and whole, but the directory could not be synced: a power cut may bring the old one back. */
  | "DURABILITY_UNKNOWN"
  /** The person at the terminal said no, or pressed Ctrl-C. Nothing was written. */
  | "CANCELLED"
  /** A value cannot stand in the file, or in the format that was asked for. No file was written; what went to a stream has no end. */
  | "VALUE_REFUSED"
  /** Sessions that come in have ids that are there already, and nothing says which ones count. Nothing was written. */
  | "SESSION_CONFLICT"
  /** What is to be imported cannot be taken, all or in part. Nothing was written. */
  | "INPUT_REFUSED";

/** What an error carries beside its code; each code uses the fields that make sense for it. */
export interface ErrorDetails {
  /** The file, folder or store that it is about. */
  readonly path?: string;
  /** What was being done, as a verb phrase: "open", "rename the new file into place". */
  readonly operation?: string;
  /** One sentence on what is wrong, without a full stop. */
  readonly reason?: string;
  /** What to type or do next, without a full stop, where whoever failed knows it; see `SessionsError.hint`. */
  readonly hint?: string;
  /** Close matches for a mistyped name, best first. */
  readonly suggestions?: readonly string[];
  /** Findings in a damaged file, first ones first. Lines are physical and start at 1. */
  readonly findings?: readonly Finding[];
  /** How many findings there are in all, at least `findings.length`. */
  readonly findingCount?: number;
  /** Ids of sessions that it is about, the first ones. */
  readonly ids?: readonly string[];
  /** How many there are in all, at least `ids.length`. */
  readonly idCount?: number;
  /** How many of these, the last ones, what comes in has several different sessions for, and the file none. */
  readonly repeatedIdCount?: number;
  /** Who holds the lock, as far as it is known. */
  readonly holder?: LockHolder;
  /** How long the lock was waited for, in milliseconds. */
  readonly waitedMs?: number;
  /** The operating system's error or another one below this. */
  readonly cause?: unknown;
}

/** One place in a file where something is wrong. */
export interface Finding {
  /** Physical line, from 1; undefined where the file as a whole is meant. */
  readonly line?: number;
  /** Offset in the file, in bytes from 0. */
  readonly byteOffset?: number;
  /** One sentence on what is wrong, without a full stop. */
  readonly message: string;
}

/** The process that wrote its name into the lock file when it took the lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly command: string;
  /** When the lock was taken, RFC 3339 in UTC. */
  readonly since: string;
}

/**
 * What every operation of this library that fails on purpose throws or rejects with. Besides it, an argument alone can lead to an
 * error, before anything is read or written: a TypeError where it has another type than its declaration says or JSON cannot hold it,
 * a RangeError where a time is out of bounds, and a SyntaxError where a text is no JSON (`RawJson`) or no regular expression (a
 * selection). Anything else is a bug.
 */
export class SessionsError extends Error {
  override readonly name = "SessionsError";

  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /** What to type or do next, without a full stop; undefined where nothing helps. */
  readonly hint: string | undefined;

  /** Its message names all of it: `STORE_DAMAGED: /srv/s.csv: where its records begin … is in doubt (run: sessions validate /srv/s.csv)`. */
  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const { operation, path, reason } = details;
    const subject = [operation, path].filter((part) => part !== undefined).join(" ");
    const hint = details.hint ?? damageHint(code, details);
    const parts = [code, subject, reason].filter((part) => part !== undefined && part !== "");
    super(
      `${parts.join(": ")}${hint === undefined ? "" : ` (${hint})`}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.details = details;
    this.hint = hint;
  }
}

/** For a file of sessions in which something was found; what is wrong with a backup says so itself. */
function damageHint(code: ErrorCode, { path, findings }: ErrorDetails): string | undefined {
  if (code !== "STORE_DAMAGED" || path === undefined || findings === undefined) return undefined;
  const word = /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
  return `run: sessions validate ${word}`;
}

/** The operating system's code of a failed system call (`ENOENT`, `ENOSPC`), or undefined for any other value. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
