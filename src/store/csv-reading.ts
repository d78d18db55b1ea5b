import { SessionsError } from "../errors.js";
import { compileSelection } from "../session/query.js";
import type { Session } from "../session/session.js";
import { StatsCollector } from "../session/stats.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { readLockRecord, wasWrittenByUs } from "../storage/lock-record.js";
import { FindCollector } from "./csv-find.js";
import { LookupCollector } from "./csv-lookup.js";
import { openCsv, readFromStart, readSpans, type CsvInput, type CsvSource, type OpenedCsv } from "./csv-source.js";
import { CsvRows } from "./csv-rows.js";
import { copyRecords } from "./csv-copy.js";
import { FaultLog } from "./fault-log.js";
import type {
  Faults,
  FindReading,
  Lookups,
  ReadRequest,
  RowLayout,
  RowPage,
  SessionReading,
  StatsRequest,
  StoreDescription,
  StoreStats,
} from "./store.js";
import { pickRecords, visitBatch } from "./visit-records.js";

/** The sessions of a selection in the file's order, decoded batch by batch. */
export class CsvReading implements SessionReading {
  readonly #input: CsvInput;
  readonly #request: ReadRequest;
  readonly rows?: NonNullable<SessionReading["rows"]>;
  #leftOut: Faults = { count: 0, findings: [] };
  #count = 0;

  constructor(input: CsvInput, request: ReadRequest) {
    this.#input = input;
    this.#request = request;
    // Rows take timestamps without an offset for UTC.
    if (input.naiveOffset === undefined) this.rows = (layout, page) => this.#makeRows(layout, page);
  }

  get leftOut(): Faults {
    return this.#leftOut;
  }

  get count(): number {
    return this.#count;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Session[]> {
    const source = this.#input.open();
    const log = new FaultLog();
    try {
      const opened = openCsv(readFromStart(source, this.#input.onRead), this.#input);
      const matches = compileSelection(this.#request.selection, opened.reader, this.#request.retention);
      for (const batch of decodeBatches(opened, matches, log)) {
        this.#count += batch.length;
        yield batch;
      }
      requireUnchanged(source, this.#input);
    } finally {
      this.#leftOut = log.faults(() => readFromStart(source));
      source.close();
    }
  }

  async *records(): AsyncGenerator<Uint8Array> {
    const source = this.#input.open();
    const log = new FaultLog();
    try {
      const opened = openCsv(readFromStart(source, this.#input.onRead), this.#input);
      yield* copyRecords(opened, this.#request, log, (count) => (this.#count += count));
      requireUnchanged(source, this.#input);
    } finally {
      this.#leftOut = log.faults(() => readFromStart(source));
      source.close();
    }
  }

  async *#makeRows(layout: RowLayout, page: RowPage): AsyncGenerator<Uint8Array> {
    const source = this.#input.open();
    const log = new FaultLog();
    try {
      const rows = new CsvRows({
        ...this.#request,
        ...{ source, input: this.#input, layout, log },
        onRows: (count) => (this.#count += count),
      });
      yield* rows.pieces(page);
      requireUnchanged(source, this.#input);
    } finally {
      this.#leftOut = log.faults(() => readFromStart(source));
      source.close();
    }
  }
}

/** The sessions whose records were found before, from the version of the file that was searched. */
class FoundReading implements SessionReading {
  readonly leftOut: Faults;
  readonly #input: CsvInput;
  readonly #spans: readonly number[];
  #source: CsvSource | undefined;

  /** @param spans of the header and the records: start and end offsets in turn */
  constructor(input: CsvInput, source: CsvSource, spans: readonly number[], leftOut: Faults) {
    this.#input = input;
    this.#source = source;
    this.#spans = spans;
    this.leftOut = leftOut;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Session[]> {
    if (this.#source === undefined) return;
    try {
      yield* decodeBatches(openCsv(readSpans(this.#source, this.#spans), this.#input), () => true, new FaultLog());
      requireUnchanged(this.#source, this.#input);
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#source?.close();
    this.#source = undefined;
  }
}

/** Few enough that they are garbage before the collector has moved them to where only a full collection looks. */
const SESSIONS_AT_ONCE = 128;

function* decodeBatches(
  opened: OpenedCsv,
  matches: (record: number) => boolean,
  log: FaultLog,
): Generator<readonly Session[]> {
  const { reader } = opened;
  let firstRecord = 1;
  do {
    const records = pickRecords(opened, firstRecord, matches, log);
    firstRecord = 0;
    for (let at = 0; at < records.length; at += SESSIONS_AT_ONCE) {
      yield records.slice(at, at + SESSIONS_AT_ONCE).map((record) => reader.session(record));
    }
  } while (opened.nextBatch());
}

interface Visitor {
  readonly visit: (record: number) => void;
  readonly candidates?: (firstRecord: number) => Iterable<number>;
}

/** Reads a source once from start to end, shows every whole record, and gives back what was left out. */
function visit(input: CsvInput, source: CsvSource, begin: (opened: OpenedCsv) => Visitor): Faults {
  const opened = openCsv(readFromStart(source, input.onRead), input);
  const { scanner, reader } = opened;
  const log = new FaultLog();
  const visitor = begin(opened);
  let firstRecord = 1;
  do {
    visitBatch(scanner, reader, firstRecord, log, visitor.visit, visitor.candidates);
    firstRecord = 0;
  } while (opened.nextBatch());
  const leftOut = log.faults(() => readFromStart(source));
  requireUnchanged(source, input);
  return leftOut;
}

export function describeCsv(input: CsvInput): StoreDescription {
  const source = input.open();
  try {
    const { reader } = openCsv(readFromStart(source, input.onRead), input);
    const { byteLength, mtime, realPath, stamp } = source;
    return {
      columns: reader.columns,
      byteLength,
      modifiedAt: mtime === undefined ? undefined : (mtime.getTime() / 1000) * MICROSECONDS_PER_SECOND,
      lastWrittenByUs:
        realPath === undefined || stamp === undefined ? undefined : wasWrittenByUs(readLockRecord(realPath), { stamp }),
    };
  } finally {
    source.close();
  }
}

export function findInCsv(input: CsvInput, text: string, request: ReadRequest): FindReading {
  const source = input.open();
  try {
    let headerEnd = 0;
    let collector: FindCollector | undefined;
    const leftOut = visit(input, source, ({ scanner, reader }) => {
      headerEnd = scanner.byteOffset + scanner.recordEnd(0);
      const isSelected = compileSelection(request.selection, reader, request.retention);
      const found = (collector = new FindCollector(text, scanner, reader));
      return {
        visit: (record) => found.add(record, isSelected),
        candidates: (firstRecord) => found.candidates(firstRecord),
      };
    });
    const { matchedBy, count = 0, spans = [] } = collector ?? {};
    const sessions = new FoundReading(input, source, [0, headerEnd, ...spans], leftOut);
    if (count === 0) sessions.close();
    return { matchedBy, count, sessions, close: () => sessions.close() };
  } catch (error) {
    source.close();
    throw error;
  }
}

export function lookUpInCsv(input: CsvInput, texts: readonly string[]): Lookups {
  const source = input.open();
  try {
    let collectors: readonly LookupCollector[] = [];
    const leftOut = visit(input, source, ({ reader }) => {
      collectors = texts.map((text) => new LookupCollector(text, reader));
      return {
        visit: (record) => {
          for (const collector of collectors) collector.add(record);
        },
      };
    });
    return { lookups: collectors.map((collector) => collector.lookup()), leftOut };
  } finally {
    source.close();
  }
}

export function statsOfCsv(input: CsvInput, request: StatsRequest): StoreStats {
  const source = input.open();
  try {
    let collector: StatsCollector | undefined;
    const leftOut = visit(input, source, ({ reader }) => {
      const { selection, retention, grouping } = request;
      const counts = (collector = new StatsCollector(reader, retention, grouping));
      if (selection.length === 0) return { visit: (record) => counts.add(record) };
      const matches = compileSelection(selection, reader, retention);
      return {
        visit: (record) => {
          if (matches(record)) counts.add(record);
        },
      };
    });
    if (collector === undefined) throw new Error("the scan ended before it began");
    return { ...collector.stats(), leftOut, byteLength: source.byteLength };
  } finally {
    source.close();
  }
}

/** @throws SessionsError STORE_CHANGED where the source was written into while it was read */
export function requireUnchanged(source: CsvSource, { location }: Pick<CsvInput, "location">): void {
  if (source.looksUnchanged()) return;
  throw new SessionsError("STORE_CHANGED", {
    path: location,
    reason: "another program rewrote it in place while it was read, so the answer may mix two versions",
    hint: "run the command again",
  });
}
