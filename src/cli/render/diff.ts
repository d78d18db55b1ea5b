import type { RepairPlan } from "../../check/repair.js";
import { windowsOf, type ContentSpan } from "../../store/changed-lines.js";
import type { DiffHunk } from "../../store/repair-diff.js";
import type { Style } from "./style.js";
import { visibleBytes } from "./visible-bytes.js";

type Sign = " " | "-" | "+";

interface DiffLook {
  readonly style: Style;
  /** For reading: hostile text is made visible. Else the bytes stand as they are, so that `patch` can use them. */
  readonly isForPeople: boolean;
}

/** Of a line, at once; a line is as long as its record. */
const LONGEST_PIECE = 16 * 1024;
const LF = 0x0a;

/** The two lines above the hunks. */
export function diffHeader(oldName: string, newName: string, { style }: DiffLook): string {
  return `${style.bold(`--- ${oldName}`)}\n${style.bold(`+++ ${newName}`)}\n`;
}

/** One hunk of a unified diff in pieces; each is a copy. */
export function* renderHunk(hunk: DiffHunk, plan: RepairPlan, look: DiffLook): Generator<string | Uint8Array> {
  const { oldLine, newLine, oldCount, newCount, parts } = hunk;
  yield `${look.style.cyan(`@@ -${range(oldLine, oldCount)} +${range(newLine, newCount)} @@`)}\n`;
  for (const part of parts) {
    if (part.kind === "kept") yield* renderLines(" ", [part], part.isLast, plan, look);
    else {
      yield* renderLines("-", [part.old], part.isLast, plan, look);
      yield* renderLines("+", part.new, part.isLast, plan, look);
    }
  }
}

/** An empty range names the line before it. */
function range(line: number, count: number): string {
  if (count === 1) return String(line);
  return `${count === 0 ? line - 1 : line},${count}`;
}

/** @param isLast the version ends with this text, so that a line break that is missing is missing in the file */
function* renderLines(
  sign: Sign,
  texts: readonly (ContentSpan | Uint8Array)[],
  isLast: boolean,
  plan: RepairPlan,
  look: DiffLook,
): Generator<string | Uint8Array> {
  let isInLine = false;
  for (const { bytes, endsLine } of piecesOfLines(texts, plan)) {
    yield rendered(isInLine ? "" : sign, bytes, endsLine, sign, look);
    isInLine = !endsLine;
  }
  if (isInLine) yield isLast ? "\n\\ No newline at end of file\n" : "\n";
}

function rendered(
  prefix: Sign | "",
  bytes: Uint8Array,
  endsLine: boolean,
  sign: Sign,
  { style, isForPeople }: DiffLook,
): string | Uint8Array {
  if (!isForPeople) return Buffer.concat([Buffer.from(prefix), bytes, Buffer.from(endsLine ? "\n" : "")]);
  // In lines that change, the carriage return may be what changes.
  const isPlainEnd = endsLine && sign === " " && bytes.at(-1) === 0x0d;
  const text = `${prefix}${visibleBytes(isPlainEnd ? bytes.subarray(0, -1) : bytes)}`;
  const painted = sign === "-" ? style.red(text) : sign === "+" ? style.green(text) : text;
  return `${painted}${endsLine ? "\n" : ""}`;
}

/** Texts as lines without their LF, long lines in several pieces; characters are not cut. */
function* piecesOfLines(
  texts: readonly (ContentSpan | Uint8Array)[],
  plan: RepairPlan,
): Generator<{ readonly bytes: Uint8Array; readonly endsLine: boolean }> {
  let held = Buffer.alloc(0);
  for (const window of windows(texts, plan)) {
    let from = 0;
    while (from < window.length) {
      const lf = window.indexOf(LF, from);
      const end = Math.min(lf === -1 ? window.length : lf, from + LONGEST_PIECE);
      held = Buffer.concat([held, window.subarray(from, end)]);
      from = end;
      if (end === lf) {
        yield { bytes: held, endsLine: true };
        held = Buffer.alloc(0);
        from += 1;
      } else if (held.length >= LONGEST_PIECE) {
        const cut = characterBorder(held);
        yield { bytes: held.subarray(0, cut), endsLine: false };
        held = Buffer.from(held.subarray(cut));
      }
    }
  }
  if (held.length > 0) yield { bytes: held, endsLine: false };
}

function* windows(texts: readonly (ContentSpan | Uint8Array)[], plan: RepairPlan): Generator<Uint8Array> {
  for (const text of texts) {
    if (text instanceof Uint8Array) yield text;
    else yield* windowsOf(plan, text);
  }
}

/** The last place, at most three bytes before the end, at which a UTF-8 character may start; else the end. */
function characterBorder(bytes: Uint8Array): number {
  for (let at = bytes.length - 1; at >= bytes.length - 4 && at > 0; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x80) return at + 1;
    if (byte >= 0xc0) return at;
  }
  return bytes.length;
}
