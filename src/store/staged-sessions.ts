import { encodeField } from "../check/encode.js";
import { fieldAt, rawFields, replaceFields } from "../csv/field.js";
import { RecordScanner } from "../csv/scan.js";
import { SessionReader } from "../session/codec.js";
import { isHeaderFault, readColumns } from "../session/columns.js";
import type { Instant } from "../session/timestamp.js";
import { SessionsError } from "../errors.js";
import type { SpooledBytes } from "../storage/spool.js";
import { IdNumbers } from "./id-numbers.js";
import { Uint32List } from "./uint32-list.js";
import type { CsvInput } from "./csv-source.js";
import { readFromStart } from "./csv-source.js";
import type { IncomingSession } from "./store.js";

/** How records are written in the file that they go to. */
export interface TargetForm {
  /** The columns in their order. */
  readonly names: readonly string[];
  readonly lineBreak: string;
}

/** A session as the record that it becomes. */
export interface StagedSession {
  readonly sessionId: string;
  /** Its line break included. */
  readonly bytes: Uint8Array;
}

/** So many records of an answer are read at once. */
const BATCH_BYTES = 512 * 1024;
const IDS_KEPT = 20;
/** JavaScript's maps, in which conflicts and repeats are kept, hold 2^24. The README and the help name this number. */
const MOST_SESSIONS = 16_000_000;
const TWO_32 = 2 ** 32;

/**
 * Sessions that are to be taken in, encoded one behind the other, in their order, and numbered from 0; found by their id. In
 * memory is where they are: about 25 bytes a session, and 100 more for each whose id came in before.
 */
export class StagedSessions implements Disposable {
  readonly form: TargetForm;
  readonly #spool: SpooledBytes;
  readonly #idPlace: number;
  readonly #numbers: IdNumbers;
  /** Where each record starts, and where the last one ends: the low 32 bits. */
  readonly #lowOffsets = new Uint32List();
  /** The first offset of each further 4 GiB, by its place. */
  readonly #wraps: number[] = [];
  /** 1 for a session in the place of which another one with its id counts. */
  readonly #superseded = new Uint32List();
  /** Which one each session with an id that came in before supersedes. */
  readonly #previous = new Map<number, number>();
  /** Of the sessions that count, those whose id came in with other records too. */
  readonly #contradicted = new Set<number>();
  /** The columns that did not come in, by their places; each set once. */
  readonly #absences: (readonly number[])[] = [[]];
  readonly #absenceNumbers = new Map([["", 0]]);
  /** Which of these each session has. */
  readonly #absenceOf = new Uint32List();
  #count = 0;

  constructor(form: TargetForm, spool: SpooledBytes) {
    this.form = form;
    this.#spool = spool;
    this.#idPlace = form.names.indexOf("session_id");
    this.#numbers = new IdNumbers((number, id) => this.idOf(number) === id);
  }

  /** How many sessions came in. */
  get count(): number {
    return this.#count;
  }

  /** How many different ids they have. */
  get size(): number {
    return this.#count - this.#previous.size;
  }

  get repeated(): number {
    return this.#previous.size;
  }

  /** The sessions that count and whose id came in with other records too. */
  get contradicted(): ReadonlySet<number> {
    return this.#contradicted;
  }

  add(session: IncomingSession): void {
    const { sessionId } = session;
    const number = this.#count;
    if (number >= MOST_SESSIONS) {
      throw new SessionsError("INPUT_REFUSED", {
        reason: `it holds more than ${MOST_SESSIONS} sessions`,
        hint: "split it",
      });
    }
    const record = session.raw ?? Buffer.from(encodeValues(session, this.form.names));
    const absence = session.raw === undefined ? this.#absenceNumber(session) : 0;
    if (absence !== 0) this.#absenceOf.set(number, absence);
    const before = this.#numbers.set(sessionId, number);
    if (before !== undefined) {
      if (this.#contradicted.delete(before) || !this.isRecord(before, record)) this.#contradicted.add(number);
      this.#superseded.set(before, 1);
      this.#previous.set(number, before);
    }
    this.#spool.append(record);
    this.#spool.append(this.form.lineBreak === "\n" ? LF_BREAK : CRLF_BREAK);
    this.#count += 1;
    this.#noteOffset(this.#count, this.#spool.byteLength);
  }

  /** Of the sessions with one id from now on the one that was active last counts, of those the last one. */
  keepNewest(input: Pick<CsvInput, "naiveOffset">): void {
    if (this.#contradicted.size === 0) return;
    const instants = new Float64Array(this.#count);
    for (const { number, lastActivity } of this.activities(input)) instants[number] = lastActivity;
    const newest = new Map<number, number>();
    for (const [number, before] of this.#previous) {
      const best = newest.get(before) ?? before;
      newest.set(number, (instants[best] ?? NaN) > (instants[number] ?? NaN) ? best : number);
    }
    for (const [last, best] of newest) {
      if (last === best || this.#superseded.get(last) === 1) continue;
      this.#superseded.set(last, 1);
      this.#superseded.set(best, 0);
      this.#numbers.set(this.idOf(last), best);
      this.#contradicted.delete(last);
      this.#contradicted.add(best);
    }
  }

  /** The number of the session with an id that counts. */
  numberOf(sessionId: string): number | undefined {
    return this.#numbers.find(sessionId);
  }

  idOf(number: number): string {
    return fieldAt(latin1(this.record(number)), this.#idPlace);
  }

  /** A staged record without its line break. */
  record(number: number): Uint8Array {
    const start = this.#offset(number);
    const end = this.#offset(number + 1);
    return this.#spool.read(start, end - start - this.form.lineBreak.length);
  }

  /** The staged record is these bytes, its line break aside. */
  isRecord(number: number, bytes: Uint8Array): boolean {
    const start = this.#offset(number);
    const byteLength = this.#offset(number + 1) - start - this.form.lineBreak.length;
    return byteLength === bytes.length && Buffer.compare(this.record(number), bytes) === 0;
  }

  /** What takes the place of a record of the file: columns that did not come in keep their bytes. */
  recordOver(number: number, existing: Uint8Array): Uint8Array {
    const absent = this.#absent(number);
    if (absent.length === 0) return this.record(number);
    const fields = new Map(rawFields(latin1(this.record(number))).entries());
    for (const place of absent) fields.delete(place);
    return Buffer.from(replaceFields(latin1(existing), fields), "latin1");
  }

  /** What takes the place of a record of the file is the very same. */
  isSameOver(number: number, existing: Uint8Array): boolean {
    if (this.#absent(number).length === 0) return this.isRecord(number, existing);
    return Buffer.compare(this.recordOver(number, existing), existing) === 0;
  }

  /** The ids of the sessions that are chosen, at most twenty. */
  idsOf(isChosen: (number: number) => boolean): string[] {
    const ids: string[] = [];
    for (let number = 0; number < this.#count; number += 1) {
      if (this.#superseded.get(number) === 1 || !isChosen(number)) continue;
      ids.push(this.idOf(number));
      if (ids.length === IDS_KEPT) break;
    }
    return ids;
  }

  /**
   * The sessions that are chosen, in their order; of those with one id the one that counts. A batch is valid until the next one is
   * asked for.
   */
  *batches(isChosen: (number: number) => boolean): Generator<StagedSession[]> {
    let buffer = Buffer.allocUnsafe(Math.min(BATCH_BYTES, this.#spool.byteLength));
    let window: { start: number; bytes: Buffer } = { start: 0, bytes: buffer.subarray(0, 0) };
    let batch: StagedSession[] = [];
    const breakLength = this.form.lineBreak.length;
    for (let number = 0; number < this.#count; number += 1) {
      if (this.#superseded.get(number) === 1 || !isChosen(number)) continue;
      const start = this.#offset(number);
      const end = this.#offset(number + 1);
      if (end > window.start + window.bytes.length) {
        if (batch.length > 0) yield batch;
        batch = [];
        if (buffer.length < end - start) buffer = Buffer.allocUnsafe(end - start);
        const wanted = Math.min(buffer.length, this.#spool.byteLength - start);
        window = { start, bytes: this.#spool.readInto(buffer.subarray(0, wanted), start) };
      }
      const bytes = window.bytes.subarray(start - window.start, end - window.start);
      batch.push({ sessionId: fieldAt(latin1(bytes.subarray(0, -breakLength)), this.#idPlace), bytes });
    }
    if (batch.length > 0) yield batch;
  }

  /** When each session was active last, NaN where it has no time. */
  *activities({ naiveOffset }: Pick<CsvInput, "naiveOffset">): Generator<{ number: number; lastActivity: Instant }> {
    const columns = readColumns(this.form.names);
    if (isHeaderFault(columns)) throw new Error("sessions are staged for a file without their columns");
    const { byteLength } = this.#spool;
    const source = { byteLength, readAt: (target: Uint8Array, at: number) => this.#spool.readAt(target, at) };
    const scanner = new RecordScanner(readFromStart({ ...source, looksUnchanged: () => true, close: () => undefined }));
    const reader = new SessionReader(scanner, columns, naiveOffset);
    let number = 0;
    while (scanner.nextBatch()) {
      for (let record = 0; record < scanner.recordCount; record += 1) {
        yield { number, lastActivity: reader.lastActivity(record) };
        number += 1;
      }
    }
  }

  close(): void {
    this.#spool.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #absent(number: number): readonly number[] {
    return this.#absences[this.#absenceOf.get(number)] ?? [];
  }

  #absenceNumber({ values }: IncomingSession): number {
    const { names } = this.form;
    if (values.size === names.length) return 0;
    const absent = Array.from(names.keys()).filter((place) => !values.has(names[place] ?? ""));
    const key = absent.join();
    const known = this.#absenceNumbers.get(key);
    if (known !== undefined) return known;
    this.#absenceNumbers.set(key, this.#absences.length);
    return this.#absences.push(absent) - 1;
  }

  #noteOffset(place: number, byteOffset: number): void {
    if (byteOffset >= TWO_32 * (this.#wraps.length + 1)) this.#wraps.push(place);
    this.#lowOffsets.set(place, byteOffset % TWO_32);
  }

  #offset(place: number): number {
    let high = 0;
    while (high < this.#wraps.length && place >= (this.#wraps[high] ?? 0)) high += 1;
    return high * TWO_32 + this.#lowOffsets.get(place);
  }
}

const LF_BREAK = Buffer.from("\n");
const CRLF_BREAK = Buffer.from("\r\n");

function encodeValues({ values, origin }: IncomingSession, names: readonly string[]): string {
  let known = 0;
  const fields = names.map((name) => {
    const value = values.get(name);
    if (value === undefined) return "";
    known += 1;
    return encodeField(value);
  });
  if (known < values.size) throw new Error(`${origin} has values for columns that are not in the file`);
  return fields.join(",");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
