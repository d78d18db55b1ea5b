import { SessionsError } from "../errors.js";
import type { LoggedEdit } from "../store/change-log.js";
import type { CsvInput } from "../store/csv-source.js";
import type { WriteControl, WriteResult } from "../store/store.js";
import type { HistoryEntry } from "./change-history.js";

/** What taking a change back does, as data. */
export interface UndoPlan {
  /** The change that is taken back. */
  readonly change: HistoryEntry;
  /** The file becomes, byte for byte, what it was before the change. */
  readonly isExact: boolean;
  /** Sessions that come back, that get their old record, and that go; null where the whole file does, and they are not known. */
  readonly restored: number | null;
  readonly replaced: number | null;
  readonly removed: number | null;
}

export interface UndoControl extends WriteControl<UndoPlan> {
  /** The program's name and version, for the manifest of a copy of the file as it is. */
  readonly tool: string;
  /** The time that names the copy. */
  readonly now: Date;
}

export interface UndoResult extends WriteResult<UndoPlan> {
  /** The copy of the file as it was before the undo; undefined where the log has what the undo changed. */
  readonly safetyCopy: string | undefined;
}

const MOST_NAMED = 5;

/** Sessions that are touched. */
export class Counts {
  readonly all = { restored: 0, replaced: 0, removed: 0 };

  add(edit: LoggedEdit): void {
    if (edit.sessionId === undefined) return;
    if (edit.inserted === undefined) this.all.restored += 1;
    else if (edit.removed === undefined && edit.removedBase64 === undefined) this.all.removed += 1;
    else this.all.replaced += 1;
  }
}

/** STORE_CHANGED: what a change was about was changed since. */
export function changedSince({ location }: CsvInput, { number }: HistoryEntry, what: readonly string[]): SessionsError {
  return new SessionsError("STORE_CHANGED", {
    path: location,
    reason: `since change ${number}, other changes were made to ${listed(what)}`,
    hint: "take those changes back first (sessions log shows them), or restore single sessions from a backup",
  });
}

/** STORE_CHANGED: of two records with one id the last counts, which would be the one that comes back. */
export function wouldSupersede(
  { location }: CsvInput,
  { number }: HistoryEntry,
  ids: readonly string[],
): SessionsError {
  return new SessionsError("STORE_CHANGED", {
    path: location,
    reason: `the file has a record of its own of ${listed(ids)}, and what change ${number} removed would count in its place`,
    hint: `to have the removed one instead, take the other out with sessions delete, then: sessions undo ${number}`,
  });
}

function listed(what: readonly string[]): string {
  const more = what.length > MOST_NAMED ? ` and ${what.length - MOST_NAMED} more` : "";
  return `${what.slice(0, MOST_NAMED).join(", ")}${more}`;
}
