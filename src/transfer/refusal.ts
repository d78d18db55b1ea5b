import type { ImportInput } from "./import-input.js";

/** A row of the input that is not taken. */
export interface Refusal {
  /** Physical line on which it starts, from 1. */
  readonly line: number;
  /** One sentence without a full stop. */
  readonly reason: string;
  /** The row as it stands in the input. */
  readonly raw: string;
}

export type Refuse = (refusal: Refusal) => void;

/** Tells the lines of places that are asked for in ascending order. */
export class LineCounter {
  readonly #input: Pick<ImportInput, "readAt">;
  readonly #buffer = Buffer.allocUnsafe(64 * 1024);
  readonly #break: number;
  #byteOffset = 0;
  #line = 1;

  constructor(input: Pick<ImportInput, "readAt">, lineBreak: "\n" | "\r" = "\n") {
    this.#input = input;
    this.#break = lineBreak.charCodeAt(0);
  }

  /** The physical line, from 1, on which a byte stands. */
  lineAt(byteOffset: number): number {
    while (this.#byteOffset < byteOffset) {
      const wanted = Math.min(byteOffset - this.#byteOffset, this.#buffer.length);
      const count = this.#input.readAt(this.#buffer.subarray(0, wanted), this.#byteOffset);
      if (count === 0) break;
      const read = this.#buffer.subarray(0, count);
      for (let at = read.indexOf(this.#break); at !== -1; at = read.indexOf(this.#break, at + 1)) this.#line += 1;
      this.#byteOffset += count;
    }
    return this.#line;
  }
}
