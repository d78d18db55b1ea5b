import { COLUMN_NAMES } from "../session/columns.js";
import { Block, linesOfBlock } from "./block.js";
import { structureOf } from "./structure.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect } from "./dialect.js";
import { fieldPlace } from "./field-place.js";
import { readHeader, type HeaderReading } from "./header.js";
import type { Line, LineReader } from "./lines.js";
import { isHopeless } from "./hopeless.js";
import { joinedRecord, JOINED_LINES, STARTS_WITH_JSON } from "./joined-lines.js";
import type { HeaderPart, LostPart, Part, RecordPart, Span } from "./parts.js";
import { recordPart } from "./record-part.js";
import { recordForms } from "./record-forms.js";
import {
  mayBecomeRecord,
  readRecord,
  readRecordWithTail,
  type RecordLayout,
  type RecordReading,
} from "./record-reading.js";
import { cellsOf, endsInQuotes } from "./cells.js";
import { salvage, type Salvage } from "./salvage.js";
import { hasTextBeforeUuid, UUID, UUID_START, UUIDS } from "./uuid.js";
import { kindOf, type ValueRules } from "./values.js";

const LOOK_BACK_BYTES = 64 * 1024;
const LONGEST_JOINED_HEADER = 512;
/** In a longer line no sense is made of quotes that have no partner. */
const LONG_LINE = 1024 * 1024;
const MOST_ANSWERS = 4096;

/** Reads a file whose records cannot be trusted to end where quotes say, one record after the other. */
export class Recovery {
  readonly #lines: LineReader;
  readonly #rules: ValueRules;
  readonly #dialect: Dialect;
  layout: RecordLayout;
  #others: { readonly layout: RecordLayout; readonly answers: Map<number, boolean> };

  constructor(lines: LineReader, dialect: Dialect, layout: RecordLayout, rules: ValueRules) {
    this.#lines = lines;
    this.#dialect = dialect;
    this.#rules = rules;
    this.layout = layout;
    this.#others = { layout, answers: new Map() };
  }

  /**
   * @param start where a line, or behind a record the rest of one, starts
   * @param isCutAtStart what stood before is lost
   * @returns undefined at the end of the file
   */
  at(start: number, isMidLine: boolean, isCutAtStart: boolean): Part | undefined {
    const line = this.#lines.at(start);
    if (line === undefined) return undefined;
    const span = { start, end: line.next };
    if (line.isNulRun) return { kind: "dropped", ...span, code: "nul-bytes" };
    const structure = isMidLine ? undefined : structureOf(line.text, this.#dialect);
    if (structure !== undefined) {
      if (structure.isLost !== true) return { kind: "dropped", ...span, code: structure.code };
      const reason = "the diff removed this line: it is an older version";
      return { kind: "lost", ...span, salvage: { code: structure.code, reason, fields: {} }, blamed: undefined };
    }
    const single = new Block([line], this.#dialect, isMidLine, "break");
    const header = isMidLine ? undefined : this.#header(single, span);
    if (header !== undefined) return header;
    const isSuspicious = this.#dialect.idsAreUuids && isCutAtStart && !UUID_START.test(single.text);
    // What stands right before a whole UUID is not a part of the id.
    const isJoinedToText = this.#dialect.idsAreUuids && hasTextBeforeUuid(firstField(single.text));
    const marked = isJoinedToText ? this.#marked(single) : undefined;
    if (marked !== undefined) return marked;
    const found =
      isSuspicious || isJoinedToText || isHopeless(single.text, this.layout.delimiter)
        ? undefined
        : this.#record(line, single, isMidLine);
    if (found !== undefined && !this.#mayBeCut(found)) return found;
    return this.#piece(line, single, isMidLine, isCutAtStart);
  }

  /** A record behind a mark that a person or a program put before it. */
  #marked(single: Block): RecordPart | undefined {
    const part = this.#readBlock(single);
    return part?.notes.some(
      ({ code }) => code === "line-prefix" || code === "stray-quote" || code === "smart-quotes",
    ) === true
      ? part
      : undefined;
  }

  /**
   * The record between two offsets, which the scanner calls well-formed, however many lines it has; undefined where its
   * values are not what they should be.
   */
  wellFormed(start: number, end: number): RecordPart | undefined {
    const text = this.#lines.text(start, end);
    const line = { start, end, next: end, text: text.replace(/\r?\n$/, ""), ending: "\n", isNulRun: false } as const;
    const part = this.#readBlock(new Block([line], this.#dialect, true, "break"));
    return part?.reading.end === line.text.length && part.reading.fields.every(({ raw }) => raw !== undefined)
      ? part
      : undefined;
  }

  /** A header, and be it one that a record is joined to. */
  #header(single: Block, span: Span): HeaderPart | undefined {
    const reading = readHeader(single.text);
    if (reading !== undefined && this.#isCertain(reading)) return { kind: "header", ...span, reading };
    const id = single.text.slice(0, LONGEST_JOINED_HEADER).search(UUID);
    if (id < 8) return undefined;
    const joined = readHeader(single.text.slice(0, id).replace(/[,;\t| ]$/, ""));
    if (joined?.missing.length !== 0 || !this.#isCertain(joined)) return undefined;
    return { kind: "header", start: span.start, end: single.fileOffset(id), reading: joined };
  }

  /** All of its names are known, so that nothing else is left out with it; or it is the file's own header. */
  #isCertain({ names, missing }: HeaderReading): boolean {
    const { header } = this.#dialect;
    if (names.join("\n") === header?.names.join("\n")) return true;
    const known: readonly string[] = [...COLUMN_NAMES, ...(header?.names ?? [])];
    return missing.length === 0 && names.every((name) => name === "" || known.includes(name));
  }

  #record(line: Line, single: Block, isMidLine: boolean): RecordPart | undefined {
    const alone = this.#readBlock(single);
    if (
      alone?.isAsItShouldBe !== true &&
      line.text.length < LONG_LINE &&
      endsInQuotes(single.text, this.layout.delimiter)
    ) {
      // A quoted value may go on in the next lines, whatever they look like, where all of it is as it should be.
      const strict = this.#readBlock(
        new Block([...linesOfBlock(this.#lines, line, () => false)], this.#dialect, isMidLine, "break"),
      );
      if (strict?.isAsItShouldBe === true) return strict;
    }
    if (alone !== undefined && !this.#mayGoOn(single, line, alone)) return alone;
    const mayGoOn = alone !== undefined || mayBecomeRecord(single.text, 0, this.layout, this.#rules);
    const more = mayGoOn ? this.#withMoreLines(line, isMidLine, alone) : undefined;
    return more ?? alone ?? this.#withTail(single);
  }

  /** The record that a line is with the ones behind it. */
  #withMoreLines(line: Line, isMidLine: boolean, alone: RecordPart | undefined): RecordPart | undefined {
    const mayHoldBreaks = /["{\u00e2]/.test(line.text.slice(0, LONG_LINE));
    const isBorder = (next: Line): boolean => this.#startsOther(next);
    if (!mayHoldBreaks) return this.#joined(linesOfBlock(this.#lines, line, isBorder, JOINED_LINES + 1), isMidLine);
    const lines = [...linesOfBlock(this.#lines, line, isBorder)];
    if (lines.length === 1) return undefined;
    const raw = this.#readBlock(new Block(lines, this.#dialect, isMidLine, "break"));
    return raw !== undefined && raw.end > (alone?.end ?? 0) ? raw : this.#joined(lines, isMidLine);
  }

  /** The record without what stands behind it in its line. */
  #withTail(single: Block): RecordPart | undefined {
    if (cellsOf(single.text, this.layout.delimiter)?.length === this.layout.names.length) return undefined;
    const reading = readRecordWithTail(single.text, 0, this.layout, this.#rules);
    const [line] = single.lines;
    if (reading?.tail === undefined || line === undefined) return undefined;
    const part = this.#part(single, { ...reading, end: single.text.length }, this.layout, undefined);
    return part && { ...part, end: single.fileOffset(reading.tail) };
  }

  /** The record could be whole as it stands, or lack a last value that stands in the next line. */
  #mayGoOn(single: Block, line: Line, { reading, end }: RecordPart): boolean {
    if (end !== line.next || !single.text.endsWith(this.layout.delimiter) || reading.fields.at(-1)?.value !== "")
      return false;
    let next = this.#lines.at(line.next);
    if (next?.text.trim() === "" && !next.isNulRun) next = this.#lines.at(next.next);
    return next !== undefined && STARTS_WITH_JSON.test(next.text);
  }

  /**
   * The text breaks off right behind the record, and its last value could be longer: nothing stands there, although
   * something does in all the records before, or it is one whose end cannot be seen.
   */
  #mayBeCut({ start, end, reading, layout }: RecordPart): boolean {
    const last = this.#lines.at(end);
    const isAtEnd = last === undefined ? !/[\r\n]/.test(this.#lines.text(end - 1, end)) : last.isNulRun;
    const value = reading.fields.at(-1)?.value ?? "";
    if (!isAtEnd) return false;
    if (value !== "") {
      // Braces show where JSON ends, and a UUID and a time with all its digits are long enough.
      const kind = kindOf(layout.names.at(-1) ?? "");
      return kind === "time" ? !/\.\d{6}$/.test(value) : kind === "id" && !UUID_START.test(value);
    }
    const before = this.#lines
      .text(Math.max(0, start - LOOK_BACK_BYTES), start)
      .split("\n")
      .slice(1, -1);
    return before.length === 0 || !before.some((line) => line.trimEnd().endsWith(layout.delimiter));
  }

  /** Something else than the record of the lines before starts here. Asked again for each of the lines before. */
  #startsOther(line: Line): boolean {
    if (this.#others.layout !== this.layout || this.#others.answers.size >= MOST_ANSWERS) {
      this.#others = { layout: this.layout, answers: new Map() };
    }
    const known = this.#others.answers.get(line.start);
    if (known !== undefined) return known;
    const answer = this.#findStartsOther(line);
    this.#others.answers.set(line.start, answer);
    return answer;
  }

  #findStartsOther(line: Line): boolean {
    const structure = structureOf(line.text, this.#dialect);
    if (structure !== undefined) return structure.code !== "blank-line";
    const { text } = new Block([line], this.#dialect, false, "break");
    if (this.#dialect.idsAreUuids) {
      const [, second = "", , , fifth] = text.split(this.layout.delimiter, 5);
      return UUID_START.test(text) && fifth !== undefined && !/^"?\d{4}-\d\d-\d\d/.test(second);
    }
    return readRecord(text, 0, this.layout, this.#rules) !== undefined;
  }

  #readBlock(block: Block): RecordPart | undefined {
    for (const [text, layout, code] of recordForms(block.text, this.layout, this.#dialect)) {
      const reading = readRecord(text, 0, layout, this.#rules);
      if (reading === undefined) continue;
      // Only of the text as it stands it is known what place an offset in it has in the file.
      if (text === block.text) return this.#part(block, reading, layout, code);
      if (reading.end === text.length) return this.#part(block, { ...reading, end: block.text.length }, layout, code);
    }
    return undefined;
  }

  #joined(lines: Iterable<Line>, isMidLine: boolean): RecordPart | undefined {
    return joinedRecord(lines, isMidLine, this.#dialect, this.layout, this.#rules);
  }

  #part(
    block: Block,
    reading: RecordReading,
    layout: RecordLayout,
    code: DiagnosticCode | undefined,
  ): RecordPart | undefined {
    return recordPart(block, reading, layout, code, this.#dialect);
  }

  /** What is no record by itself: a record may begin in the midst of it. */
  #piece(line: Line, single: Block, isMidLine: boolean, isCutAtStart: boolean): LostPart {
    const embedded = this.#embedded(single.text);
    const text = embedded === undefined ? single.text : single.text.slice(0, embedded);
    const end = embedded === undefined ? line.next : single.fileOffset(embedded);
    const isCutAtEnd = embedded !== undefined || line.ending === "end" || line.ending === "nul";
    const around = { isCutAtStart: isCutAtStart || (isMidLine && !UUID_START.test(text)), isCutAtEnd };
    const found: Salvage = isHopeless(text, this.layout.delimiter)
      ? { code: "text-line", reason: "the line has not the form of a record", fields: {} }
      : salvage(text, this.layout, this.#rules, this.#dialect, around);
    const place = found.field === undefined ? undefined : fieldPlace(text, found.field, this.layout);
    const blamed = place && { start: single.fileOffset(place.start), end: single.fileOffset(place.end) };
    return { kind: "lost", start: line.start, end, salvage: found, blamed };
  }

  /** Where in a text that starts otherwise a whole record starts that goes to its end. */
  #embedded(text: string): number | undefined {
    if (!this.#dialect.idsAreUuids) return undefined;
    let looks = 0;
    for (const { index } of text.matchAll(UUIDS)) {
      if (index === 0 || !text.startsWith(this.layout.delimiter, index + 36)) continue;
      looks += 1;
      if (looks > 16) return undefined;
      if (readRecord(text, index, this.layout, this.#rules) !== undefined) return index;
    }
    return undefined;
  }
}

function firstField(text: string): string {
  return /^[^,;\t|\n]{0,512}/.exec(text)?.[0] ?? "";
}
