import { SessionsError } from "../errors.js";
import { NEW_FILE_HEADER } from "../session/columns.js";
import { jsonTexts, mergeJson, type JsonInputObject } from "../session/json-dumps.js";
import type { RawJson } from "../session/raw-json.js";
import { stateOf, type Retention, type SessionState } from "../session/retention.js";
import { formatTimestamp } from "../session/timestamp.js";
import { createCsv } from "../store/csv-writing.js";
import { checkOptions, type CheckedOptions } from "./checked-options.js";
import { timeOfChange, type CheckedTime } from "./checked-time.js";
import { DurableSessions } from "./durable-sessions.js";
import type { LiveSession, LiveSessions, SessionTexts } from "./live-sessions.js";
import { ManagedSession } from "./managed-session.js";
import { ManagerEvents } from "./manager-events.js";
import { newSessionTexts, objectText, requireStorable, type FoundOrNew } from "./new-session.js";
import type { ListRequest, LoadedContents, NewSessionRequest, SessionManagerOptions, SessionPage } from "./options.js";
import { SessionSearch } from "./session-search.js";
import { activeOf, contentsOf, expiredOf, latestOf, pageOf } from "./session-selection.js";
import type { Timer } from "./system-time.js";

/**
 * The sessions of one file, for a server: in memory, and written durably. Other managers, the command line and editors may
 * change the file meanwhile: before each commit, and about four times a second where sessions are asked for, the manager
 * sees whether the file is still the one that it knows, reads it anew where it is not, and makes the waiting changes again. It looks
 * before it says of an id that there is no such session, so that what another server has acknowledged is found.
 *
 * Changes that come while a commit is under way share the next one. A change resolves when it is on the disk, with `batch` at once. It
 * rejects with a SessionsError where it cannot be written, and is then taken back in memory too: USAGE (the clock says what no timestamp
 * can hold, or the manager is closed; nothing was tried), STORE_LOCKED, CANCELLED (by `signal`), STORE_CHANGED, STORE_DAMAGED (it is in
 * doubt where records begin and end: `sessions repair` it), STORE_NOT_FOUND, STORE_NOT_A_FILE, IO_FAILED, ENGINE_UNAVAILABLE (no file locks here);
 * after DURABILITY_UNKNOWN it is in the file, and a power cut may take it back. Once it is closed, whatever needs the file throws USAGE.
 */
export class SessionManager implements AsyncDisposable {
  readonly events = new ManagerEvents();
  readonly #durable: DurableSessions;
  readonly #search: SessionSearch;
  readonly #options: CheckedOptions;
  readonly #time: CheckedTime;
  #cleanupTimer: Timer | undefined;
  /** Ids of new sessions that are not on the disk yet: whoever asks for one waits for it. */
  readonly #unwritten = new Set<string>();

  private constructor(options: CheckedOptions) {
    this.#options = options;
    this.#time = options.time;
    this.#durable = new DurableSessions(options, {
      reloaded: () => this.events.announce(() => this.events.emit("reloaded", this.#contentsInMemory())),
      conflicted: (conflict) => this.events.announce(() => this.events.emit("conflict", conflict)),
      failed: (error) => this.events.tellError(error),
      happened: (news) => this.events.tell(news),
    });
    this.#search = new SessionSearch(this.#durable, () => this.#retention());
    this.events.onWatched = (isWatched) => this.#durable.watch(isWatched);
    this.#planCleanup();
  }

  /**
   * Loads the file, or makes it.
   * @throws SessionsError USAGE (options that cannot be used or are not known, a clock as above), STORE_NOT_A_FILE, IO_FAILED, STORE_DAMAGED (no header
   * of ours), STORE_CHANGED (it is written just now); where it is made STORE_LOCKED, CANCELLED, ENGINE_UNAVAILABLE, DURABILITY_UNKNOWN: as above
   */
  static async open(given: SessionManagerOptions): Promise<SessionManager> {
    const options = checkOptions(given);
    try {
      return new SessionManager(options);
    } catch (error) {
      if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    }
    const { file, locking } = options;
    await createCsv(file, locking, [NEW_FILE_HEADER], {}).catch((error: unknown) => {
      // Another server made it in the same moment.
      if (!(error instanceof SessionsError) || error.code !== "STORE_EXISTS") throw error;
    });
    return new SessionManager(options);
  }

  /** What is in memory now, of the file as it is. */
  get contents(): LoadedContents {
    if (!this.#durable.isClosed) this.#durable.look();
    return this.#contentsInMemory();
  }

  #contentsInMemory(): LoadedContents {
    return contentsOf(this.#sessions, this.#durable.damaged, this.#retention());
  }

  /** How many sessions are not expired. */
  get activeSessionCount(): number {
    const { sessions, expired } = this.contents;
    return sessions - expired;
  }

  /**
   * The active session of a user on a platform, touched, the latest where there are several; a new one, on the disk when
   * this resolves, where there is none.
   * @throws SessionsError USAGE, VALUE_REFUSED, see `NewSessionRequest` and `createId`; TypeError for what JSON cannot hold. Nothing was changed.
   */
  async getOrCreateSession(request: NewSessionRequest): Promise<ManagedSession> {
    return (await this.getOrCreate(request)).session;
  }

  /** The same, and whether it is a new one. */
  async getOrCreate(request: NewSessionRequest): Promise<FoundOrNew> {
    requireStorable(request);
    const { userId, platform } = request;
    const createdAt = this.#time.requireNow();
    this.#durable.look();
    const latest = (): LiveSession | undefined => latestOf(this.#sessions, userId, platform, this.#retention());
    const existing = latest();
    if (existing !== undefined && !this.#unwritten.has(existing.sessionId)) return this.#touchFound(existing);
    const texts = newSessionTexts(request, this.#options.createId, createdAt);
    const { session_id: sessionId } = texts;
    // With `batch` everybody is told of it at once, and can rely on it.
    const isToldAtOnce = this.#options.batch !== undefined;
    if (!isToldAtOnce) this.#unwritten.add(sessionId);
    let isTold = false;
    try {
      return await this.#durable.change(() => {
        // Another caller or program may have made one meanwhile.
        const found = isTold ? this.#sessions.find(sessionId) : latest();
        isTold = isToldAtOnce;
        if (found !== undefined) return this.#touchFound(found);
        return { session: this.#view(this.#sessions.create(texts, createdAt)), isNew: true };
      });
    } finally {
      this.#unwritten.delete(sessionId);
    }
  }

  /** An active session, touched. @throws SessionsError SESSION_NOT_FOUND */
  getSession(sessionId: string): ManagedSession {
    this.#time.requireNow();
    const found = this.#search.get(sessionId);
    this.#durable.touch(found.session);
    return found.view();
  }

  /** An active session, not touched; undefined where there is none. */
  findSession(sessionId: string): ManagedSession | undefined {
    return this.#search.find(sessionId)?.view();
  }

  /** The same, expired ones too. */
  findSessionOfAnyState(sessionId: string): ManagedSession | undefined {
    return this.#search.find(sessionId, "all")?.view();
  }

  stateOf({ lastActivity }: ManagedSession): SessionState {
    return stateOf(lastActivity, this.#retention());
  }

  /** The active sessions of a user, on all platforms. */
  getUserSessions(userId: string): ManagedSession[] {
    this.#durable.look();
    return activeOf(this.#sessions.of(userId), this.#retention()).map((session) => this.#view(session));
  }

  /** All active sessions. */
  getAllSessions(): ManagedSession[] {
    this.#durable.look();
    return activeOf(this.#sessions.all(), this.#retention()).map((session) => this.#view(session));
  }

  /** A page of the sessions that are asked for. @throws SessionsError USAGE for what a request cannot have */
  listSessions(request: ListRequest): SessionPage {
    this.#durable.look();
    const { page, count } = pageOf(this.#sessions, request, this.#retention());
    return { sessions: page.map((session) => this.#view(session)), count };
  }

  /** How many versions of the file this manager wrote. */
  get commitCount(): number {
    return this.#durable.commitCount;
  }

  /**
   * Why the file cannot be read or written any more: what the last look, or the last commit, failed with; undefined where all
   * is well. A commit that the disk refused counts for ten minutes, any other for one, or until one is made.
   */
  findTrouble(): unknown {
    return this.#durable.findTrouble();
  }

  /** @throws SessionsError SESSION_NOT_FOUND; TypeError for what JSON cannot hold */
  async setPendingApproval(sessionId: string, approval: JsonInputObject | RawJson): Promise<ManagedSession> {
    const text = objectText(approval);
    return this.#update(sessionId, () => ({ pending_approval: text }));
  }

  /** @throws SessionsError SESSION_NOT_FOUND */
  async clearPendingApproval(sessionId: string): Promise<ManagedSession> {
    return this.#update(sessionId, () => ({ pending_approval: "" }));
  }

  /**
   * Sets members of a session's metadata, and removes those that are undefined; all others stay as they are written.
   * @throws SessionsError SESSION_NOT_FOUND; TypeError for what JSON cannot hold
   */
  async updateSessionMetadata(sessionId: string, members: JsonInputObject): Promise<ManagedSession> {
    // Texts, as the caller may change the members before they are written.
    const texts = jsonTexts(members);
    return this.#update(sessionId, (session) => ({
      metadata: mergeJson(this.#sessions.text(session, "metadata"), texts),
    }));
  }

  /** @returns false where there is no such session, expired or not */
  async deleteSession(sessionId: string): Promise<boolean> {
    const found = this.#search.find(sessionId, "all");
    if (found === undefined) return false;
    if (found.isNotInMemory) await this.#durable.flush();
    return this.#durable.change(() => {
      const session = this.#sessions.find(sessionId);
      if (session === undefined) return false;
      this.#sessions.remove(session);
      return true;
    }, sessionId);
  }

  /**
   * Removes from the file what has been expired for longer than `touchDelayMs` and `lockWaitMs` together: by then the file says so where
   * another server, with the same options, used a session just before it expired. It is decided on the file as it is under the lock.
   * @returns how many
   */
  async cleanupExpiredSessions(): Promise<number> {
    this.#time.requireNow();
    this.#durable.look();
    if (this.#removable().length === 0) return 0;
    const removed = await this.#durable.change(() => {
      const expired = this.#removable();
      for (const session of expired) this.#sessions.remove(session);
      return expired.map(({ sessionId }) => sessionId);
    });
    if (removed.length > 0) this.events.announce(() => this.events.emit("expired", removed));
    return removed.length;
  }

  /** Resolves when everything that was changed or touched before is on the disk. */
  async flush(): Promise<void> {
    await this.#durable.flush();
  }

  /**
   * Writes what is not written yet, and what an editor took back since the last look, and gives the file back; where there is none
   * of it, neither the lock nor the file is touched. May be called again. Rejects as a change does where that, the last activities,
   * or changes that `batch` acknowledged, cannot be written: they are lost then. It is closed all the same.
   */
  async close(): Promise<void> {
    this.#cleanupTimer?.cancel();
    await this.#durable.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #retention(): Retention {
    return { now: this.#time.now(), timeoutSeconds: this.#options.timeoutSeconds };
  }

  #removable(): LiveSession[] {
    const { touchDelayMs, locking } = this.#options;
    const { now, timeoutSeconds } = this.#retention();
    return expiredOf(this.#sessions, { now: now - (touchDelayMs + locking.waitMs) * 1000, timeoutSeconds });
  }

  #view(session: LiveSession): ManagedSession {
    return this.#sessions.view(session);
  }

  #touchFound(session: LiveSession): FoundOrNew {
    this.#durable.touch(session);
    return { session: this.#view(session), isNew: false };
  }

  get #sessions(): LiveSessions {
    return this.#durable.sessions;
  }

  async #update(sessionId: string, change: (session: LiveSession) => SessionTexts): Promise<ManagedSession> {
    const now = this.#time.requireNow();
    if (this.#search.get(sessionId).isNotInMemory) await this.#durable.flush();
    return this.#durable.change(() => {
      const session = this.#search.getInMemory(sessionId);
      const texts = change(session);
      session.lastActivity = timeOfChange(session.lastActivity, now);
      this.#sessions.change(session, { ...texts, last_activity: formatTimestamp(session.lastActivity) });
      return this.#view(session);
    }, sessionId);
  }

  #planCleanup(): void {
    const { cleanupIntervalMs } = this.#options;
    if (cleanupIntervalMs <= 0) return;
    this.#cleanupTimer = this.#time.after(cleanupIntervalMs, () => {
      // Planned first: a listener that hears of what a cleanup reads may close.
      this.#planCleanup();
      this.cleanupExpiredSessions().catch((error: unknown) => this.events.tellError(error));
    });
  }
}
