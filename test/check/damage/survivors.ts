import { Unsuitable, type Draft, type Span } from "./draft.js";
import { COLUMNS } from "./session.js";

/** A span of bytes, its end not included. */
export type Range = readonly [number, number];

/** Writes into the truth what is left of the rows when these bytes are gone. */
export function loseBytes(draft: Draft, lost: Range): void {
  for (const span of draft.rendered.spans) {
    if (lost[1] <= span.start || lost[0] >= span.end) continue;
    draft.touch(span.row);
    if (span.fields === undefined || draft.truthOf(span.row).status !== "exact") draft.lose(span.row, "ambiguous");
    else
      draft.unknown(
        span.row,
        COLUMNS.filter((_, place) => !survives(draft.rendered.bytes, span, place, lost)),
      );
  }
}

/** A value is whole when what limits it on both sides still stands there, be it a quote of its own. */
function survives(bytes: Buffer, span: Span, place: number, lost: Range): boolean {
  const [start, end] = span.fields?.[place] ?? [0, 0];
  const isQuoted = bytes[start] === 0x22 && end - start > 1;
  const from = isQuoted ? start : start - 1;
  const to = isQuoted ? end : end + 1;
  return lost[1] <= Math.max(from, 0) || lost[0] >= to;
}

/** The file without these bytes. */
export function cutOut(draft: Draft, lost: Range): void {
  loseBytes(draft, lost);
  const { bytes } = draft.rendered;
  draft.bytes = Buffer.concat([bytes.subarray(0, lost[0]), bytes.subarray(lost[1])]);
}

/** The file with these bytes overwritten. */
export function overwrite(draft: Draft, lost: Range, value = 0): void {
  const bytes = Buffer.from(draft.rendered.bytes);
  if (lost[0] < 0 || lost[1] <= lost[0] || lost[1] > bytes.length) throw new Unsuitable();
  loseBytes(draft, lost);
  bytes.fill(value, lost[0], lost[1]);
  draft.bytes = bytes;
}

export function spanOf(draft: Draft, which: "first" | "last"): Span {
  const span = draft.rendered.spans.at(which === "first" ? 0 : -1);
  if (span === undefined) throw new RangeError("no rows");
  return span;
}
