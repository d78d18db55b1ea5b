// Law 2: an edit changes its own span only.

/** One change of a text, as data: the bytes at [byteOffset, byteOffset + byteLength) become `bytes`. */
export interface Edit {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly bytes: Uint8Array;
}

/**
 * The text after the edits, as pieces: views of `source` for what stays, the edits' own bytes between them. Neighbouring
 * bytes that stay are one piece, so that they are copied at once.
 *
 * @param source the text, or a window of it
 * @param edits in ascending order, not overlapping, inside `source`
 */
export function* applyEdits(source: Uint8Array, edits: Iterable<Edit>): Generator<Uint8Array> {
  let at = 0;
  for (const { byteOffset, byteLength, bytes } of edits) {
    if (byteOffset < at || byteLength < 0 || byteOffset + byteLength > source.length) {
      throw new RangeError(`edit at ${byteOffset} overlaps another or lies outside the ${source.length} bytes`);
    }
    if (byteOffset > at) yield source.subarray(at, byteOffset);
    if (bytes.length > 0) yield bytes;
    at = byteOffset + byteLength;
  }
  if (at < source.length) yield source.subarray(at);
}

const NOTHING = new Uint8Array(0);

/** The edit that takes a span out. */
export function removal(byteOffset: number, byteLength: number): Edit {
  return { byteOffset, byteLength, bytes: NOTHING };
}
