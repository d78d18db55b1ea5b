import type { RecordScanner } from "../csv/scan.js";
import type { SessionReader } from "../session/codec.js";
import type { OpenedCsv } from "./csv-source.js";
import { describeFault, type FaultLog } from "./fault-log.js";

/**
 * Shows every whole record of the current batch to `visit`; the others go to the log.
 * @param candidates where it is given, `visit` needs to see these only
 */
export function visitBatch(
  scanner: RecordScanner,
  reader: SessionReader,
  firstRecord: number,
  log: FaultLog,
  visit: (record: number) => void,
  candidates?: (firstRecord: number) => Iterable<number>,
): void {
  if (candidates === undefined || !isBatchSound(scanner, reader)) {
    visitRecords(scanner, reader, firstRecord, scanner.recordCount, log, visit);
  } else {
    for (const record of candidates(firstRecord)) visit(record);
  }
}

/** Every record of the current batch is whole. */
export function isBatchSound(scanner: RecordScanner, reader: SessionReader): boolean {
  return isFreeOfNul(scanner) && reader.isBatchWhole();
}

function isFreeOfNul(scanner: RecordScanner): boolean {
  return !scanner.bytes.subarray(0, scanner.batchLength).includes(0);
}

function visitRecords(
  scanner: RecordScanner,
  reader: SessionReader,
  firstRecord: number,
  endRecord: number,
  log: FaultLog,
  visit: (record: number) => void,
): void {
  const isClean = isFreeOfNul(scanner);
  for (let record = firstRecord; record < endRecord; record += 1) {
    if (reader.isWhole(record) && (isClean || !holdsNul(scanner, record))) visit(record);
    else logFault(scanner, reader, record, log);
  }
}

function logFault(scanner: RecordScanner, reader: SessionReader, record: number, log: FaultLog): void {
  const fault = reader.wholenessFault(record);
  if (fault === "blank") return;
  log.add(scanner.byteOffset + scanner.recordStart(record), () =>
    fault === undefined ? "NUL bytes" : describeFault(fault, scanner, reader, record),
  );
}

function holdsNul(scanner: RecordScanner, record: number): boolean {
  return scanner.bytes.subarray(scanner.recordStart(record), scanner.recordEnd(record)).includes(0);
}

/** The places of the whole records of the current batch that match, from the first one to before `endRecord`. */
export function pickRecords(
  { scanner, reader }: OpenedCsv,
  firstRecord: number,
  matches: (record: number) => boolean,
  log: FaultLog,
  endRecord = scanner.recordCount,
): number[] {
  const records: number[] = [];
  visitRecords(scanner, reader, firstRecord, endRecord, log, (record) => {
    if (matches(record)) records.push(record);
  });
  return records;
}
