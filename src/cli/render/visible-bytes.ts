import { isUtf8 } from "node:buffer";
import { visibleText } from "./visible.js";

/** As one character for each byte: well-formed UTF-8 in group 1, or one byte that is none. */
const PIECES = new RegExp(
  `((?:${[
    "[^\\x80-\\xff]",
    "[\\xc2-\\xdf][\\x80-\\xbf]",
    "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]",
    "\\xed[\\x80-\\x9f][\\x80-\\xbf]",
    "[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}",
    "\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}",
    "[\\xf1-\\xf3][\\x80-\\xbf]{3}",
    "\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2}",
  ].join("|")})+)|[\\x80-\\xff]`,
  "g",
);

/**
 * Bytes that should be UTF-8, as a person may safely see them, in one line, see `visibleText`. A byte that is no part of a
 * well-formed character stands as `\xe9`. For some kilobytes at most.
 */
export function visibleBytes(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return visibleText(buffer.toString("utf8"));
  return buffer
    .toString("latin1")
    .replace(PIECES, (piece, wellFormed: string | undefined) =>
      wellFormed === undefined
        ? `\\x${piece.charCodeAt(0).toString(16)}`
        : visibleText(Buffer.from(wellFormed, "latin1").toString("utf8")),
    );
}
