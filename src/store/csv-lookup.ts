import type { SessionReader } from "../session/codec.js";
import type { Session } from "../session/session.js";
import type { Lookup } from "./store.js";

const CANDIDATES_SHOWN = 5;

/** Collects the sessions that one id, or the start of one, names. */
export class LookupCollector {
  readonly #text: string;
  readonly #isNamed: (record: number) => boolean;
  readonly #reader: SessionReader;
  readonly #exact: Session[] = [];
  /** Sessions by id for the first five ids that start with the text. */
  readonly #byPrefix = new Map<string, Session[]>();

  constructor(text: string, reader: SessionReader) {
    this.#text = text;
    this.#isNamed = reader.matcher("session_id", text, "starts");
    this.#reader = reader;
  }

  /** Looks at one whole record of the current batch. */
  add(record: number): void {
    if (!this.#isNamed(record)) return;
    const reader = this.#reader;
    const id = reader.text(record, "session_id");
    if (id === this.#text) {
      this.#exact.push(reader.session(record));
      return;
    }
    const sessions = this.#byPrefix.get(id);
    if (sessions !== undefined) sessions.push(reader.session(record));
    else if (this.#byPrefix.size < CANDIDATES_SHOWN) this.#byPrefix.set(id, [reader.session(record)]);
  }

  /** A whole id counts before any longer one that starts with it. */
  lookup(): Lookup {
    const text = this.#text;
    if (this.#exact.length > 0) return { text, sessions: this.#exact, ambiguous: [] };
    const [only, ...others] = this.#byPrefix.values();
    if (only === undefined) return { text, sessions: [], ambiguous: [] };
    if (others.length === 0) return { text, sessions: only, ambiguous: [] };
    return { text, sessions: [], ambiguous: [...this.#byPrefix.keys()] };
  }
}
