import type { ByteSource } from "../../src/check/byte-source.js";

/** A source that gives few bytes at a time. */
export function inPieces(bytes: Buffer, size: number): ByteSource {
  return {
    byteLength: bytes.length,
    readAt: (target, byteOffset) => bytes.copy(target, 0, byteOffset, Math.min(bytes.length, byteOffset + size)),
  };
}
