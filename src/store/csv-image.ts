// Law 2: an edit changes its own span only. Law 6: what is not edited stays byte for byte.
import { applyEditsInPlace, type Edit } from "../csv/edit.js";
import { fieldSpan } from "../csv/field.js";
import type { RecordScanner } from "../csv/scan.js";
import { SessionsError } from "../errors.js";
import type { SessionReader } from "../session/codec.js";
import type { Columns } from "../session/columns.js";
import { BorderCheck } from "./border-check.js";
import { memorySource, openCsv, readFromStart } from "./csv-source.js";
import { describeFault, FaultLog } from "./fault-log.js";
import { lineBreakOf } from "./line-break.js";
import type { Faults } from "./store.js";

/** A record of an image, of a session that can be decoded. */
export class ImageRecord {
  /** In the image's bytes, line break included; a record that is not in them yet is empty and stands behind all others. */
  start: number;
  end: number;
  /** What it is to become, line break included, where it is changed; empty where it is removed. Bytes as Latin-1. */
  changed: string | undefined;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }
}

/** A session's record while it is read. */
export interface ReadRecord {
  readonly scanner: RecordScanner;
  readonly reader: SessionReader;
  /** In the scanner's batch. */
  readonly record: number;
  readonly image: ImageRecord;
}

/** Spare room behind the bytes, so that sessions can be added in place. */
const SPARE = 1.125;
const SPARE_BYTES = 64 * 1024;

/**
 * A whole CSV file in memory, with changes to some of its records: the next version is made by copying bytes, without
 * encoding anything again. What is no session that can be decoded is between the records and stays. Memory: the file's
 * bytes and an eighth.
 */
export class CsvImage {
  readonly columns: Columns;
  /** Of new records. */
  readonly lineBreak: string;
  /** Records that cannot be decoded. */
  readonly leftOut: Faults;
  /** Why nothing may be written: it is in doubt where records begin and end. */
  readonly borderFault: SessionsError | undefined;
  #buffer: Buffer;
  #byteLength: number;
  /** Those that are changed, in any order. */
  readonly #changed = new Set<ImageRecord>();
  #isPatched = false;
  /** The bytes are those of the version that was read or written last. */
  #areBytesKept = true;
  /** All, in the order of the file. */
  #records: ImageRecord[] = [];

  /**
   * @param buffer of `bufferFor`, with the whole file at its start; the image changes it
   * @param onRecord is told of every session that can be decoded, in the order of the file
   * @throws SessionsError STORE_DAMAGED where there is no header of ours
   */
  constructor(buffer: Buffer, byteLength: number, location: string, onRecord: (read: ReadRecord) => void) {
    this.#buffer = buffer;
    this.#byteLength = byteLength;
    const source = memorySource(buffer.subarray(0, byteLength));
    const input = { location, naiveOffset: undefined, onRead: undefined, open: () => source };
    const opened = openCsv(readFromStart(source), input);
    const { scanner, reader } = opened;
    this.columns = reader.columns;
    this.lineBreak = lineBreakOf(scanner.bytes.toString("latin1", 0, scanner.recordEnd(0)));
    const faults = new FaultLog();
    const borders = new BorderCheck(scanner);
    let first = 1;
    do {
      borders.checkBatch();
      for (let record = first; record < scanner.recordCount; record += 1) {
        if (scanner.isBlank(record)) continue;
        const start = scanner.byteOffset + scanner.recordStart(record);
        const fault = scanner.isBroken(record) ? "quoting" : reader.decodingFault(record);
        if (fault === undefined) {
          const image = new ImageRecord(start, scanner.byteOffset + scanner.recordEnd(record));
          this.#records.push(image);
          onRecord({ scanner, reader, record, image });
        } else faults.add(start, () => describeFault(fault, scanner, reader, record));
      }
      first = 0;
    } while (opened.nextBatch());
    this.leftOut = faults.faults(() => readFromStart(source));
    this.borderFault = borderFaultOf(borders, location, () => readFromStart(source));
  }

  get byteLength(): number {
    return this.#byteLength;
  }

  /** The bytes of the version that was read or written last, to be read anew; undefined where they are changed already. */
  get keptBytes(): Buffer | undefined {
    return this.#areBytesKept ? this.#buffer : undefined;
  }

  /** What was built is written. */
  settle(): void {
    this.#areBytesKept = true;
  }

  /** There is something to write. */
  get isChanged(): boolean {
    return this.#isPatched || this.#changed.size > 0;
  }

  /** A record as it is to be, without its line break, its bytes as Latin-1. */
  bytesOf(record: ImageRecord): string {
    const bytes = this.#whole(record);
    return bytes.slice(0, bytes.length - lineBreakLength(bytes));
  }

  /** @param bytes as Latin-1, without a line break; the record gets the one that it has, or that of the file */
  replace(record: ImageRecord, bytes: string): void {
    record.changed = bytes + this.#lineBreakOf(record);
    this.#changed.add(record);
  }

  #lineBreakOf({ start, end, changed }: ImageRecord): string {
    const last = changed ?? this.#buffer.toString("latin1", Math.max(start, end - 2), end);
    return last.slice(last.length - lineBreakLength(last));
  }

  /**
   * Writes a field of a record that is not changed otherwise, at once and in place.
   * @param text ASCII that needs no quotes
   * @returns false where it is not as long as what stands there: nothing was done
   */
  patchField({ start, end, changed }: ImageRecord, place: number, text: string): boolean {
    if (changed !== undefined) return false;
    const [fieldStart, fieldEnd] = fieldSpan(this.#buffer.toString("latin1", start, end), place);
    if (fieldEnd - fieldStart !== text.length) return false;
    this.#areBytesKept = false;
    this.#buffer.write(text, start + fieldStart, "latin1");
    this.#isPatched = true;
    return true;
  }

  /** Adds a record behind all others. @param bytes as Latin-1, without a line break */
  append(bytes: string): ImageRecord {
    const record = new ImageRecord(this.#byteLength, this.#byteLength);
    record.changed = bytes + this.lineBreak;
    this.#records.push(record);
    this.#changed.add(record);
    return record;
  }

  remove(record: ImageRecord): void {
    record.changed = "";
    this.#changed.add(record);
  }

  /**
   * Makes the changes part of the bytes.
   * @returns the bytes of the whole file; they must not be in use any more when this is called again
   */
  build(): Uint8Array {
    this.#areBytesKept = false;
    if (this.#isInPlace()) this.#patch();
    else this.#rebuild();
    this.#changed.clear();
    this.#isPatched = false;
    return this.#buffer.subarray(0, this.#byteLength);
  }

  /** As Latin-1, line break included. */
  #whole({ start, end, changed }: ImageRecord): string {
    return changed ?? this.#buffer.toString("latin1", start, end);
  }

  #isInPlace(): boolean {
    for (const { start, end, changed } of this.#changed) if (changed?.length !== end - start) return false;
    return true;
  }

  #patch(): void {
    for (const record of this.#changed) {
      if (record.changed !== undefined) this.#buffer.write(record.changed, record.start, "latin1");
      record.changed = undefined;
    }
  }

  #rebuild(): void {
    const source = this.#buffer.subarray(0, this.#byteLength);
    const edits: Edit[] = [];
    const records: ImageRecord[] = [];
    // A last record without a line break gets one before others are put behind it.
    let missingBreak = source.at(-1) === LF ? 0 : this.lineBreak.length;
    let shift = 0;
    for (const record of this.#records) {
      const { start, end, changed } = record;
      if (changed === undefined) {
        record.start += shift;
        record.end += shift;
        records.push(record);
        continue;
      }
      if (start === this.#byteLength && missingBreak > 0) {
        edits.push({ byteOffset: start, byteLength: 0, bytes: Buffer.from(this.lineBreak) });
        shift += missingBreak;
        missingBreak = 0;
      }
      edits.push({ byteOffset: start, byteLength: end - start, bytes: Buffer.from(changed, "latin1") });
      record.start = start + shift;
      record.end = record.start + changed.length;
      record.changed = undefined;
      shift += changed.length - (end - start);
      if (record.end > record.start) records.push(record);
    }
    this.#records = records;
    const byteLength = this.#byteLength + shift;
    if (this.#buffer.length < byteLength) {
      const larger = bufferFor(byteLength);
      larger.set(source);
      this.#buffer = larger;
    }
    applyEditsInPlace(this.#buffer, this.#byteLength, edits);
    this.#byteLength = byteLength;
  }
}

/** A buffer for the bytes of a file, with room behind them. */
export function bufferFor(byteLength: number): Buffer {
  return Buffer.allocUnsafeSlow(Math.ceil(byteLength * SPARE) + SPARE_BYTES);
}

const LF = 0x0a;
const CR = 0x0d;

function lineBreakLength(bytes: string): number {
  if (bytes.charCodeAt(bytes.length - 1) !== LF) return 0;
  return bytes.charCodeAt(bytes.length - 2) === CR ? 2 : 1;
}

function borderFaultOf(
  borders: BorderCheck,
  location: string,
  read: () => ReturnType<typeof readFromStart>,
): SessionsError | undefined {
  try {
    borders.require(location, read);
    return undefined;
  } catch (error) {
    if (error instanceof SessionsError) return error;
    throw error;
  }
}
