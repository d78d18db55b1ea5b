import type { CommitBatch } from "./change-queue.js";
import type { HandEdit } from "./hand-edits.js";
import type { PendingNews } from "./told-sessions.js";
import type { Touch } from "./touches.js";

/** What a commit has taken on its way to the disk. */
export class Taken {
  batch: CommitBatch | undefined;
  touches: ReadonlyMap<string, Touch> = new Map();
  handEdits: ReadonlyMap<string, HandEdit> = new Map();
  before: ReadonlyMap<string, string> = new Map();
  changedIds: ReadonlySet<string> = new Set();
  news: PendingNews | undefined;
  /** To be called when it is in the file. */
  noteInHistory: () => void = () => undefined;
}
