// Laws 3, 4 and 8. Only what was verified to its last byte is put in the place of the file, and the old file is kept.
import { realpathSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { SessionsError } from "../errors.js";
import { beginReplacement, type CommitResult } from "../storage/atomic-replace.js";
import { commitTogether, type Companion } from "../storage/commit-together.js";
import { acquireLock, type LockOptions } from "../storage/lock.js";
import { realTarget } from "../storage/real-target.js";
import { removeSidecarTemps } from "../storage/sidecar-file.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import {
  beginLogEntry,
  dropOldEntries,
  VersionHash,
  type ChangeCounts,
  type LogEntryWriter,
} from "../store/change-log.js";
import { copyPieces } from "../store/copy-pieces.js";
import type { CsvSource } from "../store/csv-source.js";
import type { ChangeOrigin } from "../store/store.js";
import { backupAt, type Backup } from "./backup-list.js";
import { backupPlace } from "./backup-place.js";
import { manifestPath, manifestText, type Fingerprint } from "./manifest.js";
import { openVersion, type OpenVersion, type OpenVersionOptions } from "./open-version.js";
import { RecordCount } from "./record-count.js";
import { verifyBackup } from "./verify-backup.js";
import type { Version } from "./version.js";

/** A backup that was verified, and the file that it is to replace; both are open until it is disposed of. */
export interface PreparedRestore extends Disposable {
  readonly backup: Backup;
  readonly version: OpenVersion;
  /** Of the CSV file in the backup. */
  readonly content: Fingerprint;
  readonly rows: number;
  /** The file, with symbolic links resolved. */
  readonly realPath: string;
  /** Undefined where there is no file: it is made then. */
  readonly current: Snapshot | undefined;
}

/** What is needed to put a version in the place of the file. */
export type WholeVersion = Pick<PreparedRestore, "content" | "realPath" | "current"> & { readonly version: Version };

export interface RestoreWriting {
  readonly lock: Omit<LockOptions, "signal">;
  readonly signal?: AbortSignal;
  /** The time that names the copy of the old file. */
  readonly now: Date;
  /** The program's name and version, for its manifest. */
  readonly tool: string;
  /** Who restores; left out, the change is not written into the log. */
  readonly origin?: ChangeOrigin | undefined;
  /** The sessions that go, change and come, for the log; left out where they are not known. */
  readonly counts?: ChangeCounts | undefined;
}

export interface RestoreWritten {
  /** The copy of the old file; undefined where there was none. */
  readonly safetyCopy: string | undefined;
  /** The change's number in the log; undefined where it was not logged. */
  readonly number: number | undefined;
  /** What of the old file could not be kept, in closed codes; see `storage/atomic-replace.ts`. */
  readonly warnings: readonly string[];
}

/**
 * Verifies a backup to its end, and opens it and the file that it is to replace. Writes nothing beside the file.
 *
 * STORE_DAMAGED: the backup is not what was backed up, or cannot be read as a session file; without a manifest, too, where
 * its end looks cut. WRONG_KEY, LIMIT_EXCEEDED, IO_FAILED, CANCELLED, STORE_NOT_FOUND: as they say. Nothing stays open.
 */
export async function prepareRestore(
  backupFile: string,
  target: string,
  options: OpenVersionOptions,
): Promise<PreparedRestore> {
  const backup = backupOf(backupFile);
  const { problem, rows, content } = await verifyBackup(backup, options);
  if (problem !== undefined || content === undefined) throw refused(backupFile, problem ?? "it cannot be read");
  if (rows === undefined) throw refused(backupFile, "it was no session file when it was backed up");
  const version = await openVersion(backup.path, options);
  try {
    const current = openIfThere(target);
    const realPath = current?.realPath ?? (await realTarget(target));
    const close = (): void => {
      version.source.close();
      current?.close();
    };
    return { backup, version, content: content.plain, rows, realPath, current, [Symbol.dispose]: close };
  } catch (error) {
    version.source.close();
    throw error;
  }
}

/**
 * Replaces the file by the content of the backup, in one step. Before it, a copy of the old file with its manifest and an
 * entry in the log are on the disk; after it, the file is read again and compared.
 *
 * STORE_CHANGED: the file is not the one any more that was prepared for, or the backup not the one that was verified.
 * STORE_LOCKED, STORE_EXISTS, IO_FAILED, CANCELLED: as they say. After these the file is as it was, and no copy of it is
 * new, unless the reason says that the disk gave back something else. DURABILITY_UNKNOWN: all is done, and a power cut may
 * bring the old file back. A process that is killed may leave the copy beside the old file.
 */
export async function writeRestore(prepared: WholeVersion, writing: RestoreWriting): Promise<RestoreWritten> {
  const { realPath, current, content, version } = prepared;
  const { signal, origin } = writing;
  const signalOption = signal === undefined ? {} : { signal };
  using lock = await acquireLock(realPath, { ...writing.lock, ...signalOption });
  using appeared = current === undefined ? openIfThere(realPath) : undefined;
  if (appeared !== undefined || current?.isCurrent() === false) throw changed(realPath);
  removeSidecarTemps(realPath);
  await using safety = current && (await SafetyCopy.of(current, writing));
  await using entry = current && origin && (await beginLogEntry(realPath, origin, signalOption));
  if (entry !== undefined && current !== undefined) noteOld(entry, current);
  await using main = await beginReplacement(realPath, { replaces: current, ...signalOption });
  const hash = new VersionHash();
  await copyPieces(main, [contentOf(version.source, hash, entry)], content.bytes);
  if (!isContent(hash, content)) {
    throw new SessionsError("STORE_CHANGED", { path: version.name, reason: "since it was verified, it was changed" });
  }
  const companions: Companion[] = [
    ...(safety === undefined ? [] : safety.companions),
    ...(entry === undefined ? [] : [await entry.finish(safety?.path, writing.counts)]),
  ];
  let warnings: readonly string[];
  try {
    ({ warnings } = await commitTogether(main, companions));
  } finally {
    if (main.installed !== undefined) lock.recordCommit(main.installed.stamp);
  }
  requireWritten(realPath, main.installed, content, safety?.path);
  if (entry !== undefined) dropOldEntries(realPath);
  return { safetyCopy: safety?.path, number: entry?.number, warnings };
}

/** The old file, on its way into the folder of backups with a manifest. */
class SafetyCopy implements AsyncDisposable {
  readonly path: string;
  readonly companions: readonly Companion[];

  private constructor(path: string, companions: readonly Companion[]) {
    this.path = path;
    this.companions = companions;
  }

  static async of(current: Snapshot, { now, tool, signal }: RestoreWriting): Promise<SafetyCopy> {
    const form = { isCompressed: false, isEncrypted: false };
    const { path, owner } = await backupPlace(current.realPath, "beside the file", { now, ...form });
    const begin = async (file: string): Promise<Companion> => {
      const options = { ...(owner === undefined ? {} : { owner }), ...(signal === undefined ? {} : { signal }) };
      return {
        path: file,
        replacement: await beginReplacement(file, { replaces: undefined, ...options }),
        isNew: true,
      };
    };
    const copy = await begin(path);
    const manifest = await begin(manifestPath(path)).catch(async (error: unknown) => {
      await copy.replacement.abandon();
      throw error;
    });
    const safety = new SafetyCopy(path, [manifest, copy]);
    try {
      const hash = new VersionHash();
      const records = new RecordCount();
      await copyPieces(copy.replacement, [contentOf(current, hash, undefined, records)], current.byteLength);
      const { byteLength: bytes, sha256 } = hash.version();
      const [stored, { rows, broken }] = [{ bytes, sha256 }, records.end()];
      const [source, createdAt] = [current.realPath, now.toISOString()];
      const known = {
        source,
        createdAt,
        tool,
        rows,
        broken,
        plain: stored,
        stored,
        ...form,
        reason: "restore",
        checked: undefined,
      };
      await manifest.replacement.write(Buffer.from(manifestText(known)));
      return safety;
    } catch (error) {
      await safety[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { replacement } of this.companions) await replacement.abandon();
  }
}

/** Tells the log what stood in the old file: all of it is in the copy, so that only its hash is noted. */
function noteOld(entry: LogEntryWriter, current: Snapshot): void {
  for (const piece of contentOf(current, new VersionHash())) entry.add(piece, []);
}

const PIECE_BYTES = 1024 * 1024;

/** All of a source in pieces, each valid until the next one, and noted on its way. */
function* contentOf(
  source: CsvSource,
  hash: VersionHash,
  entry?: LogEntryWriter,
  records?: RecordCount,
): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(Math.min(PIECE_BYTES, Math.max(1, source.byteLength)));
  for (let at = 0; at < source.byteLength;) {
    const piece = buffer.subarray(0, source.readAt(buffer, at));
    if (piece.length === 0) return;
    at += piece.length;
    hash.add(piece);
    entry?.addWritten(piece);
    records?.push(piece);
    yield piece;
  }
}

function isContent(hash: VersionHash, { bytes, sha256 }: Fingerprint): boolean {
  const found = hash.version();
  return found.byteLength === bytes && found.sha256 === sha256;
}

/** @throws SessionsError IO_FAILED where the disk gives back other bytes than were written */
function requireWritten(
  realPath: string,
  installed: CommitResult | undefined,
  content: Fingerprint,
  safetyCopy: string | undefined,
): void {
  using written = openIfThere(realPath);
  // Another program may have written it since; that is no matter of the disk.
  if (written === undefined || !isDeepStrictEqual(written.stamp, installed?.stamp)) return;
  const hash = new VersionHash();
  const pieces = contentOf(written, hash);
  while (pieces.next().done !== true);
  if (isContent(hash, content)) return;
  throw new SessionsError("IO_FAILED", {
    operation: "check",
    path: realPath,
    reason: "it was replaced, and what is read back is not what was written",
    hint: `Check the disk${safetyCopy === undefined ? "" : `; the old file is ${safetyCopy}`}`,
  });
}

/** The file behind links: whoever names a link means what it leads to. */
function backupOf(file: string): Backup {
  using snapshot = openSnapshot(file);
  const backup = backupAt(realpathSync.native(snapshot.realPath));
  if (backup !== undefined) return backup;
  throw new SessionsError("STORE_NOT_FOUND", { path: file });
}

const OTHER_BACKUP = "name another backup; see them with: sessions backups";

function refused(path: string, reason: string): SessionsError {
  return new SessionsError("STORE_DAMAGED", {
    path,
    reason,
    hint: OTHER_BACKUP,
  });
}

function changed(path: string): SessionsError {
  return new SessionsError("STORE_CHANGED", {
    path,
    reason: "since it was compared, another program wrote it",
    hint: "run the command again",
  });
}

function openIfThere(file: string): Snapshot | undefined {
  try {
    return openSnapshot(file);
  } catch (error) {
    if (error instanceof SessionsError && error.code === "STORE_NOT_FOUND") return undefined;
    throw error;
  }
}
