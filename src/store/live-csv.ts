// Law 3: every write goes through the lock and the atomic replacement. Law 4: acknowledged means fsynced.
import { setTimeout as pause } from "node:timers/promises";
import { SessionsError } from "../errors.js";
import { beginReplacement } from "../storage/atomic-replace.js";
import type { Companion } from "../storage/commit-together.js";
import { acquireLock, type FileLock, type LockOptions } from "../storage/lock.js";
import { readLockRecord, wasWrittenByUs, type LockRecord } from "../storage/lock-record.js";
import { isSameStamp, openSnapshot, type FileStamp, type Snapshot } from "../storage/snapshot.js";
import { commitAsOurs } from "./csv-change.js";
import { beginConflictLog, dropOldConflicts, type LoggedConflict } from "./conflict-log.js";
import { bufferFor, CsvImage, type ReadRecord } from "./csv-image.js";

/** Is told of every session of the file that can be decoded, in the order of the file. */
export type OnRecord = (read: ReadRecord) => void;

/**
 * Whether the last to write a file knew the lock; in doubt where a holder of the lock was killed, or the lock file is not written.
 * "both": it did not, and another that did had written too since the version in memory.
 */
export type Writer = "ours" | "foreign" | "both" | "in doubt";

/** What is written into the conflict log with a commit. */
export interface Conflicts {
  readonly time: Date;
  readonly found: readonly LoggedConflict[];
}

/** A file that another program may just be writing is believed when it has not changed for so long. */
const REST_MS = 50;
/** It is waited for that so many times. */
const RESTS = 20;

/**
 * A CSV file that is kept in memory and written as a whole, beside other programs that write it too: before each commit it is
 * seen whether the file is still the version that is in memory, and read anew where it is not.
 */
export class LiveCsv implements Disposable {
  readonly path: string;
  readonly #locking: LockOptions;
  #snapshot: Snapshot;
  #image: CsvImage;
  /** The last one under the lock that the version in memory holds, where it is not that version itself. */
  #lastCommit: FileStamp | undefined;
  /** The image is not what the file holds: a commit failed on its way, or another version is in place already. */
  #isStale = false;
  /** What was written last is not what `#snapshot` is of. */
  #isSuperseded = false;
  /** See `isUnsure`; the next commit writes it again. */
  #isUnsure = false;

  /**
   * @throws SessionsError STORE_NOT_FOUND, STORE_NOT_A_FILE, IO_FAILED; STORE_DAMAGED where there is no header of ours
   */
  constructor(path: string, locking: LockOptions, onRecord: OnRecord) {
    this.path = path;
    this.#locking = locking;
    [this.#snapshot, this.#image] = this.#read(onRecord);
    this.#lastCommit = lastCommitIn(this.#snapshot);
  }

  /** The version in memory, with what is changed and not yet written. Another one after each `reload`. */
  get image(): CsvImage {
    return this.#image;
  }

  /** A power cut may take the last version back. */
  get isUnsure(): boolean {
    return this.#isUnsure;
  }

  /** The file still is the version in memory. @throws SessionsError IO_FAILED */
  isCurrent(): boolean {
    return !this.#isStale && this.#snapshot.isCurrent();
  }

  /**
   * Who wrote what came in the place of the version in memory, as far as that is known without the lock; "unfinished" where a
   * program without the lock may still be writing, undefined where nothing came.
   * @throws SessionsError STORE_NOT_FOUND, STORE_NOT_A_FILE, IO_FAILED
   */
  news(now: Date): Writer | "unfinished" | undefined {
    if (this.isCurrent()) return undefined;
    using found = openSnapshot(this.path);
    const record = readLockRecord(found.realPath);
    if (wasWrittenByUs(record, found) === true) return "ours";
    if (Math.abs(now.getTime() - found.mtime.getTime()) < REST_MS) return "unfinished";
    return record.holder === undefined ? this.#foreign(record) : "in doubt";
  }

  /**
   * Reads the file anew; what was changed and not written is dropped.
   * @throws SessionsError as the constructor; the version in memory stays, and stays stale
   */
  reload(onRecord: OnRecord): void {
    const [snapshot, image] = this.#read(onRecord);
    this.#snapshot.close();
    this.#snapshot = snapshot;
    this.#image = image;
    this.#lastCommit = lastCommitIn(snapshot);
    this.#isStale = this.#isSuperseded = false;
  }

  /**
   * The file as it is now, to be looked into and no more; the version in memory stays.
   * @throws SessionsError as the constructor
   */
  peek(onRecord: OnRecord): CsvImage {
    const [snapshot, image] = this.#read(onRecord);
    snapshot.close();
    return image;
  }

  /**
   * Drops what is changed and not written, without reading the file: what was read or written last is in memory then.
   * @throws SessionsError as the constructor, where a commit failed on its way and that version is lost
   */
  dropChanges(onRecord: OnRecord): void {
    this.#isStale = true;
    const { keptBytes, byteLength } = this.#image;
    this.#image =
      keptBytes === undefined
        ? this.#imageOf(this.#snapshot, onRecord)
        : new CsvImage(keptBytes, byteLength, this.path, onRecord);
    this.#isStale = this.#isSuperseded;
  }

  /**
   * Writes what is changed, under the lock.
   *
   * @param reload is called under the lock where the version in memory is not that of the file; it must call `reload`. It is
   * told who wrote the file; one that was not certainly written under the lock is left in peace until it has rested, because it
   * may be half written.
   * @param prepare is called then; what is changed when it returns is written, after the conflicts that it gives
   * @throws SessionsError STORE_LOCKED, CANCELLED, STORE_DAMAGED, STORE_CHANGED, IO_FAILED and what `reload` throws: the file is as it
   * was, and the version in memory is stale until the next `reload`. DURABILITY_UNKNOWN: it is written, and a power cut may
   * take it back.
   */
  async commit(reload: (writer: Writer) => void, prepare: () => Conflicts): Promise<void> {
    using lock = await acquireLock(this.#snapshot.realPath, this.#locking);
    if (!this.isCurrent()) reload(await this.#writer(lock));
    if (this.#snapshot.realPath !== lock.realPath) throw new SessionsError("STORE_CHANGED", { path: this.path });
    const conflicts = prepare();
    const isWanted = this.#image.isChanged || this.#isUnsure;
    if (isWanted && this.#image.borderFault !== undefined) {
      this.#isStale = true;
      throw this.#image.borderFault;
    }
    if (conflicts.found.length === 0) {
      if (isWanted) await this.#write(lock, []);
      return;
    }
    const log = await beginConflictLog(lock.realPath, conflicts.time, conflicts.found);
    try {
      if (isWanted) await this.#write(lock, [log]);
      else await log.replacement.commit();
    } finally {
      await log.replacement.abandon();
    }
    dropOldConflicts(lock.realPath);
  }

  /** Who wrote the file last; waits until one who may not know the lock has written all. */
  async #writer(lock: FileLock): Promise<Writer> {
    for (let rest = 0; rest < RESTS; rest += 1) {
      using found = openIfThere(this.path);
      if (found !== undefined && wasWrittenByUs(lock.found, found) === true) return "ours";
      await pause(REST_MS);
      if (found === undefined ? rest > 0 : found.isCurrent())
        return lock.wasLeftBehind ? "in doubt" : this.#foreign(lock.found);
    }
    const reason = "another program, which does not know the lock, writes it all the time";
    throw new SessionsError("STORE_CHANGED", { path: this.path, reason, hint: "Stop that program, then try again" });
  }

  /** A program without the lock wrote the file last. */
  #foreign({ lastCommit }: LockRecord): Writer {
    const known = [this.#snapshot.stamp, this.#lastCommit];
    const isKnown = known.some((stamp) => stamp && lastCommit && isSameStamp(stamp, lastCommit));
    return lastCommit === undefined || isKnown ? "foreign" : "both";
  }

  async #write(lock: FileLock, companions: readonly Companion[]): Promise<void> {
    // Before anything is waited for: what is changed from here on belongs to the next commit.
    const bytes = this.#image.build();
    await using replacement = await this.#begin();
    try {
      await replacement.write(bytes);
      await commitAsOurs(replacement, lock, companions);
    } catch (error) {
      if (replacement.installed === undefined) throw error;
      this.#isUnsure = true;
      this.#adopt(replacement.installed.stamp);
      throw error;
    }
    this.#isUnsure = false;
    this.#adopt(replacement.installed?.stamp);
  }

  close(): void {
    this.#snapshot.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #begin(): ReturnType<typeof beginReplacement> {
    // From here on the image is ahead of the file.
    this.#isStale = true;
    return beginReplacement(this.#snapshot.realPath, { replaces: this.#snapshot });
  }

  /**
   * The version that was just written is the one in memory, unless another one is in its place already. Where it cannot be
   * opened it is stale: the change is made all the same.
   */
  #adopt(stamp: FileStamp | undefined): void {
    this.#isStale = this.#isSuperseded = true;
    this.#lastCommit = stamp;
    this.#image.settle();
    try {
      const written = openSnapshot(this.path);
      const replaced = this.#snapshot;
      this.#snapshot = written;
      replaced.closeInBackground();
      this.#isStale = this.#isSuperseded = stamp === undefined || !isSameStamp(written.stamp, stamp);
    } catch (error) {
      if (!(error instanceof SessionsError)) throw error;
    }
  }

  #read(onRecord: OnRecord): [Snapshot, CsvImage] {
    const snapshot = openSnapshot(this.path);
    try {
      return [snapshot, this.#imageOf(snapshot, onRecord)];
    } catch (error) {
      snapshot.close();
      throw error;
    }
  }

  #imageOf(snapshot: Snapshot, onRecord: OnRecord): CsvImage {
    const { byteLength } = snapshot;
    const buffer = bufferFor(byteLength);
    for (let at = 0; at < byteLength;) {
      const count = snapshot.readAt(buffer.subarray(at, byteLength), at);
      if (count === 0) throw new SessionsError("STORE_CHANGED", { path: this.path });
      at += count;
    }
    const image = new CsvImage(buffer, byteLength, this.path, onRecord);
    if (!snapshot.looksUnchanged()) throw new SessionsError("STORE_CHANGED", { path: this.path });
    return image;
  }
}

/** The last commit under the lock that a version holds; undefined where another version came meanwhile, whose commit it may be. */
function lastCommitIn(snapshot: Snapshot): FileStamp | undefined {
  const { lastCommit } = readLockRecord(snapshot.realPath);
  return snapshot.isCurrent() ? lastCommit : undefined;
}

/** Editors that rename the old file away leave a moment without one. */
function openIfThere(file: string): Snapshot | undefined {
  try {
    return openSnapshot(file);
  } catch (error) {
    if (error instanceof SessionsError && error.code === "STORE_NOT_FOUND") return undefined;
    throw error;
  }
}
