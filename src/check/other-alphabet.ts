import { isUtf8 } from "node:buffer";
import { readInto, type ByteSource } from "./byte-source.js";

const WINDOW_BYTES = 1024 * 1024;
const LOOK_AT_BYTES = 256 * 1024 * 1024;
const HIGH_BYTES = /[\u0080-\u00ff]{2,}/g;
/** Characters of UTF-8 of which those at the edges may be cut. */
const CUT_UTF8 =
  /^[\u0080-\u00bf]{0,3}(?:[\u00c2-\u00df][\u0080-\u00bf]|[\u00e0-\u00ef][\u0080-\u00bf]{2}|[\u00f0-\u00f4][\u0080-\u00bf]{3})*(?:[\u00c2-\u00f4][\u0080-\u00bf]{0,2})?$/;
/** So many letters beyond ASCII, one behind the other, are hardly a word of a language that Windows-1252 is for. */
const MANY = 4;
const NO_LETTER = /[\u0081\u008d\u008f\u0090\u009d]/;

/**
 * Text of the file is neither UTF-8 nor Windows-1252: bytes that could be letters of Windows-1252 may be of the same
 * encoding as that text.
 */
export function hasOtherAlphabet(source: ByteSource): boolean {
  const window = Buffer.allocUnsafe(WINDOW_BYTES);
  for (let at = 0; at < Math.min(source.byteLength, LOOK_AT_BYTES); at += WINDOW_BYTES) {
    const bytes = readInto(source, window, at);
    if (!isUtf8(bytes) && hasRun(bytes.toString("latin1"))) return true;
  }
  return false;
}

function hasRun(text: string): boolean {
  for (const [run] of text.matchAll(HIGH_BYTES)) {
    if (!CUT_UTF8.test(run) && (run.length >= MANY || NO_LETTER.test(run))) return true;
  }
  return false;
}
