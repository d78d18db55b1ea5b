import { readBytes, type ByteSource } from "./byte-source.js";
import type { HealedSegment, QuarantinedSegment, Segment } from "./segment.js";

/** A part of a segment of the later repair. */
interface Piece {
  readonly segment: Segment;
  /** In the earlier repair's output, from the start of the earlier segment. */
  readonly start: number;
  readonly end: number;
  /** The segment starts with it. */
  readonly isFirst: boolean;
}

const NO_BYTES = new Uint8Array(0);

/**
 * What two repairs, the later of what the earlier wrote, do together, as segments of what the earlier read. What the later
 * one sets aside of bytes that the earlier one healed is found in the bytes as they stood; where it cannot be, all of them
 * are set aside.
 *
 * @param lineAt the physical line of an offset in the content
 */
export function* composeRepairs(
  content: ByteSource,
  earlier: Iterable<Segment>,
  later: Iterable<Segment>,
  lineAt: (byteOffset: number) => number,
): Generator<Segment> {
  const pieces = new Pieces(later);
  const composed = new Composer(content, lineAt);
  for (const segment of earlier) {
    if (segment.kind === "kept") yield* composed.ofKept(segment.byteOffset, pieces.next(segment.byteLength));
    else if (segment.kind === "healed") yield* composed.ofHealed(segment, pieces.next(segment.bytes.length));
    else yield segment;
  }
  // What the later one adds at the end.
  for (const { segment } of pieces.next(0)) {
    if (segment.kind === "healed") yield { ...segment, byteOffset: content.byteLength, byteLength: 0 };
  }
}

/** Hands out the later repair's segments in pieces as long as is asked for. */
class Pieces {
  readonly #segments: Iterator<Segment>;
  #current: Segment | undefined;
  /** How much of the current segment is handed out. */
  #used = 0;

  constructor(segments: Iterable<Segment>) {
    this.#segments = segments[Symbol.iterator]();
    this.#advance();
  }

  next(length: number): Piece[] {
    const pieces: Piece[] = [];
    let at = 0;
    while (this.#current !== undefined && (at < length || this.#current.byteLength === 0)) {
      const segment = this.#current;
      const end = Math.min(length, at + segment.byteLength - this.#used);
      pieces.push({ segment, start: at, end, isFirst: this.#used === 0 });
      this.#used += end - at;
      at = end;
      if (this.#used === segment.byteLength) this.#advance();
    }
    return pieces;
  }

  #advance(): void {
    const next = this.#segments.next();
    this.#current = next.done === true ? undefined : next.value;
    this.#used = 0;
  }
}

class Composer {
  readonly #content: ByteSource;
  readonly #lineAt: (byteOffset: number) => number;

  constructor(content: ByteSource, lineAt: (byteOffset: number) => number) {
    this.#content = content;
    this.#lineAt = lineAt;
  }

  *ofKept(byteOffset: number, pieces: readonly Piece[]): Generator<Segment> {
    for (const piece of pieces) yield this.#fate(piece, byteOffset + piece.start, piece.end - piece.start);
  }

  *ofHealed(healed: HealedSegment, pieces: readonly Piece[]): Generator<Segment> {
    const { byteOffset, byteLength, bytes } = healed;
    const [first] = pieces;
    if (pieces.every(({ segment }) => segment.kind === "kept")) {
      yield healed;
      return;
    }
    if (first !== undefined && pieces.length === 1) {
      yield this.#fate(first, byteOffset, byteLength);
      return;
    }
    const aside = pieces.find(({ segment }) => segment.kind === "quarantined");
    if (aside === undefined) {
      yield { ...healed, bytes: Buffer.concat(pieces.map((piece) => outputOf(piece, bytes))) };
      return;
    }
    const input = readBytes(this.#content, byteOffset, byteLength);
    const cuts = cutsOf(input, bytes, pieces);
    if (cuts === undefined) {
      yield this.#fate(aside, byteOffset, byteLength);
      return;
    }
    for (const [index, piece] of pieces.entries()) {
      const start = cuts[index] ?? 0;
      const span = { byteOffset: byteOffset + start, byteLength: (cuts[index + 1] ?? byteLength) - start };
      if (piece.segment.kind !== "kept") yield this.#fate(piece, span.byteOffset, span.byteLength);
      else yield { kind: "healed", ...span, bytes: outputOf(piece, bytes) };
    }
  }

  /** What the later repair does with a piece, at its place in the content. */
  #fate({ segment, isFirst }: Piece, byteOffset: number, byteLength: number): Segment {
    const span = { byteOffset, byteLength };
    if (segment.kind === "kept" || segment.kind === "dropped") return { ...segment, ...span };
    if (segment.kind === "healed") return { ...segment, ...span, bytes: isFirst ? segment.bytes : NO_BYTES };
    return { ...segment, ...span, line: this.#lineAt(byteOffset) } satisfies QuarantinedSegment;
  }
}

/** What the later repair writes of a piece of healed bytes. */
function outputOf({ segment, start, end, isFirst }: Piece, bytes: Uint8Array): Uint8Array {
  if (segment.kind === "kept") return bytes.subarray(start, end);
  return segment.kind === "healed" && isFirst ? segment.bytes : NO_BYTES;
}

/**
 * Where the pieces of healed bytes start in the bytes as they stood, which have the same letters and digits in the same
 * order, and others between them.
 *
 * @returns undefined where that is not so
 */
function cutsOf(input: Uint8Array, bytes: Uint8Array, pieces: readonly Piece[]): number[] | undefined {
  const cuts = [0];
  let at = 0;
  for (const { start, end } of pieces.slice(0, -1)) {
    for (const byte of bytes.subarray(start, end)) {
      if (input[at] === byte) at += 1;
      else if (isLetterOrDigit(byte)) at = input.indexOf(byte, at) + 1;
      if (at === 0) return undefined;
    }
    cuts.push(at);
  }
  return cuts;
}

function isLetterOrDigit(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || ((byte | 32) >= 97 && (byte | 32) <= 122);
}
