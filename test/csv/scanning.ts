import { RecordScanner, type ReadBytes } from "../../src/csv/scan.js";
import { RECORD_BARE_CR, RECORD_BROKEN_QUOTE, RECORD_STRAY_QUOTE, RECORD_UNCLOSED } from "../../src/kernel/kernel.js";

export type RecordFlag = "stray quote" | "broken quote" | "bare CR" | "unclosed";

export interface ScannedField {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly isEscaped: boolean;
}

export interface ScannedRecord {
  /** Offset in the input, in bytes. */
  readonly byteOffset: number;
  /** Line break included. */
  readonly byteLength: number;
  readonly flags: readonly RecordFlag[];
  readonly fields: readonly ScannedField[];
}

export interface Scanned {
  readonly hasBom: boolean;
  readonly records: readonly ScannedRecord[];
}

export interface Reading {
  /** How many bytes each read gives at most, over and over; left out, as many as there is room for. */
  readonly readSizes?: readonly number[];
  readonly windowBytes?: number;
}

export const BOM = Buffer.of(0xef, 0xbb, 0xbf);

const FLAGS: readonly (readonly [number, RecordFlag])[] = [
  [RECORD_STRAY_QUOTE, "stray quote"],
  [RECORD_BROKEN_QUOTE, "broken quote"],
  [RECORD_BARE_CR, "bare CR"],
  [RECORD_UNCLOSED, "unclosed"],
];

/** Gives a text piece by piece. */
export function reading(input: Uint8Array, readSizes: readonly number[] = [Infinity]): ReadBytes {
  let at = 0;
  let reads = 0;
  return (target) => {
    const size = readSizes[reads % readSizes.length] ?? Infinity;
    const piece = input.subarray(at, at + Math.min(size, target.length));
    target.set(piece);
    at += piece.length;
    reads += 1;
    return piece.length;
  };
}

export function scannerOf(input: Uint8Array, { readSizes, windowBytes }: Reading = {}): RecordScanner {
  return new RecordScanner(reading(input, readSizes), windowBytes);
}

/** Everything that a scanner says of an input. */
export function scan(input: Uint8Array, how?: Reading): Scanned {
  const scanner = scannerOf(input, how);
  const records: ScannedRecord[] = [];
  while (scanner.nextBatch()) records.push(...recordsOfBatch(scanner));
  return { hasBom: scanner.hasBom, records };
}

/** Everything that a scanner says of its current batch. */
export function recordsOfBatch(scanner: RecordScanner): ScannedRecord[] {
  return Array.from({ length: scanner.recordCount }, (_, record) => recordOf(scanner, record));
}

function recordOf(scanner: RecordScanner, record: number): ScannedRecord {
  const start = scanner.recordStart(record);
  const flags = scanner.recordFlags(record);
  return {
    byteOffset: scanner.byteOffset + start,
    byteLength: scanner.recordEnd(record) - start,
    flags: FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name),
    fields: Array.from({ length: scanner.fieldCount(record) }, (_, place) => ({
      text: scanner.fieldText(record, place),
      isQuoted: scanner.isQuoted(scanner.field(record, place)),
      isEscaped: scanner.isEscaped(scanner.field(record, place)),
    })),
  };
}

/** The bytes of each batch; law 1 is about these. */
export function batchesOf(input: Uint8Array, how?: Reading): Buffer[] {
  const scanner = scannerOf(input, how);
  const batches: Buffer[] = [];
  while (scanner.nextBatch()) batches.push(Buffer.from(scanner.bytes.subarray(0, scanner.batchLength)));
  return batches;
}

/** The values of each record of a text. */
export function valuesOf(text: string | Uint8Array): string[][] {
  return scan(Buffer.from(text)).records.map(({ fields }) => fields.map((field) => field.text));
}

/** The flags of each record of a text. */
export function flagsOf(text: string): (readonly RecordFlag[])[] {
  return scan(Buffer.from(text)).records.map(({ flags }) => flags);
}

/** The bytes of each record of a text, line breaks included. */
export function recordsOf(text: string): string[] {
  const bytes = Buffer.from(text);
  return scan(bytes).records.map(({ byteOffset, byteLength }) =>
    bytes.toString("utf8", byteOffset, byteOffset + byteLength),
  );
}
