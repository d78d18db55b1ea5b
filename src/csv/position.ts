import type { ReadBytes } from "./scan.js";

/**
 * Physical line numbers, from 1, of byte offsets. Reads the input from its start to the last offset; a line ends with LF.
 *
 * @param read the input from its first byte
 * @param byteOffsets ascending
 */
export function linesAt(read: ReadBytes, byteOffsets: readonly number[]): number[] {
  const lines: number[] = [];
  const buffer = Buffer.allocUnsafe(256 * 1024);
  let line = 1;
  let bufferOffset = 0;
  let length = 0;
  let at = 0;
  for (const byteOffset of byteOffsets) {
    while (true) {
      const end = Math.min(byteOffset - bufferOffset, length);
      for (let lf = buffer.indexOf(0x0a, at); lf !== -1 && lf < end; lf = buffer.indexOf(0x0a, at)) {
        line += 1;
        at = lf + 1;
      }
      at = Math.max(at, end);
      if (byteOffset <= bufferOffset + length) break;
      bufferOffset += length;
      length = read(buffer);
      at = 0;
      if (length === 0) break;
    }
    lines.push(line);
  }
  return lines;
}
