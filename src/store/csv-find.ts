import type { RecordScanner } from "../csv/scan.js";
import type { SessionReader } from "../session/codec.js";
import type { FindReading } from "./store.js";

/** The ways in which a text can name sessions, best first. */
const WAYS = ["user_id", "bare user id", "start of user_id", "session_id", "thread_id"] as const;
const NO_WAY = WAYS.length;

/** Collects the byte spans of the records that a text names in the best way that was met so far. */
export class FindCollector {
  readonly #text: Buffer;
  readonly #bare: Buffer;
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  /** Start and end offsets in the file, in turn; neighbours are joined. */
  readonly #spans: number[] = [];
  #way: number = NO_WAY;
  #count = 0;

  constructor(text: string, scanner: RecordScanner, reader: SessionReader) {
    this.#text = Buffer.from(text);
    this.#bare = Buffer.from(`_${text}`);
    this.#scanner = scanner;
    this.#reader = reader;
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

  /** Looks at one whole record of the current batch. */
  add(record: number, isSelected: (record: number) => boolean): void {
    const way = this.#wayOf(record);
    if (way > this.#way || way === NO_WAY || !isSelected(record)) return;
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

  #wayOf(record: number): number {
    const reader = this.#reader;
    if (reader.startsWith(record, "user_id", this.#text)) {
      return reader.equals(record, "user_id", this.#text) ? 0 : 2;
    }
    if (reader.endsWith(record, "user_id", this.#bare)) {
      const whole = `${reader.text(record, "platform")}${this.#bare.toString()}`;
      if (reader.text(record, "user_id") === whole) return 1;
    }
    if (reader.startsWith(record, "session_id", this.#text)) return 3;
    return reader.startsWith(record, "thread_id", this.#text) ? 4 : NO_WAY;
  }
}
