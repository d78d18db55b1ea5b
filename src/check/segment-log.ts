import type { Diagnostic, DiagnosticCode } from "./diagnostic.js";
import type { Recorder } from "./ledger.js";
import type { DroppedSegment, QuarantinedSegment, Segment } from "./segment.js";

/** Of each segment: where it starts, how long it is, what becomes of it, how many bytes replace it. */
const NUMBERS = 4;
const FIRST_NUMBERS = 1024 * NUMBERS;
const KEPT = -1;
const HEALED = -2;
/** For a structure that is left out: this, less the place of its code. */
const DROPPED = -3;
const CHUNK_BYTES = 1024 * 1024;

/**
 * Collects what becomes of the bytes of a file; neighbouring bytes that stay are one segment. Memory: 32 bytes for each
 * segment and the bytes that replace others; more only for what is set aside.
 */
export class SegmentLog implements Recorder {
  #numbers = new Float64Array(FIRST_NUMBERS);
  /** How many of the numbers are in use. */
  #length = 0;
  readonly #codes: DiagnosticCode[] = [];
  readonly #quarantined: QuarantinedSegment[] = [];
  readonly #superseded: (DroppedSegment | QuarantinedSegment)[] = [];
  readonly #chunks: Uint8Array[] = [];
  #chunkFill = 0;
  readonly diagnostic: (diagnostic: Diagnostic) => void;

  constructor(onDiagnostic: (diagnostic: Diagnostic) => void) {
    this.diagnostic = onDiagnostic;
  }

  segment(segment: Segment): void {
    const { byteOffset, byteLength } = segment;
    if (segment.kind === "kept") this.#keep(byteOffset, byteLength);
    else if (segment.kind === "healed") {
      this.#push(byteOffset, byteLength, HEALED, segment.bytes.length);
      this.#store(segment.bytes);
    } else if (segment.kind === "dropped") this.#push(byteOffset, byteLength, DROPPED - this.#place(segment.code), 0);
    else this.#push(byteOffset, byteLength, this.#quarantined.push(segment) - 1, 0);
  }

  supersede(segment: DroppedSegment | QuarantinedSegment): void {
    this.#superseded.push(segment);
  }

  /** All bytes stay: at most one segment, and a kept one. */
  get isIdentity(): boolean {
    const isOne = this.#length === 0 || (this.#length === NUMBERS && this.#numbers[2] === KEPT);
    return isOne && this.#superseded.length === 0;
  }

  get quarantinedCount(): number {
    return this.#quarantined.length + this.#superseded.filter(({ kind }) => kind === "quarantined").length;
  }

  /** How many records were healed and then did not stay. */
  countHealedInVain(): number {
    if (this.#superseded.length === 0) return 0;
    const left = new Set(this.#superseded.map(({ byteOffset }) => byteOffset));
    let count = 0;
    for (let index = 0; index < this.#length; index += NUMBERS) {
      const [byteOffset = 0, byteLength = 0, fate] = this.#numbers.subarray(index, index + NUMBERS);
      // A header that is put before the first record has no bytes of its own.
      if (fate === HEALED && byteLength > 0 && left.has(byteOffset)) count += 1;
    }
    return count;
  }

  /** What became of the bytes, in order; of segments that are healed the bytes are valid until the log is gone. */
  *segments(): Generator<Segment> {
    const superseded = this.#superseded.sort((left, right) => left.byteOffset - right.byteOffset);
    let next = 0;
    for (const segment of this.#all()) {
      const end = segment.byteOffset + segment.byteLength;
      let at = segment.byteOffset;
      for (let cut = superseded[next]; cut !== undefined && cut.byteOffset < end; cut = superseded[next]) {
        if (segment.kind === "kept" && cut.byteOffset > at) {
          yield { kind: "kept", byteOffset: at, byteLength: cut.byteOffset - at };
        }
        yield cut;
        at = cut.byteOffset + cut.byteLength;
        next += 1;
      }
      if (at === segment.byteOffset) yield segment;
      else if (at < end) yield { kind: "kept", byteOffset: at, byteLength: end - at };
    }
  }

  *#all(): Generator<Segment> {
    let chunk = 0;
    let from = 0;
    for (let index = 0; index < this.#length; index += NUMBERS) {
      const [byteOffset = 0, byteLength = 0, fate = KEPT, count = 0] = this.#numbers.subarray(index, index + NUMBERS);
      if (fate === KEPT) yield { kind: "kept", byteOffset, byteLength };
      else if (fate === HEALED) {
        if (from + count > (this.#chunks[chunk]?.length ?? 0)) [chunk, from] = [chunk + 1, 0];
        const bytes = this.#chunks[chunk]?.subarray(from, from + count) ?? new Uint8Array(0);
        from += count;
        yield { kind: "healed", byteOffset, byteLength, bytes };
      } else if (fate >= 0) {
        const segment = this.#quarantined[fate];
        if (segment !== undefined) yield segment;
      } else {
        const code = this.#codes[DROPPED - fate];
        if (code !== undefined) yield { kind: "dropped", byteOffset, byteLength, code };
      }
    }
  }

  #keep(byteOffset: number, byteLength: number): void {
    const last = this.#length - NUMBERS;
    if (last < 0 || this.#numbers[last + 2] !== KEPT) this.#push(byteOffset, byteLength, KEPT, 0);
    else this.#numbers[last + 1] = (this.#numbers[last + 1] ?? 0) + byteLength;
  }

  #push(...numbers: [byteOffset: number, byteLength: number, fate: number, count: number]): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(this.#numbers.length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers.set(numbers, this.#length);
    this.#length += NUMBERS;
  }

  #place(code: DiagnosticCode): number {
    const place = this.#codes.indexOf(code);
    return place === -1 ? this.#codes.push(code) - 1 : place;
  }

  /** Copies bytes behind those of the segment before, in the same chunk where they have room there. */
  #store(bytes: Uint8Array): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || this.#chunkFill + bytes.length > chunk.length) {
      chunk = new Uint8Array(Math.max(CHUNK_BYTES, bytes.length));
      this.#chunks.push(chunk);
      this.#chunkFill = 0;
    }
    chunk.set(bytes, this.#chunkFill);
    this.#chunkFill += bytes.length;
  }
}
