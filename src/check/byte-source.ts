/** Bytes that can be read at any offset: an open file, or memory. */
export interface ByteSource {
  readonly byteLength: number;
  /** Reads up to `target.length` bytes at an offset, perhaps fewer; 0 at the end. */
  readAt(target: Uint8Array, byteOffset: number): number;
}

/** Bytes in memory. */
export function bytesSource(bytes: Buffer): ByteSource {
  return {
    byteLength: bytes.length,
    readAt: (target, byteOffset) =>
      bytes.copy(target, 0, byteOffset, Math.min(bytes.length, byteOffset + target.length)),
  };
}

/** The bytes [byteOffset, byteOffset + byteLength), fewer only where the source ends before that. */
export function readBytes(source: ByteSource, byteOffset: number, byteLength: number): Buffer {
  const length = Math.max(0, Math.min(byteLength, source.byteLength - byteOffset));
  return readInto(source, Buffer.allocUnsafe(length), byteOffset);
}

/** Fills a buffer from an offset on. @returns the part of it that was filled, all unless the source ends before that */
export function readInto(source: ByteSource, target: Buffer, byteOffset: number): Buffer {
  let fill = 0;
  while (fill < target.length) {
    const count = source.readAt(target.subarray(fill), byteOffset + fill);
    if (count === 0) break;
    fill += count;
  }
  return target.subarray(0, fill);
}
