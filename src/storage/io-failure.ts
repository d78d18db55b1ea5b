import { SessionsError, systemErrorCode } from "../errors.js";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission was refused",
  EPERM: "the operating system does not permit it",
  EROFS: "the file system is read-only",
  ENOENT: "there is no such file or folder",
  ENOTDIR: "a part of the path is a file, no folder",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EFBIG: "the file would pass the size limit of this process or file system",
  EMFILE: "this process has too many open files",
  ENFILE: "the system has too many open files",
  ENAMETOOLONG: "the name is too long for the file system",
  ELOOP: "a symbolic link stands in the way or leads in a circle",
  EIO: "the disk reported an error",
  EISDIR: "it is a directory",
};

/** Codes that mean "no room". */
const NO_ROOM: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** An IO_FAILED for a system call that failed, with the reason in words where the code is a known one. */
export function ioFailure(operation: string, path: string, cause: unknown, hint?: string): SessionsError {
  const reason = REASONS[systemErrorCode(cause) ?? ""];
  return new SessionsError("IO_FAILED", {
    operation,
    path,
    ...(reason === undefined ? {} : { reason }),
    ...(hint === undefined ? {} : { hint }),
    cause,
  });
}

/** Like `ioFailure`, for the steps of a replacement before the rename: says that the old file is as it was. */
export function replacementFailure(operation: string, path: string, cause: unknown): SessionsError {
  const isFull = NO_ROOM.has(systemErrorCode(cause) ?? "");
  const hint = isFull ? "Nothing was changed; make room, then try again" : "Nothing was changed; try again";
  return ioFailure(operation, path, cause, hint);
}

/** Throws CANCELLED once the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined, operation: string, path: string): void {
  if (signal?.aborted === true) {
    throw new SessionsError("CANCELLED", { operation, path, cause: signal.reason });
  }
}

const NOT_PERMITTED: ReadonlySet<string | undefined> = new Set(["EACCES", "EPERM", "EROFS"]);

/** No temporary file could be made in a directory. */
export function temporaryFailure(directory: string, error: unknown): SessionsError {
  const operation = "make a temporary file in";
  if (!NOT_PERMITTED.has(systemErrorCode(error))) return replacementFailure(operation, directory, error);
  const hint = `Allow writing in ${directory}: a new version is made there and renamed, never written over the old one`;
  return ioFailure(operation, directory, error, hint);
}
