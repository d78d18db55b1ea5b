import { realpath } from "node:fs/promises";
import path from "node:path";
import { beginReplacement } from "./atomic-replace.js";
import { ioFailure } from "./io-failure.js";

/**
 * Writes a new file whole, mode 0600, or not at all.
 *
 * @param target absolute; nothing may be there
 * @param pieces the content as text
 * @throws SessionsError STORE_EXISTS, IO_FAILED, CANCELLED: there is no new file, and an old one is as it was
 */
export async function createFile(target: string, pieces: Iterable<string>, signal: AbortSignal): Promise<void> {
  const replacement = await beginReplacement(await realTarget(target), { replaces: undefined, signal });
  try {
    for (const piece of pieces) await replacement.write(Buffer.from(piece));
    await replacement.commit();
  } finally {
    await replacement.abandon();
  }
}

/** The path that a new file really gets: its folder with symbolic links resolved. */
export async function realTarget(target: string): Promise<string> {
  const folder = path.dirname(target);
  try {
    return path.join(await realpath(folder), path.basename(target));
  } catch (error) {
    throw ioFailure("make a file in", folder, error, `Make the folder first: mkdir -p ${folder}`);
  }
}
