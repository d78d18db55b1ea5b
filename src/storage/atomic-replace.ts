import { fstatSync, lstatSync } from "node:fs";
import { link, rename, unlink } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { openDirectory, syncDirectory } from "./directory.js";
import { ioFailure, replacementFailure, temporaryFailure, throwIfCancelled } from "./io-failure.js";
import { keepOwnership } from "./ownership.js";
import type { ReplacementWarning } from "./ownership.js";
import { openAnew, removeIfThere } from "./new-file.js";
import { stampOf } from "./snapshot.js";
import type { FileStamp, Snapshot } from "./snapshot.js";

/*
 * Law 3. Every write goes through the lock and the atomic replacement.
 * Law 4. Acknowledged means fsynced.
 * Law 5. Readers need no lock and always see one whole version.
 *
 * The new version is written beside the old one and takes its name only when it is whole and on the disk: write, check
 * the size, fchown, fchmod, fsync, rename, fsync of the directory. Each step is there because leaving it out was seen
 * to lose sessions: without the size check a full disk cuts the file silently, without the first fsync a power cut
 * leaves an empty or partial file under the name, without the second it may bring the old version back after the
 * change was acknowledged.
 */

/** What `commit` did. */
export interface CommitResult {
  /** The new file, for `FileLock.recordCommit`. */
  readonly stamp: FileStamp;
  readonly byteLength: number;
  /** Empty when everything was kept. */
  readonly warnings: readonly ReplacementWarning[];
}

export interface ReplacementOptions {
  /** The version that is replaced, still open; undefined makes a new file, which must not exist. */
  readonly replaces: Snapshot | undefined;
  /** Permission bits; left out, 0o600 for a new file, and those of the file that is replaced. */
  readonly mode?: number;
  /** Who a new file belongs to, where this process may give it away; left out, this process's user. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /**
   * Where it is written until it is whole, in the target's folder; left out, `replacementTemp`. With a name that nobody
   * else uses, no lock is needed for a new file: its name is taken only where it is free.
   */
  readonly tempPath?: string;
  /** Looked at before each step up to the rename. */
  readonly signal?: AbortSignal;
}

/** A new version on its way; made by `beginReplacement`. Ends with `commit` or `abandon`. */
export interface Replacement extends AsyncDisposable {
  /**
   * Set as soon as the new version is visible, also when `commit` then throws DURABILITY_UNKNOWN; undefined before.
   */
  readonly installed: CommitResult | undefined;
  /**
   * Appends all of `bytes`, which must not change before the promise settles. One call at a time.
   *
   * IO_FAILED: the operating system refused, or there is no room. CANCELLED: the signal fired. After both the old file
   * is untouched and the temp file is gone. Source: write(2), which may write less than asked.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** To read back what was written, until it ends. */
  readonly fd: number;
  /**
   * Makes what was written the file, durably, and only then resolves.
   *
   * STORE_CHANGED: the file is not the version that is replaced any more. STORE_EXISTS: a new file was to be made, and
   * one is there. CANCELLED: the signal fired. IO_FAILED: the operating system refused, or the bytes are not all there.
   * After these four the file is as it was and the temp file is gone. DURABILITY_UNKNOWN: the new version is in place
   * and whole, but the directory could not be synced. Source: fsync(2), rename(2), link(2).
   */
  commit(): Promise<CommitResult>;
  /** Removes the temp file; does nothing after a commit or a failure. May be called again; never throws. */
  abandon(): Promise<void>;
}

/** What is written goes to the disk in parts of this size, so that little is left to wait for at the end. */
const SYNC_EVERY_BYTES = 64 * 1024 * 1024;
const MOUNTED_FILE: ReadonlySet<string | undefined> = new Set(["EXDEV", "EBUSY"]);
const NO_HARD_LINKS: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/** The file that a new version of `realPath` is written to: one fixed name, so that a killed writer leaves at most one. Pure. */
export function replacementTemp(realPath: string): string {
  return path.join(path.dirname(realPath), `.${path.basename(realPath)}.sessions-tmp`);
}

/**
 * Opens an empty temp file beside `targetRealPath` (absolute, symbolic links resolved), whose lock the caller holds
 * until the replacement has ended. What stands under the temp's name is removed, never followed or written into.
 *
 * IO_FAILED: the directory cannot be opened or written; it is never written in place instead. CANCELLED: the signal
 * fired. After both nothing was changed.
 */
export async function beginReplacement(targetRealPath: string, options: ReplacementOptions): Promise<Replacement> {
  throwIfCancelled(options.signal, "write", targetRealPath);
  const { tempPath = replacementTemp(targetRealPath) } = options;
  let directory: FileHandle | undefined;
  try {
    // Opened now: a directory that cannot be synced is better found before the rename than after it.
    directory = await openDirectory(path.dirname(targetRealPath));
    const temp = await openAnew(tempPath);
    return new TempFile(targetRealPath, tempPath, temp, directory, options);
  } catch (error) {
    await closeQuietly(directory);
    throw error instanceof SessionsError ? error : temporaryFailure(path.dirname(targetRealPath), error);
  }
}

class TempFile implements Replacement {
  readonly #target: string;
  readonly #tempPath: string;
  readonly #directory: FileHandle | undefined;
  readonly #options: ReplacementOptions;
  readonly #temp: FileHandle;
  #byteLength = 0;
  #syncedBytes = 0;
  #isSyncing = false;
  #synced: Promise<void> = Promise.resolve();
  #busy = false;
  #ended = false;
  #installed: CommitResult | undefined;

  constructor(
    target: string,
    tempPath: string,
    temp: FileHandle,
    directory: FileHandle | undefined,
    options: ReplacementOptions,
  ) {
    this.#target = target;
    this.#tempPath = tempPath;
    this.#temp = temp;
    this.#directory = directory;
    this.#options = options;
  }

  get installed(): CommitResult | undefined {
    return this.#installed;
  }

  get fd(): number {
    return this.#temp.fd;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#untilItFails("write", async (temp) => {
      for (let written = 0; written < bytes.byteLength;) {
        const { bytesWritten } = await temp.write(bytes, written, bytes.byteLength - written, null);
        if (bytesWritten === 0) throw this.#incomplete("the file system takes no more bytes");
        written += bytesWritten;
        this.#byteLength += bytesWritten;
      }
      this.#syncEarly(temp);
    });
  }

  async commit(): Promise<CommitResult> {
    const result = await this.#untilItFails("write", (temp) => this.#finish(temp));
    await this.#untilItFails("replace", () => this.#install(result));
    try {
      await syncDirectory(this.#directory);
    } catch (error) {
      throw new SessionsError("DURABILITY_UNKNOWN", {
        operation: "sync the directory of",
        path: this.#target,
        cause: error,
      });
    } finally {
      await closeQuietly(this.#directory);
    }
    return result;
  }

  async abandon(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    await closeQuietly(this.#temp);
    await removeIfThere(this.#tempPath).catch(() => undefined);
    await closeQuietly(this.#directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abandon();
  }

  /** Hands what is written to the disk while more is written. A failure ends the commit, like that of the sync at its end. */
  #syncEarly(temp: FileHandle): void {
    if (this.#isSyncing || this.#byteLength - this.#syncedBytes < SYNC_EVERY_BYTES) return;
    this.#syncedBytes = this.#byteLength;
    this.#isSyncing = true;
    this.#synced = temp.datasync().then(() => void (this.#isSyncing = false));
    this.#synced.catch(() => undefined);
  }

  /** Steps 3 to 5: the temp file is whole, has its owner, and is on the disk. */
  async #finish(temp: FileHandle): Promise<CommitResult> {
    const { replaces, mode, owner } = this.#options;
    const { size } = fstatSync(temp.fd);
    if (size !== this.#byteLength) {
      throw this.#incomplete(`${this.#byteLength} bytes were written and ${size} are there`);
    }
    const warnings: ReplacementWarning[] = [];
    if (replaces === undefined) {
      if (owner !== undefined) await temp.chown(owner.uid, owner.gid);
      await temp.chmod(mode ?? 0o600);
    } else {
      warnings.push(...(await keepOwnership(temp, replaces)));
      if (mode !== undefined) await temp.chmod(mode);
    }
    // Not tried again when it fails: the system may have dropped the bytes and report success the second time.
    await this.#synced;
    await temp.sync();
    const stats = fstatSync(temp.fd, { bigint: true });
    await temp.close();
    this.#requireOwnTemp(stats.ino);
    if (replaces !== undefined && fstatSync(replaces.fd).nlink > 1) warnings.push("HARD_LINKS_BROKEN");
    return { stamp: stampOf(stats), byteLength: this.#byteLength, warnings };
  }

  /** Step 6: the only moment at which the file changes. */
  async #install(result: CommitResult): Promise<void> {
    const { replaces } = this.#options;
    if (replaces === undefined) {
      // link(2) never replaces what is there, rename(2) always does.
      await link(this.#tempPath, this.#target);
      await unlink(this.#tempPath).catch(() => undefined);
    } else {
      if (!replaces.isCurrent()) throw new SessionsError("STORE_CHANGED", { path: this.#target });
      await rename(this.#tempPath, this.#target);
    }
    this.#ended = true;
    this.#installed = result;
  }

  /** Runs one step; on any failure the temp file goes and the error says what failed. */
  async #untilItFails<T>(operation: string, step: (temp: FileHandle) => Promise<T>): Promise<T> {
    // Both are mistakes in the calling program and no state of the disk.
    if (this.#ended) throw new Error("This replacement has ended");
    if (this.#busy) throw new Error("A replacement takes one call at a time");
    this.#busy = true;
    try {
      throwIfCancelled(this.#options.signal, operation, this.#target);
      return await step(this.#temp);
    } catch (error) {
      await this.abandon();
      if (error instanceof SessionsError || systemErrorCode(error) === undefined) throw error;
      throw this.#failure(operation, error);
    } finally {
      this.#busy = false;
    }
  }

  #requireOwnTemp(ino: bigint): void {
    const named = lstatSync(this.#tempPath, { bigint: true });
    if (named.ino !== ino) throw this.#incomplete("another program put something in the place of the temporary file");
  }

  #incomplete(reason: string): SessionsError {
    return new SessionsError("IO_FAILED", {
      operation: "write",
      path: this.#target,
      reason,
      hint: "Nothing was changed; make sure that there is room, then try again",
    });
  }

  #failure(operation: string, error: unknown): SessionsError {
    const code = systemErrorCode(error);
    const path = this.#target;
    if (operation !== "replace") return replacementFailure(operation, path, error);
    if (code === "EEXIST") return new SessionsError("STORE_EXISTS", { path, cause: error });
    if (MOUNTED_FILE.has(code)) {
      return ioFailure(operation, path, error, "The file itself is a mount point: mount the directory, not the file");
    }
    if (this.#options.replaces === undefined && NO_HARD_LINKS.has(code)) {
      return ioFailure("make", path, error, "A new file needs a file system with hard links; choose another folder");
    }
    return replacementFailure(operation, path, error);
  }
}

/** For descriptors through which nothing was written that still counts. */
async function closeQuietly(open: FileHandle | undefined): Promise<void> {
  await open?.close().catch(() => undefined);
}
