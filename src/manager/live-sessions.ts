import { encodeField } from "../check/encode.js";
import { fieldAt, replaceFields } from "../csv/field.js";
import { bytesOfText } from "../csv/latin1.js";
import type { ColumnName } from "../session/columns.js";
import { formatTimestamp, type Instant } from "../session/timestamp.js";
import { ManagedSession } from "./managed-session.js";
import type { CsvImage, ImageRecord, ReadRecord } from "../store/csv-image.js";
import { hashOfText } from "../store/text-hash.js";

/** A session in memory: what is asked for often; the rest stands in its record. */
export interface LiveSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly platform: string;
  lastActivity: Instant;
  isPending: boolean;
  readonly record: ImageRecord;
  /** Earlier records with the same id, which do not count and go when the session goes. */
  readonly older: readonly ImageRecord[];
}

/** The texts of a session's fields. */
export type SessionTexts = Readonly<Partial<Record<ColumnName, string>>>;

const NONE: readonly ImageRecord[] = [];
const MOST_PLATFORMS = 1000;

/** The sessions of one version of a file, found by their ids and their users. Changes go into the file's image. */
export class LiveSessions {
  /** Each platform's name once. */
  readonly #platforms = new Map<string, string>();
  readonly #byId = new Map<string, LiveSession>();
  /** The session itself where a user has one, as most have. */
  readonly #byUser = new Map<string, LiveSession | Set<LiveSession>>();
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
      isPending: reader.isPending(record),
      record: image,
      older: before === undefined ? NONE : [...before.older, before.record],
    });
  }

  /** Adds a session behind all others. */
  create(texts: Readonly<Record<ColumnName, string>>, createdAt: Instant): LiveSession {
    const image = this.#requireImage();
    const byName: Readonly<Record<string, string | undefined>> = texts;
    const session: LiveSession = {
      sessionId: texts.session_id,
      userId: texts.user_id,
      platform: this.#shared(texts.platform),
      lastActivity: createdAt,
      isPending: false,
      record: image.append(image.columns.names.map((name) => encodedField(byName[name] ?? "")).join(",")),
      older: NONE,
    };
    this.#add(session);
    this.#changedIds.add(session.sessionId);
    return session;
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
  text({ record }: LiveSession, column: ColumnName): string {
    const image = this.#requireImage();
    return fieldAt(image.bytesOf(record), image.columns.at[column]);
  }

  /** The session as it is now. */
  view(session: LiveSession): ManagedSession {
    const image = this.#requireImage();
    return new ManagedSession(session, image.bytesOf(session.record), image.columns);
  }

  /** Writes some of a session's fields anew; all else in its record stays byte for byte. */
  change({ sessionId, record }: LiveSession, texts: SessionTexts): void {
    const image = this.#requireImage();
    this.#changedIds.add(sessionId);
    const fields = Object.entries(texts).map(
      ([column, text]) => [image.columns.at[column as ColumnName], encodedField(text)] as const,
    );
    image.replace(record, replaceFields(image.bytesOf(record), new Map(fields)));
  }

  /** Puts the last activity that is in memory into the record; the image's bytes must not be in use. */
  writeActivity(session: LiveSession): void {
    const image = this.#requireImage();
    const text = formatTimestamp(session.lastActivity);
    this.#changedIds.add(session.sessionId);
    if (image.patchField(session.record, image.columns.at.last_activity, text)) return;
    this.change(session, { last_activity: text });
  }

  remove(session: LiveSession): void {
    const image = this.#requireImage();
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
