import { linesAt } from "../csv/position.js";
import { RecordScanner, type ReadBytes } from "../csv/scan.js";
import { SessionsError, type Finding } from "../errors.js";
import { RECORD_BARE_CR } from "../kernel/kernel.js";
import { SessionReader } from "../session/codec.js";
import { isHeaderFault, readColumns, type Columns } from "../session/columns.js";
import type { FileStamp } from "../storage/snapshot.js";
import type { NaiveOffset } from "../session/timestamp.js";

/** One version of a CSV file to read from: an open file, or bytes in memory. */
export interface CsvSource {
  readonly byteLength: number;
  /** When the content was last changed; undefined for an input without such a time. */
  readonly mtime?: Date;
  /** The file behind the source, symbolic links resolved. */
  readonly realPath?: string;
  readonly stamp?: FileStamp;
  /** The open descriptor, where there is one. */
  readonly fd?: number;
  /** Reads up to `target.length` bytes at an offset; 0 at the end. */
  readAt(target: Uint8Array, byteOffset: number): number;
  /** False when another program wrote into the file since it was opened, so that what was read may be a mixture. */
  looksUnchanged(): boolean;
  close(): void;
}

/** Where records come from, and how errors name it. */
export interface CsvInput {
  readonly location: string;
  readonly naiveOffset: NaiveOffset;
  readonly onRead: ((done: number, total: number) => void) | undefined;
  open(): CsvSource;
}

/** A scan that stands on the records behind the header. */
export interface OpenedCsv {
  readonly scanner: RecordScanner;
  readonly reader: SessionReader;
  /** Moves to the next batch, like the scanner, and says in which file and line a record is too large. */
  nextBatch(): boolean;
}

/** Reads a source from its first byte on; `onRead` is told how far it has come. */
export function readFromStart(source: CsvSource, onRead?: CsvInput["onRead"]): ReadBytes {
  let byteOffset = 0;
  return (target) => {
    const count = source.readAt(target, byteOffset);
    byteOffset += count;
    onRead?.(byteOffset, source.byteLength);
    return count;
  };
}

/**
 * Reads only some parts of a source, one behind the other.
 * @param spans start and end offsets in turn, ascending
 */
export function readSpans(source: CsvSource, spans: readonly number[]): ReadBytes {
  let next = 0;
  let at = spans[0] ?? 0;
  return (target) => {
    while (next < spans.length) {
      const end = spans[next + 1] ?? 0;
      if (at < end) {
        const count = source.readAt(target.subarray(0, end - at), at);
        at += count;
        return count;
      }
      next += 2;
      at = spans[next] ?? 0;
    }
    return 0;
  };
}

/**
 * Starts a scan and reads the header. Afterwards the scanner stands on its first batch, whose record 0 is the header.
 *
 * @throws SessionsError STORE_DAMAGED where there is no header of ours
 */
export function openCsv(read: ReadBytes, input: CsvInput): OpenedCsv {
  const { location, naiveOffset } = input;
  const scanner = new RecordScanner(read);
  const nextBatch = (): boolean => {
    try {
      return scanner.nextBatch();
    } catch (error) {
      throw withLine(error, input);
    }
  };
  if (!nextBatch()) {
    throw damaged(location, {
      message: scanner.hasBom ? "the file holds nothing but a byte order mark" : "the file is empty: it has no header",
    });
  }
  return { scanner, reader: new SessionReader(scanner, columnsOf(scanner, location), naiveOffset), nextBatch };
}

/** The scanner knows neither files nor lines. */
function withLine(error: unknown, input: CsvInput): unknown {
  if (!(error instanceof SessionsError)) return error;
  const [finding] = error.details.findings ?? [];
  if (finding?.byteOffset === undefined) return error;
  const source = input.open();
  try {
    const [line = 1] = linesAt(readFromStart(source), [finding.byteOffset]);
    return new SessionsError(error.code, { ...error.details, path: input.location, findings: [{ ...finding, line }] });
  } finally {
    source.close();
  }
}

function columnsOf(scanner: RecordScanner, location: string): Columns {
  const names: string[] = [];
  for (let index = 0; index < scanner.fieldCount(0); index += 1) {
    names.push(scanner.fieldText(0, index));
  }
  const columns = readColumns(names);
  const borderFault = headerBorderFault(scanner);
  if (!isHeaderFault(columns)) {
    if (borderFault === undefined) return columns;
    throw damaged(location, { line: 1, byteOffset: scanner.byteOffset, message: borderFault });
  }
  const foreign = foreignContent(scanner.bytes.subarray(0, scanner.recordEnd(0))) ?? borderFault;
  if (foreign !== undefined) throw damaged(location, { line: 1, byteOffset: 0, message: foreign });
  const { missing, repeated } = columns;
  const nothingFits = missing.length > names.length || missing.length >= 5;
  const message = nothingFits
    ? "the first line is no header: it names none, or hardly any, of the columns"
    : missing.length > 0
      ? `the header lacks ${missing.join(", ")}`
      : `the header names ${repeated.join(", ")} more than once`;
  throw damaged(location, { line: 1, byteOffset: scanner.byteOffset, message });
}

/** Why it is in doubt where the header ends: it may have swallowed records, which must not look like none. */
function headerBorderFault(scanner: RecordScanner): string | undefined {
  if (scanner.isBroken(0)) return "a quoted field of the header is not closed, or text follows its closing quote";
  if ((scanner.recordFlags(0) & RECORD_BARE_CR) === 0) return undefined;
  return "a carriage return without a line feed stands in the header";
}

/** What a file that is no CSV at all is, by what stands in the place of its header. */
function foreignContent(bytes: Buffer): string | undefined {
  const startsWith = (...prefix: number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);
  if (startsWith(0xff, 0xfe) || startsWith(0xfe, 0xff)) return "the file is UTF-16, not UTF-8";
  if (startsWith(0x1f, 0x8b)) return "the file is gzip-compressed, not CSV";
  if (startsWith(0x50, 0x4b, 0x03, 0x04)) return "the file is a ZIP archive (a spreadsheet?), not CSV";
  if (startsWith(0x7b) || startsWith(0x5b)) return "the file looks like JSON, not CSV";
  if (bytes.subarray(0, 15).equals(Buffer.from("SQLite format 3"))) return "the file is an SQLite database, not CSV";
  if (bytes.includes(0)) return "the file holds binary data (NUL bytes) where its header should be";
  return undefined;
}

function damaged(location: string, finding: Finding): SessionsError {
  return new SessionsError("STORE_DAMAGED", {
    path: location,
    reason: finding.message,
    findings: [finding],
    findingCount: 1,
  });
}

/** Bytes in memory as a source, for an input that can be read only once. */
export function memorySource(bytes: Buffer): CsvSource {
  return {
    byteLength: bytes.length,
    readAt: (target, byteOffset) => bytes.copy(target, 0, byteOffset),
    looksUnchanged: () => true,
    close: () => undefined,
  };
}
