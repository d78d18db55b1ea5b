import { compileSelection, type RecordPredicate, type Selection } from "../session/query.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { NaiveOffset } from "../session/timestamp.js";
import type { Faults } from "../store/store.js";
import { MoveCounter } from "./moved.js";
import { sessionChanges, type ComparedField, type FieldChange } from "./session-changes.js";
import { contentSpan, SessionIndex, type SessionRecord } from "./session-index.js";
import { isSameContent, type Version } from "./version.js";

export interface DiffRequest {
  /** A session counts where either version of it is selected. */
  readonly selection: Selection;
  readonly retention: Retention;
  readonly naiveOffset?: NaiveOffset;
  /** The values to compare; left out, all of them. */
  readonly fields?: readonly ComparedField[];
  /** Is told how far the reading of all that is to be read has come, in bytes. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** A session that is not the same in both versions. */
export type SessionDifference =
  | { readonly type: "added" | "removed"; readonly session: Session }
  | {
      readonly type: "changed";
      readonly before: Session;
      readonly after: Session;
      readonly changes: readonly FieldChange[];
    };

/** What two versions of a file differ in, all in all. */
export interface DiffSummary {
  /** Both are the same, byte for byte; then nothing else was counted. */
  readonly isIdentical: boolean;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Of the sessions in both, how many stand in another order: no difference, but worth knowing. */
  readonly moved: number;
  /** Per version, records that do not count because a later one has the same id. */
  readonly repeated: Sides<number>;
  /** Per version, records that are no readable session. */
  readonly leftOut: Sides<Faults>;
  /** The unreadable records are not the same. False where a selection or fields were asked for. */
  readonly leftOutDiffers: boolean;
  /** Columns that only one version has. Empty where a selection or fields were asked for. */
  readonly columns: { readonly added: readonly string[]; readonly removed: readonly string[] };
}

export interface Sides<T> {
  readonly from: T;
  readonly to: T;
}

/** Whether there is any difference. The order of records is none. */
export function isDifferent({ added, removed, changed, leftOutDiffers, columns }: DiffSummary): boolean {
  return added + removed + changed > 0 || leftOutDiffers || columns.added.length + columns.removed.length > 0;
}

/**
 * Compares two versions of a file by session id: first what came and what changed, in the order of the newer version, then
 * what went, in the order of the older one. Both versions stay open. Memory: some windows, and 32 to 48 bytes for each
 * session of each version. Versions that are the same byte for byte are not read as CSV.
 *
 * @throws SessionsError STORE_DAMAGED where a version has no header of ours; STORE_CHANGED where one was written into
 */
export function* diffVersions(
  versions: Sides<Version>,
  request: DiffRequest,
): Generator<SessionDifference, DiffSummary> {
  if (isSameContent(versions.from.source, versions.to.source)) return IDENTICAL;
  const diff = new Diff(versions, request);
  yield* diff.addedAndChanged();
  yield* diff.removed();
  return diff.summary();
}

const NO_FAULTS: Faults = { count: 0, findings: [] };

const IDENTICAL: DiffSummary = {
  isIdentical: true,
  ...{ added: 0, removed: 0, changed: 0, unchanged: 0, moved: 0 },
  repeated: { from: 0, to: 0 },
  leftOut: { from: NO_FAULTS, to: NO_FAULTS },
  leftOutDiffers: false,
  columns: { added: [], removed: [] },
};

class Diff {
  readonly #request: DiffRequest;
  readonly #from: SessionIndex;
  readonly #to: SessionIndex;
  readonly #names: readonly string[];
  readonly #hasSameColumns: boolean;
  readonly #moves = new MoveCounter();
  readonly #counts = { added: 0, removed: 0, changed: 0, unchanged: 0 };
  #inBoth = 0;

  constructor({ from, to }: Sides<Version>, request: DiffRequest) {
    this.#request = request;
    const { naiveOffset, onRead } = request;
    const total = 2 * (from.source.byteLength + to.source.byteLength);
    let before = 0;
    let last = 0;
    // Each reading begins at 0 again.
    const progress = (done: number): void => {
      if (done < last) before += last;
      last = done;
      onRead?.(Math.min(before + done, total), total);
    };
    this.#from = new SessionIndex(from, naiveOffset, progress);
    this.#to = new SessionIndex(to, naiveOffset, progress);
    const [old, now] = [this.#from.columns.names, this.#to.columns.names];
    this.#names = [...new Set([...now, ...old])].filter((name) => name !== "");
    this.#hasSameColumns = old.length === now.length && old.every((name, place) => name === now[place]);
  }

  *addedAndChanged(): Generator<SessionDifference> {
    const isSelected = this.#selected();
    for (const record of this.#to.scan()) {
      const old = this.#from.find(record);
      if (old !== undefined) this.#inBoth += 1;
      if (!isSelected(record) && (old === undefined || !isSelected(old))) continue;
      if (old === undefined) {
        this.#counts.added += 1;
        yield { type: "added", session: sessionOf(record) };
        continue;
      }
      this.#moves.add(old.byteOffset);
      const change = this.#hasSameColumns && hasSameBytes(old, record) ? undefined : this.#change(old, record);
      this.#counts[change === undefined ? "unchanged" : "changed"] += 1;
      if (change !== undefined) yield change;
    }
  }

  *removed(): Generator<SessionDifference> {
    if (this.#inBoth === this.#from.size) return;
    const isSelected = this.#selected();
    for (const record of this.#from.scan()) {
      if (this.#to.find(record) !== undefined || !isSelected(record)) continue;
      this.#counts.removed += 1;
      yield { type: "removed", session: sessionOf(record) };
    }
  }

  summary(): DiffSummary {
    const [from, to] = [this.#from, this.#to];
    const isPart = this.#request.selection.length > 0 || this.#request.fields !== undefined;
    const onlyIn = (one: SessionIndex, other: SessionIndex): readonly string[] =>
      isPart ? [] : one.columns.names.filter((name) => !other.columns.names.includes(name));
    return {
      isIdentical: false,
      ...this.#counts,
      moved: this.#moves.moved,
      repeated: { from: from.repeated, to: to.repeated },
      leftOut: { from: from.leftOut(), to: to.leftOut() },
      leftOutDiffers: !isPart && !from.hasSameLeftOut(to),
      columns: { added: onlyIn(to, from), removed: onlyIn(from, to) },
    };
  }

  #change(old: SessionRecord, record: SessionRecord): SessionDifference | undefined {
    const [before, after] = [sessionOf(old), sessionOf(record)];
    const changes = sessionChanges(before, after, this.#names, this.#request.fields);
    return changes.length === 0 ? undefined : { type: "changed", before, after, changes };
  }

  /** A test for records of any reader: each is asked by the selection that was made for it. */
  #selected(): (record: SessionRecord) => boolean {
    const { selection, retention } = this.#request;
    if (selection.length === 0) return () => true;
    const compiled = new Map<SessionRecord["reader"], RecordPredicate>();
    return ({ reader, record }) => {
      let isSelected = compiled.get(reader);
      if (isSelected === undefined) compiled.set(reader, (isSelected = compileSelection(selection, reader, retention)));
      return isSelected(record);
    };
  }
}

function sessionOf({ reader, record }: SessionRecord): Session {
  return reader.session(record);
}

/** Whether two records are the same but for their line breaks. */
function hasSameBytes(one: SessionRecord, other: SessionRecord): boolean {
  const [start, end] = contentSpan(one.scanner, one.record);
  const [otherStart, otherEnd] = contentSpan(other.scanner, other.record);
  if (end - start !== otherEnd - otherStart) return false;
  return one.scanner.bytes.compare(other.scanner.bytes, otherStart, otherEnd, start, end) === 0;
}
