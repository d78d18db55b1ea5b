import { lstat, unlink } from "node:fs/promises";
import path from "node:path";
import { SessionsError, systemErrorCode } from "../errors.js";
import { beginReplacement } from "../storage/atomic-replace.js";
import { ioFailure } from "../storage/io-failure.js";
import { realTarget } from "../storage/real-target.js";
import { Spool } from "../storage/spool.js";
import type { PreparedImport } from "./import.js";

const PIECE_BYTES = 256 * 1024;

/** Where the rows go that are not taken. Pure. */
export function rejectsPathFor(file: string): string {
  return `${file}.rejects.jsonl`;
}

/**
 * Writes what is refused as JSON Lines, `{"line","reason","raw"}` each, to a new file of mode 0600 that takes the place of an
 * earlier one.
 *
 * @throws SessionsError STORE_NOT_A_FILE where something else stands there, a symbolic link for one; IO_FAILED, CANCELLED
 */
export async function writeRejects(target: string, prepared: PreparedImport, signal?: AbortSignal): Promise<void> {
  const realPath = await realTarget(target);
  await removeEarlier(realPath);
  await using replacement = await beginReplacement(realPath, {
    replaces: undefined,
    ...(signal === undefined ? {} : { signal }),
  });
  using spool = new Spool(path.dirname(realPath));
  const sessions = prepared.sessions(({ line, reason, raw }) => {
    spool.append(Buffer.from(`${JSON.stringify({ line, reason, raw })}\n`));
  });
  const iterator = Symbol.asyncIterator in sessions ? sessions[Symbol.asyncIterator]() : sessions[Symbol.iterator]();
  while ((await iterator.next()).done !== true);
  for (let at = 0; at < spool.byteLength; at += PIECE_BYTES) {
    await replacement.write(spool.read(at, Math.min(PIECE_BYTES, spool.byteLength - at)));
  }
  await replacement.commit();
}

async function removeEarlier(file: string): Promise<void> {
  try {
    const found = await lstat(file);
    if (!found.isFile()) {
      throw new SessionsError("STORE_NOT_A_FILE", {
        operation: "write the refused rows to",
        path: file,
        reason: found.isSymbolicLink()
          ? "it is a symbolic link"
          : found.isDirectory()
            ? "it is a directory"
            : "it is no regular file",
        hint: "move it away, then run the command again",
      });
    }
    await unlink(file);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return;
    throw error instanceof SessionsError ? error : ioFailure("replace", file, error, "Nothing was changed; try again");
  }
}
