import type { Block } from "./block.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect } from "./dialect.js";
import type { PlacedNote, RecordPart } from "./parts.js";
import type { RecordLayout, RecordReading } from "./record-reading.js";

/**
 * The record that was read off a block, with what was noticed about it at its places in the file.
 * @param code what is wrong with the block's text as a whole
 * @returns undefined where text that belongs to nothing stands behind the record in its line
 */
export function recordPart(
  block: Block,
  reading: RecordReading,
  layout: RecordLayout,
  code: DiagnosticCode | undefined,
  dialect: Dialect,
): RecordPart | undefined {
  const isJoined = reading.notes.some((note) => note.code === "joined-records");
  if (!isJoined && code !== "split-record" && !block.isLineEnd(reading.end)) return undefined;
  const line = block.lines[block.lineIndex(reading.end)];
  const first = block.lines[0];
  if (line === undefined || first === undefined) return undefined;
  const end = isJoined ? block.fileOffset(reading.end) : line.next;
  const notes: PlacedNote[] = reading.notes.map(({ start, end, ...note }) => {
    const byteOffset = block.fileOffset(start);
    return { ...note, byteOffset, byteLength: Math.max(0, block.fileOffset(end) - byteOffset) };
  });
  const whole = { byteOffset: first.start, byteLength: line.end - first.start, field: undefined };
  if (code !== undefined) notes.unshift({ code, ...whole });
  if (code === undefined && layout.delimiter !== ",") notes.unshift({ code: "delimiter", ...whole });
  if (line.ending === "\r" || line.ending === "\r\r\n") {
    notes.push({ code: "line-ending", byteOffset: line.end, byteLength: line.next - line.end, field: undefined });
  }
  // Without a break of its own it would be joined to what follows.
  if (line.ending === "nul") notes.push({ code: "nul-bytes", byteOffset: line.end, byteLength: 0, field: undefined });
  const { prefix, suffix, isDiff } = dialect;
  if (prefix !== undefined || suffix !== undefined) {
    const isMade = isDiff ? "diff-output" : layout.delimiter === "|" ? "delimiter" : "line-prefix";
    notes.unshift({ code: isMade, ...whole });
  }
  const isAsItShouldBe = notes.length === 0 && reading.fields.every((field) => field.raw !== undefined);
  const quote = reading.fields.find(({ quoteAt }) => quoteAt !== undefined)?.quoteAt;
  const quoteAt = quote === undefined ? undefined : block.fileOffset(quote);
  return { kind: "record", start: first.start, end, reading, layout, notes, quoteAt, isAsItShouldBe };
}
