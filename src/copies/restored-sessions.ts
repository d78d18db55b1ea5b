import { SessionsError } from "../errors.js";
import { compileSelection, type Selection } from "../session/query.js";
import type { Retention } from "../session/retention.js";
import type { NaiveOffset } from "../session/timestamp.js";
import { BorderCheck } from "../store/border-check.js";
import { readFromStart } from "../store/csv-source.js";
import type { IncomingSession } from "../store/store.js";
import { contentSpan, SessionIndex } from "./session-index.js";
import type { Version } from "./version.js";

export interface RestoredSelection {
  readonly selection: Selection;
  readonly retention: Retention;
  readonly naiveOffset: NaiveOffset;
  /** The columns of the file that the sessions go into; values of other ones are left out. */
  readonly columnNames: readonly string[];
}

/**
 * The selected sessions of a version, to be merged into a file; of an id that occurs more than once the last record. Where
 * the columns are the same, each has the bytes that stand in the version. What is no readable session is left out.
 *
 * @throws SessionsError STORE_DAMAGED where the version has no header of ours, and at the end where the bytes of a selected
 * session would put the borders of records in doubt; STORE_CHANGED
 */
export function* restoredSessions(
  version: Version,
  { selection, retention, naiveOffset, columnNames }: RestoredSelection,
): Generator<IncomingSession> {
  const index = new SessionIndex(version, naiveOffset, () => undefined);
  const { names } = index.columns;
  const kept = names.filter((name) => name !== "" && columnNames.includes(name));
  const isSameForm = names.length === columnNames.length && names.every((name, place) => name === columnNames[place]);
  let borders: BorderCheck | undefined;
  let isSelected: ((record: number) => boolean) | undefined;
  for (const { scanner, reader, record } of index.scan()) {
    isSelected ??= compileSelection(selection, reader, retention);
    if (!isSelected(record)) continue;
    borders ??= new BorderCheck(scanner);
    borders.checkRecord(record);
    const session = reader.session(record);
    const [start, end] = contentSpan(scanner, record);
    yield {
      sessionId: session.sessionId,
      values: new Map(kept.map((name) => [name, session.text(name) ?? ""])),
      raw: isSameForm ? scanner.bytes.subarray(start, end) : undefined,
      origin: `session ${session.sessionId}`,
    };
  }
  if (borders !== undefined) requireSound(version, borders);
}

function requireSound({ name, source }: Version, borders: BorderCheck): void {
  const { count, findings } = borders.faults(() => readFromStart(source));
  if (count === 0) return;
  throw new SessionsError("STORE_DAMAGED", {
    path: name,
    reason: "selected sessions of it are damaged: with them in it, the file could not be written any more",
    findings,
    findingCount: count,
    hint: "leave them out of the selection, or restore the whole file",
  });
}
