import { refused, type ImportInput } from "./import-input.js";
import { LineCounter } from "./refusal.js";

/** One value, or one line, of a JSON text. */
export interface JsonPiece {
  readonly byteOffset: number;
  /** Valid until the next piece is asked for. */
  readonly bytes: Uint8Array;
}

const WINDOW_BYTES = 512 * 1024;
const LONGEST_PIECE = 256 * 1024 * 1024;
const [QUOTE, BACKSLASH, COMMA, LF] = [0x22, 0x5c, 0x2c, 0x0a];
const [OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x5b, 0x5d, 0x7b, 0x7d];

/** The lines that are not blank, without their breaks. */
export function* jsonLines(input: ImportInput): Generator<JsonPiece> {
  const window = new Window(input);
  for (let from = 0; ;) {
    const lf = window.bytes.indexOf(LF, from);
    if (lf === -1) {
      from = window.bytes.length;
      if (window.more()) continue;
      if (!isBlank(window.bytes)) yield window.take(window.bytes.length);
      return;
    }
    if (!isBlank(window.bytes.subarray(0, lf))) yield window.take(lf);
    window.drop(lf + 1);
    from = 0;
  }
}

/**
 * The elements of an array, or values one behind the other.
 * @throws SessionsError INPUT_REFUSED where the text ends inside a value or the array, or is not separated by commas
 */
export function* jsonValues(input: ImportInput): Generator<JsonPiece> {
  const window = new Window(input);
  const isArray = skipSpace(window) === OPEN_BRACKET;
  if (isArray) window.drop(1);
  for (let count = 0; ; count += 1) {
    let next = skipSpace(window);
    if (isArray && count > 0 && next === COMMA) {
      window.drop(1);
      next = skipSpace(window);
    } else if (isArray && count > 0 && next !== CLOSE_BRACKET) {
      throw broken(input, window.byteOffset, next === undefined ? "the array is not closed" : "a comma is missing");
    }
    if (next === undefined) {
      if (!isArray) return;
      throw broken(input, window.byteOffset, "the array is not closed");
    }
    if (isArray && next === CLOSE_BRACKET) break;
    const length = valueLength(window);
    if (length === 0) throw broken(input, window.byteOffset, "a value is missing");
    yield window.take(length);
    window.drop(length);
  }
  window.drop(1);
  if (skipSpace(window) !== undefined) throw broken(input, window.byteOffset, "text follows the array");
}

/** A part of the input that is looked at, from the first byte that is still needed on. */
class Window {
  readonly #input: ImportInput;
  #buffer = Buffer.allocUnsafe(WINDOW_BYTES);
  #start = 0;
  #end = 0;
  byteOffset = 0;

  constructor(input: ImportInput) {
    this.#input = input;
    this.more();
    if (this.bytes.subarray(0, 3).equals(BOM)) this.drop(BOM.length);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  /** Reads on. @returns false at the end of the input */
  more(): boolean {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      [this.#start, this.#end] = [0, this.#end - this.#start];
    }
    if (this.#end === this.#buffer.length) {
      if (this.#end >= LONGEST_PIECE) throw broken(this.#input, this.byteOffset, "a value is longer than 256 MiB");
      const larger = Buffer.allocUnsafe(this.#buffer.length * 2);
      this.#buffer.copy(larger);
      this.#buffer = larger;
    }
    const count = this.#input.readAt(this.#buffer.subarray(this.#end), this.byteOffset + this.#end);
    this.#end += count;
    return count > 0;
  }

  take(byteLength: number): JsonPiece {
    return { byteOffset: this.byteOffset, bytes: this.bytes.subarray(0, byteLength) };
  }

  drop(byteLength: number): void {
    this.#start += byteLength;
    this.byteOffset += byteLength;
  }

  fail(message: string): never {
    throw broken(this.#input, this.byteOffset, message);
  }
}

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

/** @returns the first byte that is no white space; undefined at the end */
function skipSpace(window: Window): number | undefined {
  while (true) {
    const { bytes } = window;
    const at = bytes.findIndex((byte) => !isSpace(byte));
    if (at !== -1) {
      window.drop(at);
      return window.bytes[0];
    }
    window.drop(bytes.length);
    if (!window.more()) return undefined;
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === LF || byte === 0x0d || byte === 0x09;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.length === 0 || bytes.every(isSpace);
}

/** Length of the value at the start of the window, which holds all of it afterwards; 0 where none starts there. */
function valueLength(window: Window): number {
  let depth = 0;
  let isInString = false;
  let { bytes } = window;
  for (let at = 0; ; at += 1) {
    while (at >= bytes.length) {
      const isOpen = isInString || depth > 0;
      if (!window.more()) return isOpen ? window.fail("the text ends inside the value that starts here") : bytes.length;
      ({ bytes } = window);
    }
    const byte = bytes[at] ?? 0;
    if (isInString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) {
        isInString = false;
        if (depth === 0) return at + 1;
      }
    } else if (byte === QUOTE) isInString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return at;
      depth -= 1;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (byte === COMMA || isSpace(byte))) return at;
  }
}

function broken(input: ImportInput, byteOffset: number, message: string): Error {
  const line = new LineCounter(input).lineAt(byteOffset);
  return refused(input.name, `line ${line}: ${message}`, "see whether it was cut: is it all there?");
}
