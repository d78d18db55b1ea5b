import { readBytes, type ByteSource } from "./byte-source.js";

/** One physical line, or a run of NUL bytes, which is a border like a line's end. */
export interface Line {
  readonly start: number;
  /** One past the text, before the line break. */
  readonly end: number;
  /** One past the line break: where the next line starts. */
  readonly next: number;
  /** The bytes [start, end) as Latin-1, so that offsets in it are offsets in the file. */
  readonly text: string;
  /** How it ends; "nul" before a run of NUL bytes. */
  readonly ending: "\n" | "\r\n" | "\r\r\n" | "\r" | "nul" | "end";
  /** The line is such a run itself. */
  readonly isNulRun: boolean;
}

const WINDOW_BYTES = 256 * 1024;
const LONG_LINE = 64 * 1024;
/** A longer line is taken for several. */
const LONGEST_LINE = 128 * 1024 * 1024;
/** From so many on, NUL bytes are a block that was lost, not characters that were put in. */
const NUL_RUN = "\0\0\0\0";
const BORDER = /[\r\n]|\0{4}/g;

/** Reads lines at any offset, fastest in order. */
export class LineReader {
  readonly #source: ByteSource;
  readonly #windowBytes: number;
  #text = "";
  #start = 0;
  #long: Line | undefined;
  /** Where the input ends; earlier than it said where it was cut meanwhile. */
  #byteLength: number;

  /** @param windowBytes how much is read at once */
  constructor(source: ByteSource, windowBytes = WINDOW_BYTES) {
    this.#windowBytes = windowBytes;
    this.#source = source;
    this.#byteLength = source.byteLength;
  }

  /** The line that starts at an offset; undefined at the end. */
  at(start: number): Line | undefined {
    const long = this.#long;
    if (long !== undefined && start > long.start && start < long.end) return this.#rest(long, start);
    if (start >= this.#byteLength) return undefined;
    this.#need(start, 1);
    if (start >= this.#byteLength) return undefined;
    let wanted = 4096;
    while (true) {
      const isAll = !this.#need(start, wanted);
      const line = this.#line(start, isAll);
      if (line !== undefined) {
        if (line.text.length > LONG_LINE) this.#long = line;
        return line;
      }
      wanted = Math.max(wanted * 2, this.#start + this.#text.length - start + 1);
    }
  }

  /** What is left of a line whose end is known: many records may stand in one line. */
  #rest(line: Line, start: number): Line {
    return { ...line, start, text: line.text.slice(start - line.start) };
  }

  /** The bytes [start, end) as Latin-1. */
  text(start: number, end: number): string {
    this.#need(start, end - start);
    return this.#text.slice(start - this.#start, end - this.#start);
  }

  /** @returns undefined where the window ends too early to tell */
  #line(start: number, isAll: boolean): Line | undefined {
    const text = this.#text;
    const from = start - this.#start;
    if (text.startsWith(NUL_RUN, from)) return this.#nulRun(start);
    BORDER.lastIndex = from;
    const border = BORDER.exec(text)?.index ?? -1;
    if (border === -1) {
      if (text.length - from > LONGEST_LINE) return this.#made(start, from + LONGEST_LINE, 0, "nul");
      return isAll ? this.#made(start, text.length, 0, "end") : undefined;
    }
    if (text[border] === "\0") return this.#made(start, border, 0, "nul");
    if (border + 2 > text.length && !isAll) return undefined;
    if (text[border] === "\n") return this.#made(start, border, this.#wideBreak(from, border + 1), "\n");
    if (border + 3 > text.length && !isAll) return undefined;
    if (text[border + 1] === "\n") return this.#made(start, border, 2, "\r\n");
    if (text.startsWith("\r\n", border + 1)) return this.#made(start, border, 3, "\r\r\n");
    // Of UTF-16 a byte order mark may come first.
    const isWide = text.slice(from, Math.min(from + 4, border)).includes("\0");
    if (isWide && text.startsWith("\0\n", border + 1))
      return this.#made(start, border, 2 + this.#wideBreak(from, border + 3), "\r\n");
    return this.#made(start, border, 1, "\r");
  }

  /** 2 where the line is UTF-16 inside of other text, whose line feed has a NUL byte behind it; else 1. */
  #wideBreak(from: number, at: number): number {
    return this.#text[at] === "\0" && this.#text[from + 1] === "\0" ? 2 : 1;
  }

  /** Its text is left out: a hole may be longer than any text. */
  #nulRun(start: number): Line {
    let end = start;
    for (let isNul = true; isNul;) {
      const bytes = readBytes(this.#source, end, WINDOW_BYTES);
      const other = bytes.findIndex((byte) => byte !== 0);
      isNul = other === -1 && bytes.length > 0;
      end += other === -1 ? bytes.length : other;
    }
    return { start, end, next: end, text: "", ending: "nul", isNulRun: true };
  }

  #made(start: number, border: number, breakLength: number, ending: Line["ending"]): Line {
    const end = this.#start + border;
    const text = this.#text.slice(start - this.#start, border);
    return { start, end, next: end + breakLength, text, ending, isNulRun: false };
  }

  /** Makes sure that `length` bytes from `start` on are in the window; false where the input ends before that. */
  #need(start: number, length: number): boolean {
    const end = Math.min(start + length, this.#byteLength);
    if (start < this.#start || end > this.#start + this.#text.length) {
      const size = Math.max(this.#windowBytes, end - start);
      const length = Math.min(size, Math.max(0, this.#byteLength - start));
      const bytes = readBytes(this.#source, start, length);
      if (bytes.length < length) this.#byteLength = start + bytes.length;
      this.#text = bytes.toString("latin1");
      this.#start = start;
    }
    return this.#start + this.#text.length < this.#byteLength;
  }
}
