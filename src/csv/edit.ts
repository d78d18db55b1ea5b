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

/**
 * Makes the edits in the text itself. What lies between them is moved once, those parts that go to the right from the last one
 * on, the others from the first: then none is written over before it has moved.
 *
 * @param target the text, with room behind it for what the edits add
 * @param byteLength of the text
 * @param edits in ascending order, not overlapping, inside the text
 */
export function applyEditsInPlace(target: Uint8Array, byteLength: number, edits: readonly Edit[]): void {
  const parts: { readonly start: number; readonly end: number; readonly to: number }[] = [];
  let shift = 0;
  for (const [index, { byteOffset, byteLength: removed, bytes }] of edits.entries()) {
    shift += bytes.length - removed;
    const start = byteOffset + removed;
    const end = edits[index + 1]?.byteOffset ?? byteLength;
    if (removed < 0 || end < start)
      throw new RangeError(`edit at ${byteOffset} overlaps another or ends behind ${byteLength}`);
    parts.push({ start, end, to: start + shift });
  }
  if (byteLength + shift > target.length) throw new RangeError(`no room for ${byteLength + shift} bytes`);
  for (const { start, end, to } of parts.toReversed()) if (to > start) target.copyWithin(to, start, end);
  for (const { start, end, to } of parts) if (to < start) target.copyWithin(to, start, end);
  for (const [index, { bytes }] of edits.entries()) target.set(bytes, (parts[index]?.to ?? 0) - bytes.length);
}

const NOTHING = new Uint8Array(0);

/** The edit that takes a span out. */
export function removal(byteOffset: number, byteLength: number): Edit {
  return { byteOffset, byteLength, bytes: NOTHING };
}
