import { SessionsError } from "../errors.js";
import type { NaiveOffset } from "../session/timestamp.js";
import { openCsv, readFromStart, type CsvInput, type CsvSource } from "../store/csv-source.js";

/** One version of a sessions file, open, that can be read at any place: the file itself, or a copy of it. */
export interface Version {
  /** How it is called in messages: a path. */
  readonly name: string;
  readonly source: CsvSource;
}

/** The version as an input for those who would open it; it stays open. */
export function inputOf({ name, source }: Version, naiveOffset?: NaiveOffset): CsvInput {
  return { location: name, naiveOffset, onRead: undefined, open: () => ({ ...keptOpen(source) }) };
}

function keptOpen(source: CsvSource): CsvSource {
  return {
    byteLength: source.byteLength,
    readAt: (target, byteOffset) => source.readAt(target, byteOffset),
    looksUnchanged: () => source.looksUnchanged(),
    close: () => undefined,
  };
}

/** An error for a version in which something is not where it was found before. */
export function changedMeanwhile({ name }: Version): SessionsError {
  return new SessionsError("STORE_CHANGED", {
    path: name,
    reason: "another program rewrote it in place while it was read, so the answer may mix two versions",
    hint: "run the command again",
  });
}

const PIECE_BYTES = 1024 * 1024;

/** Whether two versions are byte for byte the same. Reads no further than to the first difference. */
export function isSameContent(one: CsvSource, other: CsvSource): boolean {
  if (one.byteLength !== other.byteLength) return false;
  const { stamp, realPath } = one;
  if (realPath !== undefined && realPath === other.realPath && stamp?.ino === other.stamp?.ino) return true;
  const pieces = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)] as const;
  for (let at = 0; at < one.byteLength; at += PIECE_BYTES) {
    const [left, right] = [readPiece(one, pieces[0], at), readPiece(other, pieces[1], at)];
    if (!left.equals(right)) return false;
  }
  return true;
}

/** As much as there is from an offset on, up to the size of the buffer. */
function readPiece(source: CsvSource, buffer: Buffer, byteOffset: number): Buffer {
  let filled = 0;
  while (filled < buffer.length) {
    const count = source.readAt(buffer.subarray(filled), byteOffset + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** The names in the header of a version. @throws SessionsError STORE_DAMAGED where it has none of ours */
export function columnNamesOf(version: Version): readonly string[] {
  return openCsv(readFromStart(version.source), inputOf(version)).reader.columns.names;
}
