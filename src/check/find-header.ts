import { readHeader } from "./header.js";
import type { Line, LineReader } from "./lines.js";
import { readInto, type ByteSource } from "./byte-source.js";

const WINDOW_BYTES = 1024 * 1024;
const OVERLAP = 64;

/** Looks through a whole file for a line that is a header. */
export function findHeaderLine(source: ByteSource, lines: LineReader): Line | undefined {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (let at = 0; at < source.byteLength; at += WINDOW_BYTES - OVERLAP) {
    const bytes = readInto(source, window, at);
    const text = bytes.toString("latin1");
    for (const { index } of text.matchAll(/session_id/gi)) {
      const line = lineAround(lines, at + index);
      if (line !== undefined && readHeader(line.text.replace(/^.*?(?=session_id)/i, "")) !== undefined) return line;
    }
    if (bytes.length < WINDOW_BYTES) return undefined;
  }
  return undefined;
}

/** The line that an offset stands in, where it starts not far before that. */
function lineAround(lines: LineReader, byteOffset: number): Line | undefined {
  const from = Math.max(0, byteOffset - 256);
  const before = lines.text(from, byteOffset);
  const start = Math.max(before.lastIndexOf("\n"), before.lastIndexOf("\r")) + 1;
  return from > 0 && start === 0 ? undefined : lines.at(from + start);
}
