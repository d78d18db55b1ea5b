import { isAscii, isUtf8 } from "node:buffer";
import { RecordScanner } from "../csv/scan.js";
import { SessionReader } from "../session/codec.js";
import { COLUMN_NAMES, isHeaderFault, readColumns } from "../session/columns.js";
import type { IncomingSession } from "../store/store.js";
import type { Targets } from "./column-mapping.js";
import { refused, type ImportInput } from "./import-input.js";
import { LineCounter, type Refuse } from "./refusal.js";
import { readId, type RowReader } from "./row-reading.js";
import { SessionsError } from "../errors.js";

/**
 * Reads a CSV in the file's own dialect (a comma, double quotes, UTF-8) with the store's own scanner: csv-parse would take ten
 * times as long, and would not give the bytes of a record, which are copied where columns and order agree.
 */
export class OwnCsv {
  readonly #input: ImportInput;
  readonly #hasHeader: boolean;
  /** Of the header, in its order. */
  readonly names: readonly string[];
  /** The header's line as it stands, a byte order mark and its line break included. */
  readonly header: string;

  constructor(input: ImportInput, hasHeader: boolean) {
    this.#input = input;
    this.#hasHeader = hasHeader;
    const scanner = this.#scan();
    if (!this.#next(scanner) || (hasHeader && scanner.isBroken(0))) throw brokenHeader(input);
    const count = scanner.fieldCount(0);
    this.names = hasHeader
      ? Array.from({ length: count }, (_, place) => scanner.fieldText(0, place))
      : COLUMN_NAMES.slice(0, count);
    this.header = `${scanner.hasBom ? "\ufeff" : ""}${scanner.bytes.toString("utf8", 0, scanner.recordEnd(0))}`;
  }

  /**
   * @param columns of the target in their order
   * @throws SessionsError INPUT_REFUSED where quotes leave in doubt where a record ends
   */
  *sessions(
    targets: Targets,
    columns: readonly string[],
    rows: RowReader,
    refuse: Refuse,
    onRead?: (done: number, total: number) => void,
  ): Generator<IncomingSession> {
    const scanner = this.#scan(onRead);
    const lines = new LineCounter(this.#input);
    const own = readColumns(targets.map((target) => target ?? ""));
    const isSameForm = targets.length === columns.length && targets.every((target, place) => target === columns[place]);
    const idPlaces = ["session_id", "user_id", "platform", "thread_id"].map((name) => targets.indexOf(name));
    const reader = isSameForm && !isHeaderFault(own) ? new SessionReader(scanner, own) : undefined;
    let record = this.#hasHeader ? 1 : 0;
    let number = 1 - record;
    for (; this.#next(scanner); record = 0) {
      const batch = scanner.bytes.subarray(0, scanner.batchLength);
      const isText = (isAscii(batch) || isUtf8(batch)) && !batch.includes(0);
      for (; record < scanner.recordCount; record += 1) {
        if (scanner.isBlank(record)) continue;
        number += 1;
        if (
          isText &&
          reader?.decodingFault(record) === undefined &&
          reader !== undefined &&
          scanner.recordFlags(record) === 0 &&
          idPlaces.every((place) => isSoundId(scanner, scanner.field(record, place), columns[place] ?? ""))
        ) {
          yield new CopiedSession(scanner, reader, record, number);
          continue;
        }
        const reading = this.#row(scanner, record, targets, rows, `record ${number}`);
        if (!("reason" in reading)) {
          yield reading;
          continue;
        }
        const raw = scanner.bytes.toString("utf8", scanner.recordStart(record), scanner.recordEnd(record));
        const line = lines.lineAt(scanner.byteOffset + scanner.recordStart(record));
        refuse({ line, reason: reading.reason, raw: raw.replace(/\r?\n$/, "") });
      }
    }
  }

  #row(
    scanner: RecordScanner,
    record: number,
    targets: Targets,
    rows: RowReader,
    origin: string,
  ): ReturnType<RowReader["read"]> {
    if (scanner.isBroken(record)) {
      const byteOffset = scanner.byteOffset + scanner.recordStart(record);
      const line = new LineCounter(this.#input).lineAt(byteOffset);
      throw brokenQuotes(this.#input, line, "a quoted field is not closed, or text follows its closing quote");
    }
    const count = scanner.fieldCount(record);
    const texts = Array.from({ length: count }, (_, place) => byteText(scanner, scanner.field(record, place)));
    const surplus = texts.slice(targets.length).some((text) => text !== "");
    if (count < targets.length || surplus) {
      return { reason: `${count} fields where the header has ${targets.length}` };
    }
    return rows.read(targets, texts, origin);
  }

  /** @throws SessionsError INPUT_REFUSED where a record is longer, or has more fields, than can be read */
  #next(scanner: RecordScanner): boolean {
    try {
      return scanner.nextBatch();
    } catch (error) {
      if (!(error instanceof SessionsError) || error.code !== "STORE_DAMAGED") throw error;
      const { reason = "", findings = [] } = error.details;
      const lines = new LineCounter(this.#input);
      throw new SessionsError("INPUT_REFUSED", {
        path: this.#input.name,
        reason,
        findings: findings.map(({ byteOffset = 0, message }) => ({ line: lines.lineAt(byteOffset), message })),
        findingCount: findings.length,
        hint: "take that record out of it, then import the others",
      });
    }
  }

  #scan(onRead?: (done: number, total: number) => void): RecordScanner {
    let at = 0;
    return new RecordScanner((target) => {
      const count = this.#input.readAt(target, at);
      at += count;
      onRead?.(at, this.#input.byteLength);
      return count;
    });
  }
}

/** A session whose record is copied as it is; values are only made when somebody asks for them. */
class CopiedSession implements IncomingSession {
  readonly sessionId: string;
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  readonly #record: number;
  readonly #number: number;

  constructor(scanner: RecordScanner, reader: SessionReader, record: number, number: number) {
    this.#scanner = scanner;
    this.#reader = reader;
    this.#record = record;
    this.#number = number;
    this.sessionId = reader.text(record, "session_id");
  }

  get values(): ReadonlyMap<string, string> {
    const { names } = this.#reader.columns;
    const texts = this.#scanner.recordTexts(this.#record, names.length);
    return new Map(names.map((name, place) => [name, texts[place] ?? ""]));
  }

  get raw(): Uint8Array {
    const { bytes } = this.#scanner;
    let end = this.#scanner.recordEnd(this.#record);
    if (bytes[end - 1] === LF) end -= bytes[end - 2] === CR ? 2 : 1;
    return bytes.subarray(this.#scanner.recordStart(this.#record), end);
  }

  get origin(): string {
    return `record ${this.#number}`;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const NOT_ASCII = 0x80;
const HASH = 0x23;
const PLUS = 0x2b;

/** The id may stand in the file as it is. Only where a byte is suspicious a string is made of it. */
function isSoundId(scanner: RecordScanner, field: number, column: string): boolean {
  const { bytes } = scanner;
  const [start, end] = [scanner.valueStart(field), scanner.valueEnd(field)];
  if (start === end) return true;
  const [first = 0, last = 0] = [bytes[start], bytes[end - 1]];
  const hasEdge = first <= SPACE || first >= NOT_ASCII || last <= SPACE || last >= NOT_ASCII;
  const mayBeRounded = bytes[end - 2] === PLUS || bytes[end - 3] === PLUS || bytes[end - 4] === PLUS;
  if (!hasEdge && !mayBeRounded && first !== HASH) return true;
  const text = byteText(scanner, field);
  return readId(column, text) === text;
}

/** A field's value, its bytes as Latin-1. */
function byteText(scanner: RecordScanner, field: number): string {
  const text = scanner.bytes.toString("latin1", scanner.valueStart(field), scanner.valueEnd(field));
  return scanner.isEscaped(field) ? text.replaceAll('""', '"') : text;
}

function brokenHeader({ name }: ImportInput): SessionsError {
  return refused(name, "its header cannot be read", "see what is wrong with: sessions validate <file>");
}

/** An error for an input of which it is in doubt where its records end. */
export function brokenQuotes({ name }: ImportInput, line: number, message: string): SessionsError {
  return new SessionsError("INPUT_REFUSED", {
    path: name,
    reason: "where its records begin and end is in doubt",
    findings: [{ line, message }],
    findingCount: 1,
    hint: "mend it first: sessions repair <file> -o whole.csv",
  });
}
