// Files that lost a part, or hold parts of two versions: crashes, full disks, two writers at once.
import type { Random } from "../../../src/demo/random.js";
import { minimalQuotes, Unsuitable, type Draft, type Span } from "./draft.js";
import { hasApproval, kindsOf, mangle, type Kind } from "./kind.js";
import { COLUMNS, isoformat, type Row } from "./session.js";
import { cutOut, loseBytes, spanOf } from "./survivors.js";

const { file, rows } = kindsOf("torn");
const bytes = { stage: "bytes" } as const;
const LONG = { rows: [70, 120] } as const;

function cutTail(draft: Draft, at: number): void {
  cutOut(draft, [at, draft.rendered.bytes.length]);
}

/** Cuts the last row somewhere in one of its fields. */
function cutField(draft: Draft, random: Random, column: (typeof COLUMNS)[number]): void {
  const [start, end] = fieldOf(spanOf(draft, "last"), column);
  if (end - start < 2) throw new Unsuitable();
  cutTail(draft, start + 1 + random.below(end - start - 1));
}

function fieldOf(span: Span, column: (typeof COLUMNS)[number]): readonly [number, number] {
  const field = span.fields?.[COLUMNS.indexOf(column)];
  if (field === undefined) throw new Unsuitable();
  return field;
}

/** The text of these rows and no header. */
function csvOf(sessions: readonly Row[], lineEnd: string): Buffer {
  const field = minimalQuotes(",");
  return Buffer.from(sessions.map((row) => COLUMNS.map((name) => field(row[name])).join(",") + lineEnd).join(""));
}

function headOf(draft: Draft): Buffer {
  return Buffer.from(COLUMNS.join(",") + draft.lineEnd);
}

/** An earlier version of some sessions; the others are as they are. */
function earlier(draft: Draft, random: Random): Row[] {
  return draft.truth.map(({ values }) => {
    if (random.chance(0.6)) return values;
    const old = {
      ...values,
      last_activity: values.created_at,
      pending_approval: random.chance(0.5) ? "" : values.pending_approval,
    };
    draft.stale.push(old);
    return old;
  });
}

/** Finds which rows stand whole in a mixture of two versions. */
function judgeMixture(draft: Draft, mixture: Buffer, old: readonly Row[]): void {
  const lines = new Set(mixture.toString("latin1").split(/\r?\n/));
  const has = (row: Row) => lines.has(csvOf([row], "").toString("latin1"));
  draft.truth.forEach(({ values }, row) => {
    const before = old[row] ?? values;
    if (has(values)) return;
    if (has(before)) draft.truth[row] = { status: "exact", values: before, known: COLUMNS, alt: {} };
    else draft.lose(row);
  });
}

function overlay(blockBytes: number) {
  return (draft: Draft, random: Random) => {
    const old = earlier(draft, random);
    const before = Buffer.concat([headOf(draft), csvOf(old, draft.lineEnd)]);
    const after = draft.rendered.bytes;
    const blocks: Buffer[] = [];
    for (let at = 0; at < Math.max(before.length, after.length); at += blockBytes) {
      const block = (random.chance(0.5) ? before : after).subarray(at, at + blockBytes);
      // The file is as long as the longer version: where the other has no bytes, this one's stand.
      blocks.push(
        block.length > 0 ? block : (before.length > after.length ? before : after).subarray(at, at + blockBytes),
      );
    }
    const mixture = Buffer.concat(blocks);
    judgeMixture(draft, mixture, old);
    draft.bytes = mixture;
  };
}

export const TORN: readonly Kind[] = [
  ...(["session_id", "user_id", "platform", "thread_id", "created_at", "last_activity", "metadata"] as const).map(
    (column) => file(`cut-in-${column}`, (draft, random) => cutField(draft, random, column), bytes),
  ),
  file(
    "cut-tail-anywhere",
    (draft, random) => {
      const { start, next } = spanOf(draft, "last");
      cutTail(draft, start + 1 + random.below(next - start - 1));
    },
    { ...bytes, verdict: "any" },
  ),
  file(
    "cut-after-a-comma",
    (draft, random) => {
      const { fields = [] } = spanOf(draft, "last");
      const field = fields[1 + random.below(6)];
      if (field === undefined) throw new Unsuitable();
      cutTail(draft, field[0]);
    },
    bytes,
  ),
  file(
    "cut-before-a-comma",
    (draft, random) => {
      const { fields = [] } = spanOf(draft, "last");
      const field = fields[random.below(6)];
      if (field === undefined) throw new Unsuitable();
      cutTail(draft, field[1]);
    },
    bytes,
  ),
  file("cut-between-cr-and-lf", (draft) => cutTail(draft, draft.rendered.bytes.length - 1), {
    ...bytes,
    verdict: "any",
  }),
  file("cut-behind-last-value", (draft) => cutTail(draft, spanOf(draft, "last").end), { ...bytes, verdict: "valid" }),
  file(
    "cut-in-approval",
    (draft, random) => {
      const [start, end] = fieldOf(spanOf(draft, "last"), "pending_approval");
      if (end - start < 3) throw new Unsuitable();
      cutTail(draft, start + 1 + random.below(end - start - 1));
    },
    bytes,
  ),
  file("cut-at-4096", (draft) => cutTail(draft, 4096), { ...bytes, base: { rows: [20, 30] }, verdict: "any" }),
  file("cut-at-8192", (draft) => cutTail(draft, 8192), { ...bytes, base: { rows: [45, 60] }, verdict: "any" }),
  file("cut-after-few-bytes", (draft, random) => cutTail(draft, random.below(spanOf(draft, "first").end)), {
    ...bytes,
    verdict: "any",
    isAlone: true,
  }),
  file("cut-in-header", (draft, random) => cutTail(draft, 1 + random.below(86)), { ...bytes, isAlone: true }),
  file(
    "lost-head-anywhere",
    (draft, random) => {
      const { start, next } = spanOf(draft, "first");
      cutOut(draft, [0, start + random.below(next - start)]);
    },
    bytes,
  ),
  file("lost-head-at-row", (draft) => cutOut(draft, [0, spanOf(draft, "first").start]), bytes),
  file("lost-head-in-header", (draft, random) => cutOut(draft, [0, 1 + random.below(80)]), bytes),
  file("lost-4096-at-head", (draft) => cutOut(draft, [0, 4096]), { ...bytes, base: { rows: [25, 40] } }),
  file(
    "lost-head-and-tail",
    (draft, random) => {
      const [first, last] = [spanOf(draft, "first"), spanOf(draft, "last")];
      const [from, to] = [random.below(first.end), last.start + random.below(last.end - last.start)];
      loseBytes(draft, [0, from]);
      loseBytes(draft, [to, draft.rendered.bytes.length]);
      draft.bytes = draft.rendered.bytes.subarray(from, to);
    },
    { ...bytes, verdict: "any" },
  ),
  file(
    "lost-rows-in-middle",
    (draft, random) => {
      const [first, ...others] = draft.rendered.spans;
      const lost = others[random.below(others.length)];
      if (first === undefined || lost === undefined) throw new Unsuitable();
      cutOut(draft, [lost.start, lost.next]);
    },
    { ...bytes, verdict: "valid" },
  ),
  file("lost-block-in-middle", lostBlock, { ...bytes, base: { rows: [12, 20] } }),
  rows(
    "appended-behind-torn-row",
    (line, draft, random) => {
      if (draft.lines.at(-1) === line) throw new Unsuitable();
      const cut = 1 + random.below(7);
      const known = COLUMNS.slice(0, cut);
      draft.unknown(
        line.row,
        COLUMNS.filter((name) => !known.includes(name)),
      );
      line.fields = line.fields.slice(0, cut + 1);
      const last = line.fields[cut] ?? "";
      if (cut >= 6 && last.length < 3) throw new Unsuitable();
      line.fields[cut] = last.slice(0, Math.floor(last.length * random.fraction()));
      if (cut >= 6) mangle(line, (text) => text.replace(/"$/, ""));
      line.end = "";
    },
    { stage: "text", hits: [1, 1] },
  ),
  file("overlay-4096", overlay(4096), { ...bytes, base: LONG, verdict: "any", isAlone: true }),
  file("overlay-8192", overlay(8192), { ...bytes, base: LONG, verdict: "any", isAlone: true }),
  file("shorter-over-longer", shorterOverLonger, { ...bytes, isAlone: true }),
  file(
    "block-written-twice",
    (draft, random) => {
      const { bytes: all } = draft.rendered;
      const at = Math.floor(all.length * (0.3 + 0.6 * random.fraction()));
      draft.bytes = Buffer.concat([all, all.subarray(at)]);
    },
    bytes,
  ),
  file("nothing-left", (draft) => cutTail(draft, 0), bytes),
  file(
    "only-line-ends",
    (draft) => {
      cutTail(draft, 0);
      draft.bytes = Buffer.from("\r\n\r\n\r\n");
    },
    bytes,
  ),
  rows(
    "newer-version-torn",
    (line, draft, random) => {
      const { values } = draft.truthOf(line.row);
      const newer = { ...values, last_activity: isoformat(Date.UTC(2026, 0, 1 + random.below(20)) / 1000, 5) };
      const text = csvOf([newer], "").toString();
      draft.lines.push({ raw: text.slice(0, 100 + random.below(34)), fields: [] });
      draft.hasFinalLineEnd = false;
    },
    { stage: "text", hits: [1, 1], where: (row) => !hasApproval(row) },
  ),
];

/** A block is gone and its neighbours touch, in a way that the number of fields or a UUID's length shows. */
function lostBlock(draft: Draft, random: Random): void {
  const spans = draft.rendered.spans;
  const at = 1 + random.below(spans.length - 4);
  const [before, behind] = [spans[at], spans[at + 2]];
  if (before?.fields === undefined || behind?.fields === undefined) throw new Unsuitable();
  const [left, right] = [random.below(6), random.below(6)];
  if (left === right) throw new Unsuitable();
  const place = ([start, end]: readonly [number, number]) => start + Math.floor((end - start) * random.fraction());
  const [from, to] = [place(before.fields[left] ?? [0, 0]), place(behind.fields[right] ?? [0, 0])];
  cutOut(draft, [from, to]);
  draft.lose(before.row);
  draft.lose(behind.row);
}

/** A shorter version was written over a longer one and the rest of that stayed. */
function shorterOverLonger(draft: Draft): void {
  const old = draft.truth.map(({ values }) => {
    const longer = {
      ...values,
      last_activity: values.created_at,
      metadata: '{"state": "before the cleanup", "n": 12345}',
    };
    draft.stale.push(longer);
    return longer;
  });
  const before = Buffer.concat([headOf(draft), csvOf(old, draft.lineEnd)]);
  const after = draft.rendered.bytes;
  if (before.length <= after.length + 10) throw new Unsuitable();
  draft.bytes = Buffer.concat([after, before.subarray(after.length)]);
}
