import { SessionsError } from "../errors.js";
import type { MergeConflicts } from "./store.js";

/** The error for a merge that nobody said how to settle. */
export function sessionConflict(path: string, { count, ids, within }: MergeConflicts): SessionsError {
  return new SessionsError("SESSION_CONFLICT", { path, ids, idCount: count, repeatedIdCount: within });
}
