import { readBytes } from "../check/byte-source.js";
import { SessionsError } from "../errors.js";
import type { Snapshot } from "../storage/snapshot.js";

/**
 * The bytes [byteOffset, byteOffset + byteLength) of a version, all of them.
 * @throws SessionsError STORE_CHANGED where another program has cut the file since it was opened
 */
export function readExactly(snapshot: Snapshot, byteOffset: number, byteLength: number): Buffer {
  const bytes = readBytes(snapshot, byteOffset, byteLength);
  if (bytes.length === byteLength) return bytes;
  throw new SessionsError("STORE_CHANGED", { path: snapshot.path });
}
