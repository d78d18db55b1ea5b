import type { RecordScanner } from "../csv/scan.js";
import type { RecordMatcher, SessionReader } from "../session/codec.js";
import { bareUserMatcher, type RecordPredicate } from "../session/query.js";
import type { FindReading } from "./store.js";

/** The ways in which a text can name sessions, best first. */
const WAYS = ["user_id", "bare user id", "start of user_id", "session_id", "thread_id"] as const;
const NO_WAY = WAYS.length;

/** Collects the byte spans of the records that a text names in the best way that was met so far. */
export class FindCollector {
  readonly #scanner: RecordScanner;
  /** One test for each of WAYS. */
  readonly #tests: readonly RecordMatcher[];
  /** Start and end offsets in the file, in turn; neighbours are joined. */
  readonly #spans: number[] = [];
  #way: number = NO_WAY;
  #count = 0;

  constructor(text: string, scanner: RecordScanner, reader: SessionReader) {
    this.#scanner = scanner;
    this.#tests = [
      reader.matcher("user_id", text, "equals"),
      bareUserMatcher(reader, text),
      reader.matcher("user_id", text, "starts"),
      reader.matcher("session_id", text, "starts"),
      reader.matcher("thread_id", text, "starts"),
    ];
  }

  get matchedBy(): FindReading["matchedBy"] {
    return WAYS[this.#way];
  }

  get count(): number {
    return this.#count;
  }

  get spans(): readonly number[] {
    return this.#spans;
  }

  /** The records of the current batch that the text may name, ascending. */
  candidates(firstRecord: number): number[] {
    const candidates = new Set<number>();
    for (const test of this.#tests) {
      for (let record = test.next(firstRecord); record < this.#scanner.recordCount; record = test.next(record + 1)) {
        candidates.add(record);
      }
    }
    return [...candidates].sort((left, right) => left - right);
  }

  /** Looks at one whole record of the current batch. */
  add(record: number, isSelected: RecordPredicate): void {
    const way = this.#wayOf(record);
    if (way === NO_WAY || !isSelected(record)) return;
    if (way < this.#way) {
      this.#way = way;
      this.#count = 0;
      this.#spans.length = 0;
    }
    this.#count += 1;
    const start = this.#scanner.byteOffset + this.#scanner.recordStart(record);
    const end = this.#scanner.byteOffset + this.#scanner.recordEnd(record);
    if (this.#spans.at(-1) === start) this.#spans[this.#spans.length - 1] = end;
    else this.#spans.push(start, end);
  }

  /** The best way that is no worse than what was found already. */
  #wayOf(record: number): number {
    const last = Math.min(this.#way, NO_WAY - 1);
    for (let way = 0; way <= last; way += 1) if (this.#tests[way]?.(record) === true) return way;
    return NO_WAY;
  }
}
