// Law 2: what a merge does not replace stays as it is.
import { SessionsError } from "../errors.js";
import { BorderCheck } from "./border-check.js";
import type { RecordEdit } from "./change-log.js";
import type { ChangeBatch } from "./csv-change.js";
import { requireUnchanged } from "./csv-reading.js";
import { openCsv, readFromStart, type CsvInput, type CsvSource } from "./csv-source.js";
import type { StagedSessions } from "./staged-sessions.js";
import type { MergePlan, MergeRequest } from "./store.js";

const WINDOW_BYTES = 512 * 1024;
const NOTHING = new Uint8Array(0);

/** A record that is there with an id that comes in. */
interface Conflict {
  readonly sessionId: string;
  readonly byteOffset: number;
  /** Without its line break. */
  readonly byteLength: number;
  /** NaN where it has no time. */
  readonly lastActivity: number;
  readonly isSame: boolean;
  isReplaced: boolean;
}

/** What the staged sessions mean for one version of the file. */
export class Settling {
  readonly plan: MergePlan;
  readonly #input: CsvInput;
  readonly #source: CsvSource;
  readonly #staged: StagedSessions;
  readonly #policy: MergeRequest["onConflict"];
  /** By the number of the staged session, the last record with its id. */
  readonly #conflicts = new Map<number, Conflict>();

  /** @throws SessionsError STORE_DAMAGED, and STORE_CHANGED where the columns are other ones now */
  constructor(input: CsvInput, source: CsvSource, staged: StagedSessions, { onConflict }: MergeRequest) {
    this.#input = input;
    this.#source = source;
    this.#staged = staged;
    this.#policy = onConflict;
    this.#findConflicts();
    this.#decide();
    this.plan = this.#makePlan();
  }

  /** The file in stretches with the edits in them, then what is added. */
  *batches(): Generator<ChangeBatch> {
    yield* this.#replacedBatches();
    requireUnchanged(this.#source, this.#input);
    let separator = this.#endsWithBreak() ? undefined : this.#staged.form.lineBreak;
    for (const added of this.#staged.batches((number) => !this.#conflicts.has(number))) {
      const edits = added.map(({ sessionId, bytes }): RecordEdit => {
        const whole = separator === undefined ? bytes : Buffer.concat([Buffer.from(separator), bytes]);
        separator = undefined;
        return { sessionId, byteOffset: 0, byteLength: 0, bytes: whole };
      });
      yield { source: NOTHING, edits };
    }
  }

  #findConflicts(): void {
    const staged = this.#staged;
    const opened = openCsv(readFromStart(this.#source, this.#input.onRead), this.#input);
    const { scanner, reader } = opened;
    if (!isSameList(reader.columns.names, staged.form.names)) {
      throw new SessionsError("STORE_CHANGED", {
        path: this.#input.location,
        reason: "its columns are not those that were planned for",
        hint: "run the command again",
      });
    }
    const borders = new BorderCheck(scanner);
    let firstRecord = 1;
    do {
      borders.checkBatch();
      for (let record = firstRecord; record < scanner.recordCount; record += 1) {
        if (!reader.isWhole(record)) continue;
        const sessionId = reader.text(record, "session_id");
        const number = staged.numberOf(sessionId);
        if (number === undefined) continue;
        const start = scanner.recordStart(record);
        const bytes = withoutBreak(scanner.bytes.subarray(start, scanner.recordEnd(record)));
        this.#conflicts.set(number, {
          sessionId,
          byteOffset: scanner.byteOffset + start,
          byteLength: bytes.length,
          lastActivity: reader.lastActivity(record),
          isSame: staged.isSameOver(number, bytes),
          isReplaced: false,
        });
      }
      firstRecord = 0;
    } while (opened.nextBatch());
    borders.require(this.#input.location, () => readFromStart(this.#source));
  }

  #decide(): void {
    if (this.#policy === "skip" || this.#policy === "fail" || this.#conflicts.size === 0) return;
    if (this.#policy === "replace") {
      for (const conflict of this.#conflicts.values()) conflict.isReplaced = !conflict.isSame;
      return;
    }
    // A record without a time is not known to be older.
    for (const { number, lastActivity } of this.#staged.activities(this.#input)) {
      const conflict = this.#conflicts.get(number);
      if (conflict !== undefined) conflict.isReplaced = !conflict.isSame && lastActivity > conflict.lastActivity;
    }
  }

  #makePlan(): MergePlan {
    const { count, size, repeated } = this.#staged;
    const differs = (number: number): boolean => this.#conflicts.get(number)?.isSame === false;
    const within = Array.from(this.#staged.contradicted).filter((number) => !differs(number));
    const conflicts = Array.from(this.#conflicts.values());
    const replaced = conflicts.filter(({ isReplaced }) => isReplaced).length;
    const unchanged = conflicts.filter(({ isSame }) => isSame).length;
    return {
      incoming: count,
      added: size - conflicts.length,
      replaced,
      skipped: conflicts.length - replaced - unchanged,
      unchanged,
      repeated,
      conflicts: {
        count: conflicts.length - unchanged + within.length,
        ids: [
          ...this.#staged.idsOf(differs),
          ...within.slice(0, IDS_SHOWN).map((number) => this.#staged.idOf(number)),
        ].slice(0, IDS_SHOWN),
        within: within.length,
      },
    };
  }

  *#replacedBatches(): Generator<ChangeBatch> {
    const replaced = Array.from(this.#conflicts)
      .filter(([, { isReplaced }]) => isReplaced)
      .sort(([, left], [, right]) => left.byteOffset - right.byteOffset);
    const { byteLength } = this.#source;
    let buffer = Buffer.allocUnsafe(WINDOW_BYTES);
    let next = 0;
    for (let at = 0; at < byteLength;) {
      let end = Math.min(at + WINDOW_BYTES, byteLength);
      const first = next;
      for (; next < replaced.length; next += 1) {
        const [, { byteOffset, byteLength: length }] = replaced[next] as [number, Conflict];
        if (byteOffset >= end) break;
        end = Math.max(end, byteOffset + length);
      }
      if (buffer.length < end - at) buffer = Buffer.allocUnsafe(end - at);
      const source = this.#read(buffer.subarray(0, end - at), at);
      const edits = replaced.slice(first, next).map(([number, { sessionId, ...conflict }]): RecordEdit => {
        const span = { byteOffset: conflict.byteOffset - at, byteLength: conflict.byteLength };
        const existing = source.subarray(span.byteOffset, span.byteOffset + span.byteLength);
        return { ...span, sessionId, bytes: this.#staged.recordOver(number, existing) };
      });
      yield { source, edits };
      at = end;
    }
  }

  #read(target: Uint8Array, byteOffset: number): Uint8Array {
    for (let at = 0; at < target.length;) {
      const count = this.#source.readAt(target.subarray(at), byteOffset + at);
      if (count === 0) throw new SessionsError("STORE_CHANGED", { path: this.#input.location });
      at += count;
    }
    this.#input.onRead?.(byteOffset + target.length, this.#source.byteLength);
    return target;
  }

  #endsWithBreak(): boolean {
    const last = this.#read(Buffer.alloc(1), this.#source.byteLength - 1);
    return last[0] === LF;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const IDS_SHOWN = 20;

function withoutBreak(record: Uint8Array): Uint8Array {
  if (record.at(-1) !== LF) return record;
  return record.subarray(0, record.at(-2) === CR ? -2 : -1);
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, place) => name === other[place]);
}
