// One file for each change: a line for each edit, then one that says what the change was. A file without its last line, or
// whose change was never made, counts as none.
import { createHash, hash, type Hash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { lstatSync, unlinkSync } from "node:fs";
import path from "node:path";
import type { Edit } from "../csv/edit.js";
import type { Replacement } from "../storage/atomic-replace.js";
import type { Companion } from "../storage/commit-together.js";
import { compactTime } from "../storage/backup-name.js";
import { beginSidecarFile } from "../storage/sidecar-file.js";
import { logFiles } from "./log-folder.js";
import type { ChangeOrigin } from "./store.js";

/** An edit of the file, and the session that it is about. */
export interface RecordEdit extends Edit {
  /** The session whose record is removed, replaced or added; undefined for what is no record. */
  readonly sessionId: string | undefined;
}

/** Sessions that a change touched. */
export interface ChangeCounts {
  readonly removed: number;
  readonly replaced: number;
  readonly added: number;
}

/** A version of the file. */
export interface LoggedVersion {
  readonly byteLength: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** The last line of an entry. */
export interface LoggedChange {
  readonly kind: "change";
  readonly version: 1;
  readonly number: number;
  /** RFC 3339 in UTC. */
  readonly time: string;
  readonly user: string;
  readonly host: string;
  /** As typed, secrets left out. */
  readonly command: string;
  /** What was selected, in words. */
  readonly selection?: string;
  readonly undoes?: number;
  /** Left out where one whole file came in the place of another, and nobody compared them. */
  readonly counts?: ChangeCounts;
  readonly before: LoggedVersion;
  /** When the file system says that `before` was written, RFC 3339 in UTC; left out in older entries. */
  readonly beforeTime?: string;
  readonly after: LoggedVersion;
  /** The file in backups/ that holds the bytes of `before`, where the edits do not. */
  readonly backup?: string;
}

/** One line of an entry: what stood in the old file, and of what came in its place its length and hash. */
export interface LoggedEdit {
  readonly sessionId?: string;
  /** In the old file, in bytes from 0. */
  readonly byteOffset: number;
  /** The exact text that was removed; `base64` where it is no UTF-8; left out where nothing was removed. */
  readonly removed?: string;
  readonly removedBase64?: string;
  /** How long what came in its place is, and the hash of it without line breaks around it; left out where nothing did. */
  readonly inserted?: LoggedVersion;
}

/** All entries together have at most so many bytes; the oldest go first. */
const LOG_BYTES = 256 * 1024 * 1024;
const LONGEST_TEXT = 4000;
const FLUSH_BYTES = 1024 * 1024;
const ENTRY_NAME = /^(\d{6,})-\d{8}T\d{6}Z(?:-\d+)?\.jsonl$/;

/** The entry of a change that is being made; ends with the commit of its companion, or when it is disposed of. */
export class LogEntryWriter implements AsyncDisposable {
  readonly number: number;
  readonly #path: string;
  readonly #replacement: Replacement;
  readonly #origin: ChangeOrigin;
  readonly #beforeTime: Date | undefined;
  readonly #before = new VersionHash();
  readonly #after = new VersionHash();
  readonly #counts = { removed: 0, replaced: 0, added: 0 };
  #lines: string[] = [];
  #lineBytes = 0;

  constructor(number: number, file: string, replacement: Replacement, origin: ChangeOrigin, beforeTime?: Date) {
    this.number = number;
    this.#path = file;
    this.#replacement = replacement;
    this.#origin = origin;
    this.#beforeTime = beforeTime;
  }

  /** Notes a stretch of the old file and the edits in it. */
  add(source: Uint8Array, edits: readonly RecordEdit[]): void {
    const base = this.#before.byteLength;
    for (const { sessionId, byteOffset, byteLength, bytes } of edits) {
      const removed = source.subarray(byteOffset, byteOffset + byteLength);
      this.#push(editLine(sessionId, base + byteOffset, removed, bytes));
      if (sessionId === undefined) continue;
      if (byteLength === 0) this.#counts.added += 1;
      else if (bytes.length === 0) this.#counts.removed += 1;
      else this.#counts.replaced += 1;
    }
    this.#before.add(source);
  }

  /** Notes a piece of the new version. */
  addWritten(piece: Uint8Array): void {
    this.#after.add(piece);
  }

  /** Writes what was noted, where it is worth it. IO_FAILED: the entry cannot be written. */
  async flush(): Promise<void> {
    if (this.#lineBytes >= FLUSH_BYTES) await this.#write();
  }

  /**
   * Ends the entry, which is to be committed with the change.
   * @param backup the file that holds the old version, where no edits were noted
   * @param counts what such a change touched, where that is known
   */
  async finish(backup?: string, counts?: ChangeCounts): Promise<Companion> {
    const { time, user, host, selection, undoes } = this.#origin;
    const known = backup === undefined ? this.#counts : counts;
    const command = shortened(this.#origin.command);
    const change: LoggedChange = {
      kind: "change",
      version: 1,
      number: this.number,
      time: time.toISOString(),
      user,
      host,
      command,
      ...(selection === undefined ? {} : { selection: shortened(selection) }),
      ...(undoes === undefined ? {} : { undoes }),
      ...(known === undefined ? {} : { counts: known }),
      before: this.#before.version(),
      ...(this.#beforeTime === undefined ? {} : { beforeTime: this.#beforeTime.toISOString() }),
      after: this.#after.version(),
      ...(backup === undefined ? {} : { backup: path.basename(backup) }),
    };
    this.#push(JSON.stringify(change));
    await this.#write();
    return { path: this.#path, replacement: this.#replacement, isNew: true };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#replacement.abandon();
  }

  #push(line: string): void {
    this.#lines.push(line, "\n");
    this.#lineBytes += line.length + 1;
  }

  async #write(): Promise<void> {
    const bytes = Buffer.from(this.#lines.join(""));
    [this.#lines, this.#lineBytes] = [[], 0];
    await this.#replacement.write(bytes);
  }
}

/** Begins the entry of the next change of a file whose lock the caller holds. IO_FAILED, CANCELLED: nothing is there. */
export async function beginLogEntry(
  realPath: string,
  origin: ChangeOrigin,
  options: { readonly signal?: AbortSignal },
): Promise<LogEntryWriter> {
  const number = (logEntryFiles(realPath).at(-1)?.number ?? 0) + 1;
  const stem = `${String(number).padStart(6, "0")}-${compactTime(origin.time)}`;
  const name = { kind: "log", stem, extension: ".jsonl" } as const;
  const { path: file, replacement } = await beginSidecarFile(realPath, name, options);
  return new LogEntryWriter(number, file, replacement, origin, lstatSync(realPath, { throwIfNoEntry: false })?.mtime);
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;
}

/**
 * The files of the log, by their numbers; empty where there is no log.
 * @throws SessionsError IO_FAILED where it may not be read, or something else stands in its place
 */
export function logEntryFiles(realPath: string): { readonly number: number; readonly path: string }[] {
  return logFiles(realPath)
    .map((file) => ({ number: Number(ENTRY_NAME.exec(path.basename(file))?.[1]), path: file }))
    .filter(({ number }) => !Number.isNaN(number))
    .sort((left, right) => left.number - right.number);
}

/** Removes the oldest entries until what is left fits, but for the last one. Best effort: an entry too many does no harm. */
export function dropOldEntries(realPath: string, limitBytes = LOG_BYTES): void {
  try {
    let total = 0;
    logEntryFiles(realPath)
      .reverse()
      .forEach(({ path: file }, age) => {
        total += lstatSync(file).size;
        if (age > 0 && total > limitBytes) unlinkSync(file);
      });
  } catch {
    // The change is made; the next one tries again.
  }
}

/** A record without the line breaks around it: what stands beside it in the file decides whether it has them. */
export function bareRecord(bytes: Uint8Array): Uint8Array {
  let [start, end] = [0, bytes.length];
  while (start < end && isBreak(bytes[start])) start += 1;
  while (end > start && isBreak(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

function isBreak(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}

/** The hash of a record, whatever breaks are around it. In one call: a million of them are made for as many records. */
export function recordHash(bytes: Uint8Array): string {
  return hash("sha256", bareRecord(bytes), "hex");
}

/** Length and hash of bytes that come in pieces. */
export class VersionHash {
  readonly #hash: Hash = createHash("sha256");
  byteLength = 0;

  add(bytes: Uint8Array): void {
    this.#hash.update(bytes);
    this.byteLength += bytes.length;
  }

  /** Of what was added so far; to be asked once. */
  version(): LoggedVersion {
    return { byteLength: this.byteLength, sha256: this.#hash.digest("hex") };
  }
}

const PLAIN = /^[ !#-[\]-~]*$/;

/** A `LoggedEdit` as text. There may be a million of them, and this way takes a third of the time of JSON.stringify. */
function editLine(
  sessionId: string | undefined,
  byteOffset: number,
  removed: Uint8Array,
  inserted: Uint8Array,
): string {
  const id =
    sessionId === undefined
      ? ""
      : `"sessionId":${PLAIN.test(sessionId) ? `"${sessionId}"` : JSON.stringify(sessionId)},`;
  const text = removed.length === 0 ? "" : `,${JSON.stringify(textOf(removed)).slice(1, -1)}`;
  const version =
    inserted.length === 0 ? "" : `,"inserted":{"byteLength":${inserted.length},"sha256":"${recordHash(inserted)}"}`;
  return `{${id}"byteOffset":${byteOffset}${text}${version}}`;
}

function textOf(removed: Uint8Array): Pick<LoggedEdit, "removed" | "removedBase64"> {
  if (removed.length === 0) return {};
  const bytes = Buffer.from(removed.buffer, removed.byteOffset, removed.byteLength);
  return isUtf8(bytes) ? { removed: bytes.toString("utf8") } : { removedBase64: bytes.toString("base64") };
}
