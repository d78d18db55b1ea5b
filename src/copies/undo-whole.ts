// A change that put one whole file in the place of another has no edits: the copy that was made then is what it was before.
import path from "node:path";
import { SessionsError } from "../errors.js";
import { sidecarSubfolder } from "../storage/sidecar.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import type { ChangeCounts } from "../store/change-log.js";
import type { Locking } from "../store/csv-change.js";
import type { CsvInput } from "../store/csv-source.js";
import { isAsLeft, versionOfSource, type HistoryEntry } from "./change-history.js";
import { writeRestore } from "./restore.js";
import { changedSince, type UndoControl, type UndoPlan, type UndoResult } from "./undo-plan.js";

/** What `undoWhole` would do now. Writes nothing. @throws SessionsError STORE_CHANGED, STORE_NOT_FOUND, STORE_DAMAGED */
export function planWholeUndo(input: CsvInput, current: Snapshot, change: HistoryEntry): UndoPlan {
  using copy = openCopy(input, current, change);
  return planOf(copy, change);
}

/**
 * Puts the copy that was made before a change in the place of the file, and a copy of the file as it is among its backups.
 *
 * @throws SessionsError STORE_CHANGED where the file is not as the change left it; STORE_NOT_FOUND and STORE_DAMAGED where
 * the copy is gone or another one; and as `writeRestore` does
 */
export async function undoWhole(
  input: CsvInput,
  current: Snapshot,
  change: HistoryEntry,
  lock: Locking,
  { approve, origin, signal, now, tool }: UndoControl,
): Promise<UndoResult> {
  using copy = openCopy(input, current, change);
  const plan = planOf(copy, change);
  approve?.(plan);
  const { byteLength: bytes, sha256 } = change.before;
  const version = { name: copy.path, source: copy };
  const written = await writeRestore(
    { version, content: { bytes, sha256 }, realPath: current.realPath, current },
    {
      ...{ lock, now, tool },
      counts: change.counts && opposite(change.counts),
      ...(signal === undefined ? {} : { signal }),
      origin: origin && { ...origin, undoes: change.number },
    },
  );
  return { plan, ...written };
}

function opposite({ removed, replaced, added }: ChangeCounts): ChangeCounts {
  return { removed: added, replaced, added: removed };
}

function planOf(copy: Snapshot, change: HistoryEntry): UndoPlan {
  if (versionOfSource(copy).sha256 === change.before.sha256) {
    const { removed: restored = null, replaced = null, added: removed = null } = change.counts ?? {};
    return { change, isExact: true, restored, replaced, removed };
  }
  throw new SessionsError("STORE_DAMAGED", {
    path: copy.path,
    reason: `it is not the copy that was made before change ${change.number}`,
    findings: [],
    findingCount: 0,
    hint: "see the other backups: sessions backups",
  });
}

function openCopy(input: CsvInput, current: Snapshot, change: HistoryEntry): Snapshot {
  if (!isAsLeft(current, change)) throw changedSince(input, change, ["the file"]);
  const backup = path.join(sidecarSubfolder(current.realPath, "backups"), change.backup ?? "");
  try {
    return openSnapshot(backup);
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    throw new SessionsError("STORE_NOT_FOUND", {
      path: backup,
      reason: `the copy that was made before change ${change.number} is gone`,
      hint: "see the other backups: sessions backups",
    });
  }
}
