import { SessionsError } from "../errors.js";
import { COLUMN_NAMES } from "../session/columns.js";
import { openContent, type ContentStep } from "./content.js";
import { MOST, sniffDialect, type Dialect } from "./dialect.js";
import { Duplicates } from "./duplicates.js";
import { FastScan, type FastStretch } from "./fast-scan.js";
import { insertHeader, readFileStart } from "./file-start.js";
import { findHeaderLine } from "./find-header.js";
import { IdRegistry } from "./id-registry.js";
import { Ledger, NOT_RECORDED, type Recorder } from "./ledger.js";
import { LineReader } from "./lines.js";
import type { OlderCopy } from "./older-copy.js";
import { Overlap } from "./overlap.js";
import { RecordKeeper } from "./record-keeper.js";
import type { RecordLayout } from "./record-reading.js";
import { Recovery } from "./recovery.js";
import { hasOtherAlphabet } from "./other-alphabet.js";
import { ROUNDED_TIME } from "./rounded-times.js";
import type { HeaderPart, Part, RecordPart } from "./parts.js";
import { bytesSource, readBytes, type ByteSource } from "./byte-source.js";
import type { CheckOptions } from "./run.js";
import { fitsUserToPlatform, settleLayout } from "./settle-layout.js";
import { findDateOrder, type DateOrder } from "./times.js";
import type { ValueRules } from "./values.js";

export interface RunOptions extends Omit<CheckOptions, "backup"> {
  readonly olderCopy?: OlderCopy | undefined;
  /** Set where it is not to be found out. */
  readonly idsAreUuids?: boolean;
}

export interface RunResult {
  readonly ledger: Ledger;
  /** What offsets refer to: the content, decompressed and decoded. */
  readonly source: ByteSource;
}

const BOM = "\u00ef\u00bb\u00bf";
const EMPTY: ByteSource = { byteLength: 0, readAt: () => 0 };
/** For the size of the table of ids. */
const USUAL_RECORD_BYTES = 200;
const MOST_SLOW_RECORDS = 65_536;
const LOOK_AHEAD_BYTES = 64;
const LOOK_BACK_WINDOW_BYTES = 4096;
const LOOK_FOR_TIME_BYTES = 256 * 1024;

/** One check of one file, from its first byte to its last. */
export class CheckRun {
  readonly #options: RunOptions;
  readonly #steps: readonly ContentStep[];
  readonly #content: ByteSource | undefined;
  readonly #source: ByteSource;
  readonly #lines: LineReader;
  readonly #ledger: Ledger;
  readonly #dialect: Dialect;
  readonly #outputNames: readonly string[];
  readonly #recovery: Recovery;
  readonly #lookBack: Recovery;
  readonly #fast: FastScan | undefined;
  readonly #duplicates: Duplicates;
  readonly #overlap: Overlap;
  readonly #keeper: RecordKeeper;
  readonly #textStart: number;
  /** Layouts of the records, by where they begin to hold. */
  readonly #layouts: { readonly from: number; readonly layout: RecordLayout }[];
  #isMidLine = false;
  /** What stood before is lost. */
  #isCutAtStart: boolean;
  #isWindows1252: boolean | undefined;
  #dateOrder: { readonly order: DateOrder } | undefined;

  constructor(source: ByteSource, recorder: Recorder, options: RunOptions) {
    const { source: content, steps } = openContent(source);
    this.#options = options;
    this.#steps = steps;
    this.#content = content;
    this.#source = content ?? source;
    this.#lines = new LineReader(content ?? EMPTY);
    this.#ledger = new Ledger(this.#source, recorder);
    this.#textStart = this.#lines.text(0, 3) === BOM ? 3 : 0;
    const dialect = sniffDialect(this.#lines, this.#textStart, () => findHeaderLine(this.#source, this.#lines));
    this.#dialect = { ...dialect, idsAreUuids: options.idsAreUuids ?? this.#findIdsAreUuids(dialect) };
    if (this.#dialect.hasOnlyCarriageReturns) this.#ledger.report.countCarriageReturns();
    const { header } = this.#dialect;
    this.#isCutAtStart = header === undefined || header.isMisplaced;
    const rules: ValueRules = {
      lossy: options.lossy === true,
      isWindows1252: () => this.#findIsWindows1252(),
      dateOrder: () => this.#findDateOrder(),
    };
    const layout = settleLayout(this.#lines, this.#dialect, this.#textStart, rules);
    this.#outputNames = [...layout.names, ...COLUMN_NAMES.filter((name) => !layout.names.includes(name))];
    this.#layouts = [{ from: 0, layout }];
    this.#recovery = new Recovery(this.#lines, this.#dialect, layout, rules);
    this.#lookBack = new Recovery(new LineReader(this.#source, LOOK_BACK_WINDOW_BYTES), this.#dialect, layout, rules);
    this.#overlap = new Overlap(this.#source.byteLength);
    const ids = new IdRegistry(this.#source.byteLength / USUAL_RECORD_BYTES);
    this.#fast = this.#canBeFast(layout)
      ? new FastScan(this.#source, layout.names, ids.table, this.#dialect, this.#overlap, options.onRead)
      : undefined;
    this.#duplicates = new Duplicates(this.#ledger, ids, this.#overlap, (start) => this.#readAgain(start));
    this.#keeper = new RecordKeeper(
      this.#ledger,
      this.#duplicates,
      this.#overlap,
      this.#dialect,
      this.#outputNames,
      options.olderCopy,
    );
  }

  run(): RunResult {
    for (const { code, message, isCut } of this.#steps) {
      const outcome = this.#content === undefined ? "quarantined" : isCut === true ? "kept" : "healed";
      this.#ledger.report.add({ code, byteOffset: 0, byteLength: 0, message, outcome });
    }
    if (this.#content === undefined) this.#setAllAside();
    else {
      this.#readAll(readFileStart(this.#ledger, this.#lines, this.#dialect, this.#outputNames, this.#textStart));
      this.#findOverlap();
      this.#findRoundedTimes();
    }
    return { ledger: this.#ledger, source: this.#source };
  }

  /**
   * Where only a part of the lines start with a UUID, the records tell that a repair would leave of them: so that a file that
   * was repaired is read in the same way.
   */
  #findIdsAreUuids({ idsAreUuids, mixedUpTo }: Dialect): boolean {
    if (mixedUpTo === undefined) return idsAreUuids;
    const sample = bytesSource(readBytes(this.#source, 0, mixedUpTo));
    const trial = new CheckRun(sample, NOT_RECORDED, { idsAreUuids: false });
    trial.run();
    const staying = [...trial.#keeper.taken].filter(([start]) => !trial.#ledger.isLeftOut(start));
    const uuids = staying.filter(([, hasUuid]) => hasUuid).length;
    return uuids > 0 && uuids >= staying.length * MOST;
  }

  #canBeFast({ names }: RecordLayout): boolean {
    const { delimiter, prefix, suffix, isDiff, hasOddBreaks } = this.#dialect;
    if (this.#options.idsAreUuids !== undefined) return false;
    if (delimiter !== "," || prefix !== undefined || suffix !== undefined || isDiff || hasOddBreaks) return false;
    if (this.#dialect.hasRoundedTimes && this.#options.olderCopy !== undefined) return false;
    return COLUMN_NAMES.every((name) => names.includes(name));
  }

  /** Files that were joined, and the two sides of a conflict, have copies of records for other reasons. */
  #findOverlap(): void {
    const { counts } = this.#ledger.report;
    const isJoined = (["header-repeated", "merge-marker", "diff-output"] as const).some((code) => counts.has(code));
    if (isJoined || this.#fast === undefined) this.#overlap.hasSigns = false;
    this.#overlap.findAll(this.#ledger, this.#source, this.#dialect, (start) => this.#readAgain(start));
  }

  /** Said once: it is the whole file that a spreadsheet saved. */
  #findRoundedTimes(): void {
    if (!this.#dialect.hasRoundedTimes) return;
    const start = this.#lines.text(0, LOOK_FOR_TIME_BYTES).search(ROUNDED_TIME);
    if (start === -1) return;
    const outcome = this.#keeper.exactTimes === 0 ? "kept" : "healed";
    this.#ledger.report.add({ code: "rounded-time", byteOffset: start, byteLength: ":00.000".length, outcome });
  }

  #setAllAside(): void {
    insertHeader(this.#ledger, 0, this.#outputNames, this.#dialect.lineBreak);
    const { code, message } = this.#steps.at(-1) ?? { code: "foreign-format", message: "the file cannot be read" };
    this.#ledger.setAsideReported(0, this.#source.byteLength, { code, reason: message, fields: {} });
  }

  /**
   * Fast where records are without fault, record by record where they are not. Where the scanner finds nothing good after
   * a fault, the slow way goes on for twice as long as the time before, so that all of it takes linear time.
   */
  #readAll(start: number): void {
    let slowRecords = 1;
    for (let at = start; at < this.#source.byteLength;) {
      const hasUsualLayout = this.#layouts.at(-1)?.layout === this.#layouts[0]?.layout;
      if (this.#fast !== undefined && hasUsualLayout && !this.#isMidLine && !this.#isCutAtStart) {
        const stretch = this.#fastFrom(this.#fast, at);
        slowRecords = stretch.records >= slowRecords ? 1 : Math.min(slowRecords * 2, MOST_SLOW_RECORDS);
        at = stretch.end;
        const { suspect } = stretch;
        const whole =
          suspect?.start === at && this.#holdsBreak(suspect) ? this.#recovery.wellFormed(at, suspect.end) : undefined;
        const isOpen = whole?.reading.fields.at(-1)?.value === "" && this.#mayGoOn(whole.end);
        if (whole !== undefined && !isOpen) {
          this.#take(whole);
          at = whole.end;
          slowRecords = 1;
          continue;
        }
      }
      for (let count = 0; count < slowRecords || this.#isMidLine; count += 1) {
        const next = this.#partAt(at);
        if (next === undefined) return;
        at = next;
      }
    }
  }

  #fastFrom(fast: FastScan, at: number): FastStretch {
    let stretch: FastStretch = { end: at, records: 0, lastStart: undefined, suspect: undefined, repeated: [] };
    try {
      stretch = fast.from(at);
    } catch (error) {
      // One record that is too long for the scanner; line by line it may be many.
      if (!(error instanceof SessionsError)) throw error;
    }
    const { records, lastStart, end } = stretch;
    if (records === 0) return stretch;
    // A record whose last value is empty may go on in the next line, which was no record.
    const longer = lastStart !== undefined && this.#mayGoOn(end) ? this.#readAgain(lastStart) : undefined;
    const last = longer !== undefined && longer.end > end ? longer : undefined;
    this.#ledger.keep(at, last?.start ?? end);
    this.#ledger.records += last === undefined ? records : records - 1;
    for (const { start } of stretch.repeated) {
      const record = start === last?.start ? undefined : this.#readAgain(start);
      if (record !== undefined) this.#duplicates.add(record);
    }
    if (last === undefined) return stretch;
    this.#take(last);
    return { ...stretch, end: last.end };
  }

  /** A record of several lines, with a break of its own behind it. */
  #holdsBreak({ start, end }: { readonly start: number; readonly end: number }): boolean {
    return this.#endsLine(end) && this.#lines.text(start, end - 2).includes("\n");
  }

  #mayGoOn(end: number): boolean {
    return /^\s*(?:"?\{|\u00e2\u0080\u009c)/.test(this.#lines.text(end, end + LOOK_AHEAD_BYTES));
  }

  /** @returns where the next part starts; undefined at the end of the file */
  #partAt(at: number): number | undefined {
    const part = this.#recovery.at(at, this.#isMidLine, this.#isCutAtStart);
    if (part === undefined) return undefined;
    this.#take(part);
    this.#options.onRead?.(part.end, this.#source.byteLength);
    return part.end;
  }

  #take(part: Part): void {
    const { start, end } = part;
    if (part.kind === "record") this.#keeper.take(part);
    else if (part.kind === "header") this.#takeHeader(part);
    else if (part.kind === "dropped") this.#ledger.drop(start, end, part.code);
    else if (!this.#keeper.complete(part)) {
      this.#ledger.setAside(start, end, part.salvage, part.blamed);
      if (part.salvage.code === "fragment") this.#overlap.hasSigns = true;
    }
    const isNulRun = part.kind === "dropped" && part.code === "nul-bytes";
    this.#isCutAtStart = isNulRun || (part.kind === "dropped" && this.#isCutAtStart);
    this.#isMidLine = part.kind !== "dropped" && !this.#endsLine(end);
  }

  #endsLine(offset: number): boolean {
    return offset === 0 || /[\r\n\0]/.test(readBytes(this.#source, offset - 1, 1).toString("latin1"));
  }

  #takeHeader({ start, end, reading }: HeaderPart): void {
    const { header, delimiter } = this.#dialect;
    this.#ledger.drop(start, end, header?.line.start === start ? "header-misplaced" : "header-repeated");
    const sameNames = ({ names }: RecordLayout): boolean => names.join("\n") === reading.names.join("\n");
    if (sameNames(this.#recovery.layout) || reading.delimiter !== delimiter) return;
    const known = this.#layouts.find(({ layout }) => sameNames(layout));
    const named = known?.layout ?? { ...this.#recovery.layout, names: reading.names };
    // The record behind it has the order that all had before.
    const next = this.#lines.at(end)?.text ?? "";
    if (fitsUserToPlatform(next, this.#recovery.layout) && !fitsUserToPlatform(next, named)) return;
    this.#recovery.layout = named;
    this.#layouts.push({ from: end, layout: this.#recovery.layout });
  }

  /** Reads a record that was read before; with lines of its own, so that the run's window stays where it is. */
  #readAgain(start: number): RecordPart | undefined {
    this.#lookBack.layout = this.#layouts.findLast(({ from }) => from <= start)?.layout ?? this.#lookBack.layout;
    const part = this.#lookBack.at(start, start !== this.#textStart && !this.#endsLine(start), false);
    return part?.kind === "record" ? part : undefined;
  }

  #findIsWindows1252(): boolean {
    this.#isWindows1252 ??= !hasOtherAlphabet(this.#source);
    return this.#isWindows1252;
  }

  #findDateOrder(): DateOrder {
    this.#dateOrder ??= { order: findDateOrder(this.#source) };
    return this.#dateOrder.order;
  }
}
