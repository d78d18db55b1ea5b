import type { SessionConflict } from "./hand-edits.js";
import type { SessionNews } from "./told-sessions.js";

/** Who is told of what happens beside the changes that somebody waits for. */
export interface DurableListener {
  reloaded(): void;
  /** Both versions are in the log on the disk. */
  conflicted(conflict: SessionConflict): void;
  failed(error: unknown): void;
  happened(news: SessionNews): void;
}
