// Laws 3, 4 and 8. What a repair sets aside, and the old file, are on the disk before the new one can be seen.
import { existsSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { SessionsError } from "../errors.js";
import { beginReplacement, type CommitResult, type Replacement } from "../storage/atomic-replace.js";
import { backupName } from "../storage/backup-name.js";
import { commitTogether, type Companion } from "../storage/commit-together.js";
import { acquireLock, removeLockFolder, type FileLock, type LockOptions } from "../storage/lock.js";
import { realTarget } from "../storage/real-target.js";
import { beginSidecarFile, removeEmptySidecarSubfolders, removeSidecarTemps } from "../storage/sidecar-file.js";
import { sidecarFolder } from "../storage/sidecar.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { beginLogEntry, dropOldEntries, type LogEntryWriter } from "./change-log.js";
import { copyPieces } from "./copy-pieces.js";
import { allOf, repairedPieces, type PreparedRepair } from "./csv-repair.js";
import { quarantineLines } from "./quarantine-file.js";
import { quarantineName, quarantinePathFor, takenFile, type RepairFiles } from "./repair-files.js";
import { salvagedCsv } from "./salvaged-csv.js";
import type { ChangeOrigin } from "./store.js";

export interface RepairWriting {
  readonly lock: Omit<LockOptions, "signal">;
  readonly signal?: AbortSignal;
  /** The time that names the backup and the quarantine. */
  readonly now: Date;
  /** Who repairs the file; left out, the change log has nothing of it. */
  readonly origin?: ChangeOrigin | undefined;
  /** Where to put what is certain of the quarantined records as CSV. */
  readonly partial?: string | undefined;
  /** The files that are named may take the place of files that are there; what is repaired in place always may. */
  readonly mayReplace?: boolean;
}

/** What was written. */
export interface RepairWritten extends RepairFiles {
  /** What of a file that was replaced could not be kept, in closed codes; see `storage/atomic-replace.ts`. */
  readonly warnings: readonly string[];
}

/**
 * Replaces the input by its repaired version: backup, quarantine and `partial` are whole and on the disk before the file
 * changes, which it does in one step.
 *
 * STORE_CHANGED: the file is not the version any more that was planned for. STORE_EXISTS: `partial` is there, and may not
 * be replaced. STORE_LOCKED, IO_FAILED, CANCELLED: as they
 * say. After all of these, and after an error that is a mistake of ours, the file is as it was, and no backup and no
 * quarantine of this call is there; only `partial`, where it replaced a file, may be new. DURABILITY_UNKNOWN: all is
 * done, and a power cut may bring the old file back. A process that is killed may leave a backup and a quarantine that
 * are whole, beside the old file.
 *
 * @param snapshot the input's file, which the plan was made from
 */
export async function repairInPlace(
  prepared: PreparedRepair,
  snapshot: Snapshot,
  writing: RepairWriting,
): Promise<RepairWritten> {
  const { realPath } = snapshot;
  const lock = await acquireLock(realPath, locking(writing));
  try {
    await requireSettled(snapshot, writing);
    removeSidecarTemps(realPath);
    const files = new FileGroup(writing);
    try {
      const entry = await files.beginLogEntry(realPath);
      const backup = await files.addBeside(realPath, backupName(realPath, writing.now), () =>
        noted(allOf(snapshot), (piece) => entry?.add(piece, [])),
      );
      const quarantine = needsQuarantine(prepared)
        ? await files.addBeside(realPath, quarantineName(writing.now), () => quarantineOf(prepared))
        : undefined;
      if (writing.partial !== undefined) await files.addAt(writing.partial, () => salvagedCsv(prepared.plan));
      const main = await files.begin(realPath, snapshot);
      const pieces = noted(repairedPieces(prepared), (piece) => entry?.addWritten(piece));
      await copyPieces(main, [pieces], snapshot.byteLength);
      if (entry !== undefined) files.addCompanion(await entry.finish(backup));
      const { warnings } = await files.commit(main, lock);
      if (entry !== undefined) dropOldEntries(realPath);
      return { output: realPath, backup, quarantine, partial: writing.partial, warnings };
    } catch (error) {
      await files.close();
      if (!files.isCommitted) removeEmptySidecarSubfolders(realPath);
      throw error;
    } finally {
      await files.close();
    }
  } finally {
    lock.release();
  }
}

/**
 * Writes the repaired version to another file, and what is set aside to `<target>.quarantine.jsonl`. Each of them is made
 * with mode 0600, or where it is there and may be, replaced in one step. The input is only read.
 *
 * STORE_EXISTS: one of the files is there, and may not be replaced; all are as they were. STORE_NOT_A_FILE: the target is a directory, a device or the like. Others as for `repairInPlace`: the target is as it
 * was then; a quarantine and `partial` that were there before may be new.
 */
export async function repairTo(
  prepared: PreparedRepair,
  target: string,
  writing: RepairWriting,
): Promise<RepairWritten> {
  using old = openReplaced(target, writing);
  const realPath = old?.realPath ?? (await realTarget(target));
  const wasThere = existsSync(sidecarFolder(realPath));
  const lock = await lockTarget(realPath, writing);
  try {
    const files = new FileGroup(writing);
    try {
      const quarantine = needsQuarantine(prepared) ? quarantinePathFor(target) : undefined;
      if (quarantine !== undefined) await files.addAt(quarantine, () => quarantineOf(prepared));
      if (writing.partial !== undefined) await files.addAt(writing.partial, () => salvagedCsv(prepared.plan));
      const main = await files.begin(realPath, old);
      await copyPieces(main, [repairedPieces(prepared)], prepared.proof.outputByteLength);
      const { warnings } = await files.commit(main, lock);
      return { output: target, backup: undefined, quarantine, partial: writing.partial, warnings };
    } finally {
      await files.close();
    }
  } finally {
    if (!wasThere) removeLockFolder(lock);
    lock.release();
  }
}

/** @throws SessionsError IO_FAILED that speaks of the file itself where none can be made in its folder */
async function lockTarget(realPath: string, writing: RepairWriting): Promise<FileLock> {
  try {
    return await acquireLock(realPath, locking(writing));
  } catch (error) {
    if (!(error instanceof SessionsError) || error.details.operation !== "make the folder") throw error;
    const { reason, cause } = error.details;
    throw new SessionsError("IO_FAILED", {
      operation: "write",
      path: realPath,
      ...(reason === undefined ? {} : { reason }),
      hint: `Allow writing in ${path.dirname(realPath)}, or name a file in another folder`,
      cause,
    });
  }
}

/** Writes only what is certain of the quarantined records, for a repair that goes to standard output. Errors as for `repairTo`. */
export async function writeSalvaged(prepared: PreparedRepair, writing: RepairWriting, path: string): Promise<void> {
  const files = new FileGroup(writing);
  try {
    using old = openReplaced(path, writing);
    const main = await files.begin(old?.realPath ?? (await realTarget(path)), old);
    await copyPieces(main, [salvagedCsv(prepared.plan)], prepared.proof.bytes.quarantined);
    await main.commit();
  } finally {
    await files.close();
  }
}

/** Files that are written one after the other and become visible together, see `commitTogether`. */
class FileGroup {
  readonly #writing: RepairWriting;
  readonly #companions: Companion[] = [];
  readonly #replacements: Replacement[] = [];
  readonly #replaced: Snapshot[] = [];
  readonly #disposables: AsyncDisposable[] = [];
  #isCommitted = false;

  constructor(writing: RepairWriting) {
    this.#writing = writing;
  }

  /** The main file can be seen in its new version. */
  get isCommitted(): boolean {
    return this.#isCommitted;
  }

  /** A new file in the sidecar folder of another one. @returns its path */
  async addBeside(
    realPath: string,
    name: Parameters<typeof beginSidecarFile>[1],
    pieces: () => Iterable<Uint8Array>,
  ): Promise<string> {
    const { path, replacement } = await beginSidecarFile(realPath, name, this.#signal());
    await this.#add({ path, replacement, isNew: true }, pieces);
    return path;
  }

  /** A file anywhere, made or replaced. */
  async addAt(path: string, pieces: () => Iterable<Uint8Array>): Promise<void> {
    const old = openReplaced(path, this.#writing);
    if (old !== undefined) this.#replaced.push(old);
    const replacement = await this.begin(old?.realPath ?? (await realTarget(path)), old);
    await this.#add({ path, replacement, isNew: old === undefined }, pieces);
  }

  /** The entry of the change log, where the change is logged. */
  async beginLogEntry(realPath: string): Promise<LogEntryWriter | undefined> {
    const { origin } = this.#writing;
    const entry = origin && (await beginLogEntry(realPath, origin, this.#signal()));
    if (entry !== undefined) this.#disposables.push(entry);
    return entry;
  }

  /** A file that is written, to be committed with the others. */
  addCompanion(companion: Companion): void {
    this.#companions.push(companion);
  }

  async begin(realPath: string, replaces: Snapshot | undefined): Promise<Replacement> {
    const replacement = await beginReplacement(realPath, { replaces, ...this.#signal() });
    this.#replacements.push(replacement);
    return replacement;
  }

  /** Makes all of them visible, and notes the new version as ours, also where only its durability is in doubt. */
  async commit(main: Replacement, lock: FileLock): Promise<CommitResult> {
    try {
      return await commitTogether(main, this.#companions);
    } finally {
      this.#isCommitted = main.installed !== undefined;
      if (main.installed !== undefined) lock.recordCommit(main.installed.stamp);
    }
  }

  /** Takes back what was not committed. May be called again. */
  async close(): Promise<void> {
    for (const replacement of this.#replacements) await replacement.abandon();
    for (const disposable of this.#disposables) await disposable[Symbol.asyncDispose]();
    for (const old of this.#replaced) old.close();
  }

  async #add(companion: Companion, pieces: () => Iterable<Uint8Array>): Promise<void> {
    this.#replacements.push(companion.replacement);
    this.#companions.push(companion);
    await copyPieces(companion.replacement, [pieces()], Infinity);
  }

  #signal(): { readonly signal?: AbortSignal } {
    const { signal } = this.#writing;
    return signal === undefined ? {} : { signal };
  }
}

/** The pieces, each shown to `note` on its way. */
function* noted(pieces: Iterable<Uint8Array>, note: (piece: Uint8Array) => void): Generator<Uint8Array> {
  for (const piece of pieces) {
    note(piece);
    yield piece;
  }
}

function needsQuarantine({ proof }: PreparedRepair): boolean {
  return proof.quarantined.count > 0;
}

function quarantineOf({ plan, proof }: PreparedRepair): Iterable<Uint8Array> {
  return quarantineLines(plan, proof);
}

/** A file that was written this short a time ago may be in the middle of it. */
const RECENT_MS = 2_000;
const PAUSE_MS = 250;

/**
 * A file that another program is just writing looks torn, and repairing it would throw away what is not written yet:
 * where it is that young, it is looked at again after a pause.
 *
 * @throws SessionsError STORE_CHANGED
 */
async function requireSettled(snapshot: Snapshot, { now }: RepairWriting): Promise<void> {
  if (Math.abs(now.getTime() - snapshot.mtime.getTime()) < RECENT_MS) await pause(PAUSE_MS);
  if (snapshot.isCurrent()) return;
  throw new SessionsError("STORE_CHANGED", {
    path: snapshot.path,
    reason: "since it was looked at, another program wrote it",
    hint: "run the command again",
  });
}

/** The file that is to be replaced, if there is one. @throws SessionsError STORE_EXISTS, STORE_NOT_A_FILE, IO_FAILED */
function openReplaced(path: string, { mayReplace = false }: RepairWriting): Snapshot | undefined {
  const old = openIfThere(path);
  if (old === undefined || mayReplace) return old;
  old.close();
  throw takenFile(path);
}

function openIfThere(path: string): Snapshot | undefined {
  try {
    return openSnapshot(path);
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    if (error.code === "STORE_NOT_FOUND") return undefined;
    if (error.code !== "STORE_NOT_A_FILE") throw error;
    throw new SessionsError(error.code, { ...error.details, hint: "name a regular file to write to, or a new one" });
  }
}

function locking({ lock, signal }: RepairWriting): LockOptions {
  return signal === undefined ? lock : { ...lock, signal };
}
