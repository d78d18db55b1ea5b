import type { ByteSource } from "./byte-source.js";

const WINDOW_BYTES = 64 * 1024;

/** Finds the physical line and the column of byte offsets; cheap where they are asked for in ascending order. */
export class Positions {
  readonly #source: ByteSource;
  readonly #window = Buffer.allocUnsafe(WINDOW_BYTES);
  #windowStart = 0;
  #windowLength = 0;
  /** Everything before this offset has been counted. */
  #offset = 0;
  #line = 1;
  #lineStart = 0;
  /** Starts of lines, ascending, to go back to. */
  readonly #known: { readonly lineStart: number; readonly line: number }[] = [];
  /** What ends a line: LF, or CR in a file that has no LF. */
  lineBreak = 0x0a;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Both from 1; the column in bytes. */
  at(byteOffset: number): { line: number; column: number } {
    this.#jump(byteOffset);
    while (this.#offset < byteOffset) {
      if (!this.#fill()) break;
      const until = Math.min(byteOffset, this.#windowStart + this.#windowLength);
      const feed = this.#window.indexOf(this.lineBreak, this.#offset - this.#windowStart);
      if (feed === -1 || this.#windowStart + feed >= until) this.#offset = until;
      else {
        this.#offset = this.#lineStart = this.#windowStart + feed + 1;
        this.#line += 1;
        if (this.#lineStart >= (this.#known.at(-1)?.lineStart ?? 0) + WINDOW_BYTES) {
          this.#known.push({ lineStart: this.#lineStart, line: this.#line });
        }
      }
    }
    return { line: this.#line, column: byteOffset - this.#lineStart + 1 };
  }

  /** Goes to the last known line before an offset, where that is not before what has been counted already. */
  #jump(byteOffset: number): void {
    let low = 0;
    let high = this.#known.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#known[middle]?.lineStart ?? 0) <= byteOffset) low = middle + 1;
      else high = middle;
    }
    const known = this.#known[low - 1] ?? { lineStart: 0, line: 1 };
    if (byteOffset >= this.#lineStart && known.lineStart <= this.#offset) return;
    this.#offset = this.#lineStart = known.lineStart;
    this.#line = known.line;
  }

  /** Makes sure that the byte to look at next is in the window, behind which nothing of an earlier one is left. */
  #fill(): boolean {
    if (this.#offset >= this.#windowStart && this.#offset < this.#windowStart + this.#windowLength) return true;
    this.#windowStart = this.#offset;
    this.#windowLength = this.#source.readAt(this.#window, this.#offset);
    this.#window.fill(0, this.#windowLength);
    return this.#windowLength > 0;
  }
}
