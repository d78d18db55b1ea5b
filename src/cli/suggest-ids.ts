import { SessionsError } from "../errors.js";
import type { Retention } from "../session/retention.js";
import type { SessionStore } from "../store/store.js";
import { editsWithin } from "./suggest.js";

/** More ids than this that are equally close tell nobody anything. */
const MOST_SUGGESTED = 3;
/** An error is told at once; of a larger store the rest is not looked at. */
const SESSIONS_LOOKED_AT = 200_000;
/** The start of an id that is shorter than this is close to too many. */
const SHORTEST_START = 4;

/**
 * The ids of the store that a mistyped one may have meant, closest first. What is shorter than an id is compared with its
 * start. Reads no further than it can in about a second, and keeps no more than a few ids.
 */
export async function suggestIds(store: SessionStore, typed: string, retention: Retention): Promise<readonly string[]> {
  const closest = new ClosestIds(typed);
  let looked = 0;
  try {
    for await (const batch of store.read({ selection: [], retention })) {
      for (const { sessionId } of batch) closest.add(sessionId);
      looked += batch.length;
      if (looked >= SESSIONS_LOOKED_AT) break;
    }
  } catch (error) {
    // The answer that there is no such session stands without suggestions.
    if (!(error instanceof SessionsError)) throw error;
  }
  return closest.ids;
}

class ClosestIds {
  readonly #typed: string;
  readonly #allowed: number;
  /** The ids at the least distance so far: at most one more than is shown. */
  readonly #ids = new Set<string>();
  #edits = Infinity;

  constructor(typed: string) {
    this.#typed = typed.toLowerCase();
    this.#allowed = Math.max(1, Math.floor(typed.length / 4));
  }

  add(id: string): void {
    const edits = this.#editsTo(id);
    if (edits === undefined || edits > this.#edits) return;
    if (edits < this.#edits) {
      this.#edits = edits;
      this.#ids.clear();
    }
    if (this.#ids.size <= MOST_SUGGESTED) this.#ids.add(id);
  }

  get ids(): readonly string[] {
    return this.#ids.size > MOST_SUGGESTED ? [] : [...this.#ids];
  }

  #editsTo(id: string): number | undefined {
    const typed = this.#typed;
    const whole = editsWithin(this.#allowed, typed, id.toLowerCase());
    if (whole !== undefined || typed.length < SHORTEST_START || typed.length >= id.length) return whole;
    return editsWithin(this.#allowed, typed, id.slice(0, typed.length).toLowerCase());
  }
}
