import type { LoadedContents } from "../manager/options.js";
import type { SessionManager } from "../manager/session-manager.js";

/** What of the file as it is now cannot be decoded. */
export function damagedRecords(manager: SessionManager): LoadedContents["damaged"] {
  // Looks whether another program changed the file.
  manager.findTrouble();
  return manager.contents.damaged;
}
