import { lstatSync } from "node:fs";
import path from "node:path";
import { beginReplacement } from "../storage/atomic-replace.js";
import { ioFailure } from "../storage/io-failure.js";
import { realTarget } from "../storage/real-target.js";
import { Spool } from "../storage/spool.js";
import type { PreparedImport } from "./import.js";

const PIECE_BYTES = 256 * 1024;

/**
 * Writes what is refused as JSON Lines, `{"line","reason","raw"}` each, to a new file of mode 0600: `<file>.rejects.jsonl`, or
 * `<file>.rejects-2.jsonl` and so on where that is taken.
 *
 * @returns its path
 * @throws SessionsError IO_FAILED, CANCELLED, STORE_EXISTS where another program makes that very file meanwhile
 */
export async function writeRejects(file: string, prepared: PreparedImport, signal?: AbortSignal): Promise<string> {
  const target = freePath(file);
  const realPath = await realTarget(target);
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
  return target;
}

function freePath(file: string): string {
  for (let counter = 1; ; counter += 1) {
    const candidate = `${file}.rejects${counter === 1 ? "" : `-${counter}`}.jsonl`;
    try {
      // A link that leads nowhere takes the name too.
      if (lstatSync(candidate, { throwIfNoEntry: false }) === undefined) return candidate;
    } catch (error) {
      throw ioFailure("look at", candidate, error, "Nothing was changed; try again");
    }
  }
}
