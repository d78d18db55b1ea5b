/**
 * The public API of the library: what a bot server needs to read, select, count and remove sessions in the file that it
 * shares with the `sessions` command. Everything else under `dist/lib` may change without notice.
 *
 * Every operation that fails on purpose rejects with a `SessionsError`, whose `code` is one of the closed set `ErrorCode`;
 * each code says what state it leaves behind. An argument of another type than declared, or that JSON cannot hold, is a TypeError; text
 * that is no JSON or no regular expression is a SyntaxError. Any other error is a bug of this library.
 *
 * The library reads no environment and no clock: the caller passes the time in `Retention.now`, in microseconds since
 * 1970, for instance `Date.now() * 1000`.
 *
 * @packageDocumentation
 */
export { CsvStore, type CsvStoreOptions } from "./store/csv-store.js";
export type {
  ChangeOrigin,
  Faults,
  FindReading,
  Lookup,
  ReadRequest,
  RemovalPlan,
  RemovalRequest,
  SessionReading,
  SessionStore,
  StatsRequest,
  StoreCapabilities,
  StoreDescription,
  StoreStats,
  WriteControl,
  WriteResult,
} from "./store/store.js";

export { SessionManager } from "./manager/session-manager.js";
export type { SessionConflict } from "./manager/hand-edits.js";
export type { ManagedSession } from "./manager/managed-session.js";
export type {
  ListRequest,
  LoadedContents,
  NewSessionRequest,
  RemovedSession,
  SessionManagerEvents,
  SessionManagerOptions,
  SessionPage,
} from "./manager/options.js";
export type { TimeSource, Timer } from "./manager/system-time.js";
export type { JsonInput, JsonInputObject, JsonObject, JsonValue } from "./session/json-dumps.js";
export { RawJson } from "./session/raw-json.js";

export { COLUMN_NAMES, type ColumnName, type Columns } from "./session/columns.js";
export type { Session } from "./session/session.js";
export type { Comparison, Condition, Selection } from "./session/query.js";
export {
  expiryCutoff,
  idleCutoff,
  idleSeconds,
  stateOf,
  type Retention,
  type SessionState,
} from "./session/retention.js";
export type { IdleTimes, SessionCounts, SessionGroup, SessionStats, StatsGrouping } from "./session/stats.js";
export {
  formatInstant,
  formatTimestamp,
  MICROSECONDS_PER_SECOND,
  parseTimestamp,
  type Instant,
  type NaiveOffset,
} from "./session/timestamp.js";

export { SessionsError, type ErrorCode, type ErrorDetails, type Finding, type LockHolder } from "./errors.js";
