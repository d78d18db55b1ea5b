import type { RepairPlan } from "../check/repair.js";

/** A stretch of the old content. */
export interface ContentSpan {
  readonly byteOffset: number;
  readonly byteLength: number;
}

/** One line that is the same in both versions, with its line break. */
export interface KeptLine extends ContentSpan {
  readonly kind: "kept";
  /** The content ends with it. */
  readonly isLast: boolean;
}

/** Lines that a repair replaces by others; those before and behind it are the same in both versions. */
export interface ChangedLines {
  readonly kind: "changed";
  readonly old: ContentSpan;
  /** In order: stretches of the old content, and new bytes. */
  readonly new: readonly (ContentSpan | Uint8Array)[];
  readonly oldCount: number;
  readonly newCount: number;
  /** The content ends with it. */
  readonly isLast: boolean;
}

const WINDOW_BYTES = 256 * 1024;
const LF = 0x0a;
const CR = 0x0d;

/** A stretch of the content in windows, each valid until the next one. */
export function* windowsOf(plan: RepairPlan, { byteOffset, byteLength }: ContentSpan): Generator<Uint8Array> {
  const end = byteOffset + byteLength;
  for (let at = byteOffset; at < end;) {
    const window = plan.read(at, Math.min(WINDOW_BYTES, end - at));
    if (window.length === 0) throw new Error(`The content ends at byte ${at}, before its plan does`);
    yield window;
    at += window.length;
  }
}

/**
 * A plan line by line: what stays, and what is replaced by what. Lines end with LF; behind a carriage return alone, too, a
 * change may end, because a file may have no LF at all. New bytes are held, all else is named by its place.
 */
export function* changedLines(plan: RepairPlan, contentEnd: number): Generator<KeptLine | ChangedLines> {
  /** Of the line that is being read, where no change is open. */
  let lineStart = 0;
  let open: OpenChange | undefined;
  for (const segment of plan.segments()) {
    const { byteOffset, byteLength } = segment;
    const end = byteOffset + byteLength;
    if (segment.kind === "kept") {
      let at = byteOffset;
      for (const window of windowsOf(plan, segment)) {
        let from = 0;
        for (let lf = window.indexOf(LF); lf !== -1; lf = window.indexOf(LF, from)) {
          const next = at + lf + 1;
          if (open !== undefined) yield open.keep(at + from, window.subarray(from, lf + 1)).closed(next === contentEnd);
          else yield { kind: "kept", byteOffset: lineStart, byteLength: next - lineStart, isLast: next === contentEnd };
          open = undefined;
          lineStart = next;
          from = lf + 1;
        }
        open?.keep(at + from, window.subarray(from));
        at += window.length;
      }
      continue;
    }
    open ??= new OpenChange(lineStart, byteOffset);
    for (const window of windowsOf(plan, segment)) open.remove(window);
    if (segment.kind === "healed") open.add(segment.bytes);
    if (!open.endsLines || (open.endsWithCr && plan.read(end, 1)[0] === LF)) continue;
    yield open.closed(end === contentEnd);
    open = undefined;
    lineStart = end;
  }
  if (open !== undefined) yield open.closed(true);
  else if (lineStart < contentEnd) {
    yield { kind: "kept", byteOffset: lineStart, byteLength: contentEnd - lineStart, isLast: true };
  }
}

/** A change whose end is not reached. */
class OpenChange {
  readonly #oldStart: number;
  readonly #old = new LineCount();
  readonly #new = new LineCount();
  readonly #texts: (ContentSpan | Uint8Array)[] = [];

  /** @param lineStart start of the line in which the change begins at `byteOffset` */
  constructor(lineStart: number, byteOffset: number) {
    this.#oldStart = lineStart;
    const byteLength = byteOffset - lineStart;
    if (byteLength === 0) return;
    this.#texts.push({ byteOffset: lineStart, byteLength });
    for (const side of [this.#old, this.#new]) side.skip(byteLength);
  }

  /** Text of the old version that the new one has too. */
  keep(byteOffset: number, bytes: Uint8Array): this {
    if (bytes.length > 0) this.#texts.push({ byteOffset, byteLength: bytes.length });
    for (const side of [this.#old, this.#new]) side.take(bytes);
    return this;
  }

  remove(bytes: Uint8Array): void {
    this.#old.take(bytes);
  }

  add(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#texts.push(bytes);
    this.#new.take(bytes);
  }

  /** Both versions stand at the start of a line. */
  get endsLines(): boolean {
    return this.#old.isAtLineStart && this.#new.isAtLineStart;
  }

  get endsWithCr(): boolean {
    return this.#old.lastByte === CR || this.#new.lastByte === CR;
  }

  closed(isLast: boolean): ChangedLines {
    return {
      kind: "changed",
      old: { byteOffset: this.#oldStart, byteLength: this.#old.byteLength },
      new: this.#texts,
      oldCount: this.#old.lines,
      newCount: this.#new.lines,
      isLast,
    };
  }
}

/** Counts the lines of a text that comes in pieces. */
class LineCount {
  byteLength = 0;
  lastByte = LF;
  #breaks = 0;

  take(bytes: Uint8Array): void {
    for (let lf = bytes.indexOf(LF); lf !== -1; lf = bytes.indexOf(LF, lf + 1)) this.#breaks += 1;
    this.byteLength += bytes.length;
    this.lastByte = bytes.at(-1) ?? this.lastByte;
  }

  /** The start of a line, without its end. */
  skip(byteLength: number): void {
    this.byteLength += byteLength;
    this.lastByte = 0;
  }

  get isAtLineStart(): boolean {
    return this.lastByte === LF || this.lastByte === CR;
  }

  get lines(): number {
    return this.#breaks + (this.lastByte === LF ? 0 : 1);
  }
}
