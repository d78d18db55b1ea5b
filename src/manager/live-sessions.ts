import { isDeepStrictEqual } from "node:util";
import { encodeField } from "../check/encode.js";
import { fieldAt, replaceFields } from "../csv/field.js";
import { bytesOfText } from "../csv/latin1.js";
import { SessionsError } from "../errors.js";
import type { ColumnName } from "../session/columns.js";
import { formatTimestamp, parseTimestamp, type Instant } from "../session/timestamp.js";
import { ManagedSession } from "./managed-session.js";
import type { CsvImage, ImageRecord, ReadRecord } from "../store/csv-image.js";
import { hashOfText } from "../store/text-hash.js";

/** A session in memory: what is asked for often; the rest stands in its record. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly platform: string;
  lastActivity: Instant;
  /** The columns that programs with the lock have written since this manager knows the session, as bits; see `hasWritten`. */
  written: number;
  readonly record: ImageRecord;
  /** Earlier records with the same id, which do not count and go when the session goes. */
  readonly older: readonly ImageRecord[];
}

type SessionIdentity = Pick<LiveSession, "sessionId" | "userId" | "platform" | "lastActivity">;

/** The texts of a session's fields. */
export type SessionTexts = Readonly<Partial<Record<ColumnName, string>>>;

/** The columns that a manager changes, as bits of `written`. */
const BITS: Readonly<Partial<Record<ColumnName, number>>> = { last_activity: 1, pending_approval: 2, metadata: 4 };
const ALL_BITS = 7;

const NONE: readonly ImageRecord[] = [];

/** Whether this manager, or another program with the lock, has written a column of a session since this one knows it. */
export function hasWritten({ written }: LiveSession, column: ColumnName): boolean {
  return (written & (BITS[column] ?? 0)) !== 0;
}

/** Two records with one id would be damage to `sessions validate`. */
const ID_TAKEN = {
  reason: "createId made an id that another session has; nothing was written",
  hint: "Make ids that no session has had, such as UUIDs of version 4",
} as const;

/** Of so many platforms the name is kept once. */
const MOST_PLATFORMS = 1000;

/** The sessions of one version of a file, found by their ids and their users. Changes go into the file's image. */
export class LiveSessions {
  /** Each platform's name once. */
  readonly #platforms = new Map<string, string>();
  readonly #byId = new Map<string, LiveSession>();
  /** The session itself where a user has one, as most have. */
  readonly #byUser = new Map<string, LiveSession | Set<LiveSession>>();
  /** What is changed and not written yet: the records as they were before, by session; empty for new ones. */
  #before = new Map<string, string>();
  #isChangedByUs = false;
  #image: CsvImage | undefined;
  #changedIds = new Set<string>();

  get size(): number {
    return this.#byId.size;
  }

  /** The image that the records are of; to be set when it has been read. */
  set image(image: CsvImage) {
    this.#image = image;
  }

  /** Takes a session from the file; one with the same id takes the place of the one before. */
  load({ reader, record, image }: ReadRecord): void {
    const sessionId = reader.text(record, "session_id");
    const before = this.#byId.get(sessionId);
    if (before !== undefined) this.#forget(before);
    this.#add({
      sessionId,
      userId: reader.text(record, "user_id"),
      platform: this.#shared(reader.text(record, "platform")),
      lastActivity: reader.lastActivity(record),
      written: 0,
      record: image,
      older: before === undefined ? NONE : [...before.older, before.record],
    });
  }

  /** Adds a session behind all others. @throws SessionsError VALUE_REFUSED where its id is taken */
  create(texts: Readonly<Record<ColumnName, string>>, createdAt: Instant): LiveSession {
    const { session_id: sessionId, user_id: userId, platform } = texts;
    if (this.#byId.has(sessionId)) throw new SessionsError("VALUE_REFUSED", { ids: [sessionId], ...ID_TAKEN });
    return this.#append({ sessionId, userId, platform, lastActivity: createdAt }, this.#encoded(texts));
  }

  /**
   * Adds a session of another version of the file behind all others.
   * @param record of that version, without its line break, its bytes as Latin-1
   * @param columnNames of that version; what has no column here is left out
   */
  addAgain(session: SessionIdentity, record: string, columnNames: readonly string[]): LiveSession {
    const texts = (): Record<string, string> =>
      Object.fromEntries(columnNames.map((name, place) => [name, fieldAt(record, place)]));
    return this.#append(session, isDeepStrictEqual(columnNames, this.columnNames) ? record : this.#encoded(texts()));
  }

  find(sessionId: string): LiveSession | undefined {
    return this.#byId.get(sessionId);
  }

  /** In the order of the file, but for those whose id has an earlier record too. */
  all(): Iterable<LiveSession> {
    return this.#byId.values();
  }

  of(userId: string): Iterable<LiveSession> {
    const found = this.#byUser.get(userId);
    return found === undefined ? [] : found instanceof Set ? found : [found];
  }

  /** The text of a column, unquoted. */
  text(session: LiveSession, column: ColumnName): string {
    return this.textIn(this.recordOf(session), column);
  }

  /** The same of a record of this version of the file. */
  textIn(record: string, column: ColumnName): string {
    return fieldAt(record, this.#requireImage().columns.at[column]);
  }

  /** A session's record without its line break, as it is to be, its bytes as Latin-1. */
  recordOf({ record }: LiveSession): string {
    return this.#requireImage().bytesOf(record);
  }

  /** All column names in their order. */
  get columnNames(): readonly string[] {
    return this.#requireImage().columns.names;
  }

  /** The session as it is now. */
  view(session: LiveSession): ManagedSession {
    const image = this.#requireImage();
    return new ManagedSession(session, image.bytesOf(session.record), image.columns);
  }

  /** Writes some of a session's fields anew; all else in its record stays byte for byte. */
  change(session: LiveSession, texts: SessionTexts): void {
    const image = this.#requireImage();
    const { sessionId, record } = session;
    const bytes = image.bytesOf(record);
    if (!this.#before.has(sessionId)) this.#before.set(sessionId, bytes);
    this.#changedIds.add(sessionId);
    const fields = new Map<number, string>();
    for (const [column, text] of Object.entries(texts) as [ColumnName, string][]) {
      this.#mark(session, BITS[column] ?? 0);
      fields.set(image.columns.at[column], encodedField(text));
    }
    image.replace(record, replaceFields(bytes, fields));
  }

  /** Puts the last activity that is in memory into the record, where there is such a session; the image's bytes must not be in use. */
  writeActivity(sessionId: string): void {
    const session = this.#byId.get(sessionId);
    if (session === undefined) return;
    const image = this.#requireImage();
    const text = formatTimestamp(session.lastActivity);
    this.#changedIds.add(sessionId);
    this.#mark(session, BITS.last_activity ?? 0);
    if (image.patchField(session.record, image.columns.at.last_activity, text)) return;
    this.change(session, { last_activity: text });
  }

  remove(session: LiveSession): void {
    const image = this.#requireImage();
    this.#noteBefore(session);
    for (const record of [...session.older, session.record]) image.remove(record);
    this.#changedIds.add(session.sessionId);
    this.#forget(session);
  }

  /** The ids of all sessions that were made, changed or removed since they were taken last. */
  takeChangedIds(): ReadonlySet<string> {
    const ids = this.#changedIds;
    this.#changedIds = new Set();
    return ids;
  }

  /** A number that differs, as far as numbers can, where the bytes of two records do. */
  hashOf({ record }: LiveSession): number {
    return hashOfText(this.#requireImage().bytesOf(record));
  }

  /** What is changed from here on is not part of what is written now. @returns the records as they were, for `restoreBefore` */
  takeBefore(): ReadonlyMap<string, string> {
    const before = this.#before;
    this.#before = new Map();
    return before;
  }

  /** What was taken is not written after all. */
  restoreBefore(before: ReadonlyMap<string, string>): void {
    this.#before = new Map([...this.#before, ...before]);
  }

  /** The records of changed sessions as they were before, by session; empty where there was none. */
  get before(): ReadonlyMap<string, string> {
    return this.#before;
  }

  /** Takes over which columns were written, from an earlier version of the file. */
  keepWritten(earlier: LiveSessions): void {
    this.#isChangedByUs ||= earlier.isChangedByUs;
    for (const { sessionId, written } of earlier.all()) {
      const session = written === 0 ? undefined : this.#byId.get(sessionId);
      if (session !== undefined) session.written |= written;
    }
  }

  /** Notes what other programs with the lock wrote since an earlier version of the file, as far as they moved the last activity. */
  noteWrittenByOthers(earlier: LiveSessions): void {
    for (const session of this.#byId.values()) {
      const known = earlier.find(session.sessionId);
      // Made, and perhaps changed, since.
      if (known === undefined) session.written = ALL_BITS;
      if (known === undefined || known.lastActivity === session.lastActivity) continue;
      const record = earlier.before.get(session.sessionId) ?? earlier.recordOf(known);
      if (record === "" || session.lastActivity <= parseTimestamp(earlier.textIn(record, "last_activity"))) continue;
      for (const [column, bit] of Object.entries(BITS) as [ColumnName, number][]) {
        if (this.text(session, column) !== earlier.textIn(record, column)) session.written |= bit;
      }
    }
  }

  /** This manager has written some session, or is to write it. */
  get isChangedByUs(): boolean {
    return this.#isChangedByUs;
  }

  #encoded(texts: Readonly<Record<string, string | undefined>>): string {
    return this.columnNames.map((name) => encodedField(texts[name] ?? "")).join(",");
  }

  #append({ sessionId, userId, platform, lastActivity }: SessionIdentity, bytes: string): LiveSession {
    const session: LiveSession = {
      sessionId,
      userId,
      platform: this.#shared(platform),
      lastActivity,
      written: ALL_BITS,
      record: this.#requireImage().append(bytes),
      older: NONE,
    };
    this.#isChangedByUs = true;
    this.#before.set(sessionId, "");
    this.#add(session);
    this.#changedIds.add(sessionId);
    return session;
  }

  #mark(session: LiveSession, bits: number): void {
    session.written |= bits;
    this.#isChangedByUs = true;
  }

  #noteBefore({ sessionId, record }: LiveSession): void {
    if (this.#before.has(sessionId)) return;
    this.#before.set(sessionId, this.#requireImage().bytesOf(record));
  }

  #add(session: LiveSession): void {
    this.#byId.set(session.sessionId, session);
    const others = this.#byUser.get(session.userId);
    if (others === undefined) this.#byUser.set(session.userId, session);
    else if (others instanceof Set) others.add(session);
    else this.#byUser.set(session.userId, new Set([others, session]));
  }

  #forget(session: LiveSession): void {
    this.#byId.delete(session.sessionId);
    const others = this.#byUser.get(session.userId);
    if (others instanceof Set && others.size > 1) others.delete(session);
    else this.#byUser.delete(session.userId);
  }

  #shared(platform: string): string {
    const known = this.#platforms.get(platform);
    if (known === undefined && this.#platforms.size < MOST_PLATFORMS) this.#platforms.set(platform, platform);
    return known ?? platform;
  }

  #requireImage(): CsvImage {
    if (this.#image === undefined) throw new Error("the sessions belong to no image yet");
    return this.#image;
  }
}

/** A text as a field, its bytes as Latin-1. */
function encodedField(text: string): string {
  return encodeField(bytesOfText(text));
}
