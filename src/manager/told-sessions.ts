import type { LiveSession, LiveSessions } from "./live-sessions.js";
import type { ManagedSession } from "./managed-session.js";
import type { RemovedSession } from "./options.js";

/** Something that happened to a session, and is in the file. */
export type SessionNews =
  | { readonly type: "created" | "changed"; readonly session: ManagedSession }
  | { readonly type: "removed"; readonly session: RemovedSession };

/** What was told of a session last. */
interface Told extends RemovedSession {
  readonly hash: number;
}

/** News that are told when they are in the file. */
export interface PendingNews {
  readonly news: readonly SessionNews[];
  readonly settle: () => void;
}

/**
 * What listeners were told of every session: so that each version of the file is told once, whoever wrote it. Empty while
 * nobody listens.
 */
export class ToldSessions {
  #told: Map<string, Told> | undefined;
  /** In their order; undefined while nobody is being told. */
  #untold: SessionNews[] | undefined;

  /** From here on news are found; what there is now is none. */
  begin(sessions: LiveSessions): void {
    this.#told ??= tellAll(sessions);
  }

  end(): void {
    this.#told = undefined;
  }

  /** What a file that was read anew has, and has no more. */
  compareAll(sessions: LiveSessions): PendingNews {
    if (this.#told === undefined) return NOTHING;
    const told = tellAll(sessions);
    const news = [...this.#told.values()].flatMap((before) => (told.has(before.sessionId) ? [] : removed(before)));
    for (const session of sessions.all()) {
      const found = this.#newsOf(sessions, session, told.get(session.sessionId)?.hash);
      if (found !== undefined) news.push(found);
    }
    return { news, settle: () => void (this.#told &&= told) };
  }

  /** What is new of some sessions. */
  compare(sessions: LiveSessions, ids: ReadonlySet<string>): PendingNews {
    if (this.#told === undefined) return NOTHING;
    const news: SessionNews[] = [];
    const next = new Map<string, Told | undefined>();
    for (const id of ids) {
      const session = sessions.find(id);
      const before = this.#told.get(id);
      const found =
        session === undefined ? before && removed(before) : this.#newsOf(sessions, session, sessions.hashOf(session));
      if (found === undefined) continue;
      news.push(found);
      next.set(id, session && tell(sessions, session));
    }
    return { news, settle: () => this.#take(next) };
  }

  /** Tells news. What happens because of them is told after them. */
  tell({ news, settle }: PendingNews, listener: (news: SessionNews) => void): void {
    settle();
    if (this.#untold !== undefined) {
      this.#untold.push(...news);
      return;
    }
    this.#untold = [...news];
    // It grows where a listener's question has the file read anew.
    for (const one of this.#untold) listener(one);
    this.#untold = undefined;
  }

  #newsOf(sessions: LiveSessions, session: LiveSession, hash: number | undefined): SessionNews | undefined {
    const before = this.#told?.get(session.sessionId);
    if (before?.hash === hash) return undefined;
    return { type: before === undefined ? "created" : "changed", session: sessions.view(session) };
  }

  #take(next: ReadonlyMap<string, Told | undefined>): void {
    for (const [id, told] of next) {
      if (told === undefined) this.#told?.delete(id);
      else this.#told?.set(id, told);
    }
  }
}

const NOTHING: PendingNews = { news: [], settle: () => undefined };

function tellAll(sessions: LiveSessions): Map<string, Told> {
  return new Map(Array.from(sessions.all(), (session) => [session.sessionId, tell(sessions, session)]));
}

function tell(sessions: LiveSessions, session: LiveSession): Told {
  const { sessionId, userId, platform } = session;
  return { sessionId, userId, platform, hash: sessions.hashOf(session) };
}

function removed({ sessionId, userId, platform }: Told): SessionNews {
  return { type: "removed", session: { sessionId, userId, platform } };
}
