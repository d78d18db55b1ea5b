import { bytesOfText } from "../csv/latin1.js";
import { RecordScanner } from "../csv/scan.js";
import { parseTimestamp } from "../session/timestamp.js";
import type { Salvage } from "./salvage.js";
import { uniqueNames } from "./column-names.js";
import { readTime } from "./times.js";
import { kindOf } from "./values.js";

/** The values of one record by the names that `uniqueNames` gives their columns. Text is Latin-1 of UTF-8. */
export type Values = Readonly<Record<string, string>>;

/** Columns that never change in the life of a session. */
const LASTING = ["session_id", "user_id", "platform", "thread_id", "created_at"] as const;
const MICROSECONDS_PER_MINUTE = 60_000_000;
const MICROSECONDS_PER_MILLISECOND = 1000;
/** A number in scientific notation has at least so many digits that are right. */
const ROUNDING = 1e-3;

/** An older copy of a file, from which values are taken that the file has lost. */
export class OlderCopy {
  readonly #bySession = new Map<string, Values>();
  readonly #byThread = new Map<string, Values | undefined>();

  /** @param pieces the copy, repaired: a whole file with a header */
  constructor(pieces: Iterable<Uint8Array>) {
    const scanner = new RecordScanner(readerOf(pieces));
    let names: readonly string[] | undefined;
    while (scanner.nextBatch()) {
      for (let record = 0; record < scanner.recordCount; record += 1) {
        const texts = scanner.recordTexts(record, scanner.fieldCount(record)).map(bytesOfText);
        if (names === undefined) names = texts;
        else this.#add(names, texts);
      }
    }
  }

  #add(names: readonly string[], texts: readonly string[]): void {
    const values: Values = Object.fromEntries(uniqueNames(names).map((name, place) => [name, texts[place] ?? ""]));
    const { session_id: session = "", thread_id: thread = "" } = values;
    this.#bySession.set(session, values);
    // A thread of several sessions tells nothing.
    this.#byThread.set(thread, this.#byThread.has(thread) ? undefined : values);
  }

  /**
   * All values of a record of which some are known: those that are lost are the copy's.
   * @returns undefined where the copy has no such record, or one that is not consistent with what is known
   */
  complete({ fields, faulty = {} }: Salvage): Values | undefined {
    const { session_id: session, thread_id: thread } = fields;
    const values =
      session === undefined
        ? thread === undefined
          ? undefined
          : this.#byThread.get(thread)
        : this.#bySession.get(session);
    if (values === undefined) return undefined;
    const agrees = LASTING.every(
      (name) => fields[name] === undefined || isSame(name, fields[name], values[name] ?? ""),
    );
    const couldBe = Object.entries(faulty).every(([name, text]) => mayHaveBeen(name, text, values[name] ?? ""));
    return agrees && couldBe ? { ...values, ...fields } : undefined;
  }

  /** The exact text of a time that a spreadsheet rounded to milliseconds; undefined where the copy does not have it. */
  exactTime(session: string, name: string, rounded: string): string | undefined {
    const exact = this.#bySession.get(session)?.[name];
    if (exact === undefined || exact === rounded) return undefined;
    const difference = Math.abs(parseTimestamp(exact) - parseTimestamp(rounded));
    return difference <= MICROSECONDS_PER_MILLISECOND ? exact : undefined;
  }
}

function isSame(name: string, text: string, other: string): boolean {
  return text === other || (kindOf(name) === "time" && parseTimestamp(text) === parseTimestamp(other));
}

/** What is left of a value does not contradict what the copy has. */
function mayHaveBeen(name: string, text: string, whole: string): boolean {
  if (kindOf(name) === "time") {
    const reading = readTime(text.trim(), undefined);
    if (reading === undefined) return true;
    const difference = parseTimestamp(whole) - parseTimestamp(reading.text);
    return difference >= 0 && difference < MICROSECONDS_PER_MINUTE;
  }
  if (!/^\d(?:[.,]\d+)?[eE]\+\d+$/.test(text.trim())) return true;
  const rounded = Number(text.trim().replace(",", "."));
  return Math.abs(Number(whole) - rounded) <= rounded * ROUNDING;
}

function readerOf(pieces: Iterable<Uint8Array>): (target: Uint8Array) => number {
  const iterator = pieces[Symbol.iterator]();
  let rest: Uint8Array = new Uint8Array(0);
  return (target) => {
    while (rest.length === 0) {
      const next = iterator.next();
      if (next.done === true) return 0;
      rest = next.value;
    }
    const count = Math.min(target.length, rest.length);
    target.set(rest.subarray(0, count));
    rest = rest.subarray(count);
    return count;
  };
}
