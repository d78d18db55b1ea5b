import { close, closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import type { BigIntStats } from "node:fs";
import { SessionsError, systemErrorCode } from "../errors.js";
import { ioFailure } from "./io-failure.js";

/*
 * Law 5. Readers need no lock and always see one whole version.
 *
 * A snapshot is an open descriptor. Writers of this project replace the file by rename(2), so that an open descriptor
 * keeps the whole old version. Holding it open also keeps its inode number from being given to a new file: only then
 * does "same device and inode" mean "same file" (a file system may go round between two inode numbers, with equal
 * times).
 */

/** What tells one version of a file from the next, as decimal text, because the numbers do not fit a JSON number. */
export interface FileStamp {
  readonly ino: string;
  /** In bytes. */
  readonly size: string;
  /** Time of the last change of the content, in nanoseconds since 1970. */
  readonly mtimeNs: string;
}

/** The stamp of a file that was looked at with bigint statistics. Pure. */
export function stampOf(stats: BigIntStats): FileStamp {
  return { ino: String(stats.ino), size: String(stats.size), mtimeNs: String(stats.mtimeNs) };
}

/** Whether two stamps are of one version. Pure. */
export function isSameStamp(left: FileStamp, right: FileStamp): boolean {
  return left.ino === right.ino && left.size === right.size && left.mtimeNs === right.mtimeNs;
}

/** One version of a file, open for reading; made by `openSnapshot`. Ends with `close`. */
export interface Snapshot extends Disposable {
  /** The path as it was asked for. */
  readonly path: string;
  /** Absolute, symbolic links resolved. */
  readonly realPath: string;
  /** The open descriptor. Throws an Error once it is closed, because its number may be another file's by then. */
  readonly fd: number;
  readonly byteLength: number;
  /** Permission bits and set-id bits: at most 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Number of hard links when it was opened. */
  readonly nlink: number;
  readonly mtime: Date;
  readonly stamp: FileStamp;
  /**
   * Reads on from where the last `read` ended into `target`, and returns the number of bytes, 0 at the end.
   * Never goes past `byteLength`; ends before it if the file was truncated meanwhile (see `unchangedInPlace`).
   * IO_FAILED: the disk cannot be read.
   */
  read(target: Uint8Array): number;
  /** Like `read`, from `byteOffset` (0 up to `byteLength`) on; leaves the place of `read` alone. */
  readAt(target: Uint8Array, byteOffset: number): number;
  /**
   * Whether this very file still has the content it was opened with, as far as size and times can tell. False: another
   * program wrote into it, and what was read may be a mixture. A replacement by rename leaves it true.
   */
  unchangedInPlace(): boolean;
  /**
   * The same by size and modification time alone: for readers, whom a change of the mode, or our own rename at the very
   * moment of opening, must not disturb.
   */
  looksUnchanged(): boolean;
  /**
   * Whether the path still leads to this very file, unchanged in place.
   * IO_FAILED: the path cannot be looked at.
   */
  isCurrent(): boolean;
  /** May be called again. */
  close(): void;
  /** The same without waiting for it: the last one to close a file without a name gives its blocks back. */
  closeInBackground(): void;
}

/**
 * Opens the file at `path` (symbolic links are followed) for reading, without a lock. Nothing is written, ever.
 *
 * STORE_NOT_FOUND: nothing is there, or a symbolic link leads nowhere. STORE_NOT_A_FILE: a directory, FIFO, socket or
 * device, which is not opened. IO_FAILED: the operating system refused.
 */
export function openSnapshot(path: string): Snapshot {
  const { realPath, fd } = openRegularFile(path);
  try {
    return new OpenFile(path, realPath, fd, fstatSync(fd, { bigint: true }));
  } catch (error) {
    closeSync(fd);
    throw ioFailure("look at", path, error);
  }
}

function openRegularFile(path: string): { realPath: string; fd: number } {
  try {
    const realPath = realpathSync.native(path);
    // Looked at before it is opened: opening a FIFO waits for its writer, opening a device may set it going. O_NONBLOCK
    // and O_NOFOLLOW are for what may be put there between the two calls.
    if (!statSync(realPath).isFile()) throw notAFile(path);
    const fd = openSync(realPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    if (fstatSync(fd).isFile()) return { realPath, fd };
    closeSync(fd);
    throw notAFile(path);
  } catch (error) {
    if (error instanceof SessionsError) throw error;
    if (systemErrorCode(error) === "ENOENT") throw new SessionsError("STORE_NOT_FOUND", { path, cause: error });
    throw ioFailure("open", path, error);
  }
}

function notAFile(path: string): SessionsError {
  return new SessionsError("STORE_NOT_A_FILE", { path, reason: "it is not a regular file" });
}

class OpenFile implements Snapshot {
  readonly byteLength: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly nlink: number;
  readonly mtime: Date;
  readonly stamp: FileStamp;
  readonly path: string;
  readonly realPath: string;
  readonly #opened: BigIntStats;
  #nextOffset = 0;
  #fd: number | undefined;

  constructor(path: string, realPath: string, fd: number, opened: BigIntStats) {
    this.path = path;
    this.realPath = realPath;
    this.#fd = fd;
    this.#opened = opened;
    this.byteLength = Number(opened.size);
    this.mode = Number(opened.mode) & 0o7777;
    this.uid = Number(opened.uid);
    this.gid = Number(opened.gid);
    this.nlink = Number(opened.nlink);
    this.mtime = opened.mtime;
    this.stamp = stampOf(opened);
  }

  get fd(): number {
    if (this.#fd === undefined) throw new Error("This snapshot is closed");
    return this.#fd;
  }

  read(target: Uint8Array): number {
    const count = this.readAt(target, this.#nextOffset);
    this.#nextOffset += count;
    return count;
  }

  readAt(target: Uint8Array, byteOffset: number): number {
    const fd = this.fd;
    const length = Math.min(target.byteLength, this.byteLength - byteOffset);
    if (length <= 0) return 0;
    try {
      return readSync(fd, target, 0, length, byteOffset);
    } catch (error) {
      throw ioFailure("read", this.path, error);
    }
  }

  looksUnchanged(): boolean {
    const now = fstatSync(this.fd, { bigint: true });
    return now.size === this.#opened.size && now.mtimeNs === this.#opened.mtimeNs;
  }

  unchangedInPlace(): boolean {
    const opened = this.#opened;
    const now = fstatSync(this.fd, { bigint: true });
    if (now.size !== opened.size || now.mtimeNs !== opened.mtimeNs) return false;
    // The change time catches a writer that sets the modification time back. It also moves when a link to the file
    // comes or goes, as with each replacement by rename(2); that shows in the link count, and is no change of content.
    return now.ctimeNs === opened.ctimeNs || now.nlink !== opened.nlink;
  }

  isCurrent(): boolean {
    if (!this.unchangedInPlace()) return false;
    try {
      if (realpathSync.native(this.path) !== this.realPath) return false;
      const found = lstatSync(this.realPath, { bigint: true });
      return found.ino === this.#opened.ino && found.dev === this.#opened.dev;
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return false;
      throw ioFailure("look at", this.path, error);
    }
  }

  close(): void {
    const fd = this.#takeDescriptor();
    if (fd !== undefined) closeSync(fd);
  }

  closeInBackground(): void {
    const fd = this.#takeDescriptor();
    if (fd !== undefined) close(fd);
  }

  #takeDescriptor(): number | undefined {
    const fd = this.#fd;
    this.#fd = undefined;
    return fd;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
