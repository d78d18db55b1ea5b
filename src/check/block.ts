import { strip, type Dialect } from "./dialect.js";
import type { Line, LineReader } from "./lines.js";

/** The break that stands in the text; what is no break is made one. */
const BREAKS: Readonly<Record<Line["ending"], string>> = {
  "\n": "\n",
  "\r\n": "\r\n",
  "\r\r\n": "\r\n",
  "\r": "\r",
  nul: "\n",
  end: "\n",
};

/** Some lines as one text, and the way back from a place in it to the file. Text is bytes as Latin-1. */
export class Block {
  readonly lines: readonly Line[];
  readonly text: string;
  /** Offset in the text of each line's first character. */
  readonly #starts: number[] = [];
  /** Offset in the text of each line's end. */
  readonly #ends: number[] = [];
  /** How many bytes of each line stand before what is in the text. */
  readonly #cut: number[] = [];

  /**
   * @param between what stands between lines: their break, nothing, or nothing and no indentation either
   */
  constructor(lines: readonly Line[], dialect: Dialect, isMidLine: boolean, between: "break" | "nothing" | "trimmed") {
    this.lines = lines;
    let text = "";
    lines.forEach((line, index) => {
      const isWhole = !isMidLine || index > 0;
      const bare = isWhole
        ? strip(line.text, dialect.prefix, dialect.suffix)
        : strip(line.text, undefined, dialect.suffix);
      const prefixed = isWhole ? strip(line.text, dialect.prefix, undefined) : line.text;
      this.#starts.push(text.length);
      const kept = between === "trimmed" && index > 0 ? bare.trimStart() : bare;
      this.#cut.push(line.text.length - prefixed.length + bare.length - kept.length);
      text += kept;
      this.#ends.push(text.length);
      if (between === "break" && index < lines.length - 1) text += BREAKS[line.ending];
    });
    this.text = text;
  }

  /** The line that a place of the text is in, from 0; the end of a line belongs to it. */
  lineIndex(offset: number): number {
    let index = this.#starts.length - 1;
    while (index > 0 && (this.#starts[index] ?? 0) > offset) index -= 1;
    return index;
  }

  /** Offset in the file. */
  fileOffset(offset: number): number {
    const index = this.lineIndex(offset);
    const line = this.lines[index];
    return (line?.start ?? 0) + (this.#cut[index] ?? 0) + offset - (this.#starts[index] ?? 0);
  }

  /** The place is the end of a line. */
  isLineEnd(offset: number): boolean {
    return offset === this.#ends[this.lineIndex(offset)];
  }
}

/** The most lines, and bytes, that one record is looked for in. */
const BLOCK_LINES = 400;
const BLOCK_BYTES = 4 * 1024 * 1024;

/** The lines from `first` on that may belong to one record: up to a border, or a line for which `isBorder` holds. */
export function* linesOfBlock(
  lines: LineReader,
  first: Line,
  isBorder: (line: Line) => boolean,
  most = BLOCK_LINES,
): Generator<Line> {
  yield first;
  let bytes = first.text.length;
  let last = first;
  for (let count = 1; count < most && bytes < BLOCK_BYTES; count += 1) {
    if (last.ending === "nul" || last.ending === "end") break;
    const next = lines.at(last.next);
    if (next === undefined || next.isNulRun || isBorder(next)) break;
    yield next;
    bytes += next.text.length;
    last = next;
  }
}
