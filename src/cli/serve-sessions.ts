import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { SessionsError } from "../errors.js";
import type { SessionManager } from "../manager/session-manager.js";
import { SYSTEM_TIME, type TimeSource } from "../manager/system-time.js";
import type { ServerOptions, StatsSource } from "../server/options.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { requireReplaceable } from "../storage/replaceable.js";
import type { SessionStore } from "../store/store.js";
import { FailureReporter } from "./failure-reporter.js";
import type { CliContext } from "./context.js";
import { lockingOf } from "./locking.js";
import { note, warn } from "./notes.js";
import { openStore } from "./open-store.js";
import { count, groupDigits } from "./render/numbers.js";
import { serverToken } from "./server-token.js";
import { Settings, type GlobalOptions } from "./settings.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";
import { foreignWriteAge, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

export interface ServeOptions extends GlobalOptions {
  readonly host: string;
  readonly port: number;
  readonly tokenFile?: string;
  readonly corsOrigin?: readonly string[];
  /** Seconds. */
  readonly cleanupInterval?: number;
}

/** What waits for another program's lock is given up after this, and what is not answered then is cut off. */
const LOCK_PATIENCE_MS = 3000;
const ANSWER_PATIENCE_MS = 3500;
const DEFAULT_CLEANUP_SECONDS = 300;

/** Serves until a signal ends it. */
export async function serveSessions(outer: CliContext, file: string | undefined, options: ServeOptions): Promise<void> {
  // Node would open its debugger, through which every user of this machine could do what the server can.
  process.on("SIGUSR1", () => undefined);
  // A server that reads the file now and then shows no progress of it.
  const context: CliContext = { ...outer, onRead: () => undefined };
  const settings = new Settings(context, file === undefined ? options : { ...options, store: file });
  requireUtc(settings);
  const token = await serverToken(context, options);
  const store = await openStore(context, settings, { toWrite: true });
  const foreignAge = await foreignWriteAge(context, store);
  // Else it would be found at the first change, when somebody waits for it.
  await requireReplaceable(await realpath(store.location));
  if (foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge, "all that is done here");
  const signal = context.interruptSignal();
  const patience = new AbortController();
  const failures = new FailureReporter(context);
  const time = timeOf(context, settings);
  const manager = await openManager(context, settings, store, options, time, patience.signal);
  manager.events.on("error", (error) => void failures.report(withAdvice(error)));
  sayConflicts(context, settings, store, manager);
  const serverOptions: ServerOptions = {
    manager,
    time,
    stats: statsOf(store, settings, time),
    corsOrigins: options.corsOrigin ?? [],
    onBug: (error) => void failures.report(error),
    onTrouble: (error) => void failures.report(withAdvice(error)),
    ...(token === undefined ? {} : { token }),
  };
  try {
    const { startServer } = await import("../server/running-server.js");
    const server = await startServer(serverOptions, options);
    try {
      await announce(context, settings, store, manager, server.url);
      await announceCleanup(context, manager, options);
      if (!signal.aborted) await once(signal, "abort");
    } catch (error) {
      await server.stop(ANSWER_PATIENCE_MS);
      throw error;
    }
    const giveUp = time.after(LOCK_PATIENCE_MS, () => patience.abort("SIGTERM"));
    await server.stop(ANSWER_PATIENCE_MS);
    await closeManager(context, manager);
    giveUp.cancel();
  } finally {
    await manager.close();
  }
}

/** A file that was there when the server started is not to be made anew. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") return error;
  const { path } = error.details;
  const restore = path === undefined ? "sessions restore latest" : `sessions -s ${shellQuote(path)} restore latest`;
  return new SessionsError(error.code, {
    ...error.details,
    reason: "it was there when the server started",
    hint: `bring it back; from a backup with: ${restore}`,
  });
}

/** The manager takes times without an offset as UTC, and writes them so. */
function requireUtc(settings: Settings): void {
  if (settings.naiveOffset === undefined) return;
  throw new SessionsError("USAGE", {
    reason: "serve takes times without an offset as UTC, and writes them so",
    hint: "leave out --file-tz and SESSIONS_FILE_TZ, for a file that a backend with local times does not write any more",
  });
}

/** The clock, moved to `--now` where that is given; it goes on from there. */
function timeOf(context: CliContext, settings: Settings): TimeSource {
  const shift = settings.retention.now - context.clock();
  return {
    // Without --now the settings read the same clock a moment ago.
    now: () => context.clock() + (Math.abs(shift) < MICROSECONDS_PER_SECOND ? 0 : shift),
    after: (milliseconds, callback) => SYSTEM_TIME.after(milliseconds, callback),
  };
}

async function openManager(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  { cleanupInterval = DEFAULT_CLEANUP_SECONDS }: ServeOptions,
  time: TimeSource,
  signal: AbortSignal,
): Promise<SessionManager> {
  const { SessionManager: Manager } = await import("../manager/session-manager.js");
  const { holder, waitMs } = lockingOf(context, settings);
  return Manager.open({
    store: store.location,
    timeoutMinutes: settings.retention.timeoutSeconds / 60,
    cleanupIntervalMinutes: cleanupInterval / 60,
    lockWaitMs: waitMs,
    holder,
    time,
    signal,
  });
}

function statsOf(store: SessionStore, settings: Settings, time: TimeSource): StatsSource {
  const { timeoutSeconds } = settings.retention;
  const read = async () => {
    const retention = { now: time.now(), timeoutSeconds };
    return { retention, stats: await store.stats({ selection: [], retention, grouping: { field: "platform" } }) };
  };
  return {
    json: async (damaged) => {
      const { statsJson } = await import("./render/stats-rows.js");
      const { retention, stats } = await read();
      return statsJson(stats, "platform", store.location, retention, Infinity, damaged);
    },
    prometheus: async (mostPlatforms) => {
      const { renderPrometheus } = await import("./render/prometheus.js");
      return renderPrometheus((await read()).stats, "platform", mostPlatforms, true);
    },
  };
}

async function announce(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  manager: SessionManager,
  url: string,
): Promise<void> {
  const { sessions, expired, damaged } = manager.contents;
  if (settings.isJson) {
    const body = { store: store.location, sessions, expired, damaged: damaged.count, url };
    await context.stdout.write(`${JSON.stringify(body)}\n`);
  }
  const loaded = `Loaded ${count(sessions, "session")} from ${shownPath(context, store.location)}`;
  await note(context, `${loaded} (${groupDigits(expired)} expired, ${groupDigits(damaged.count)} damaged)`);
  const file = shellQuote(shownPath(context, store.location));
  const trouble = manager.findTrouble();
  if (trouble instanceof SessionsError && trouble.code === "STORE_DAMAGED") {
    const why = "in this file it is in doubt where records begin and end, so that every change is refused";
    await warn(context, settings, `${why}. See what can be got back with: sessions repair ${file} --dry-run`);
  } else if (damaged.count > 0) {
    await note(context, `Damaged records stay as they are; see them with: sessions validate ${file}`);
  }
  await note(context, `Listening on ${url}; Ctrl-C stops it`);
  await context.sayAtOnce?.();
}

/** Removing sessions is what people want to know of, before and when it happens: nothing brings them back but a backup. */
async function announceCleanup(
  context: CliContext,
  manager: SessionManager,
  { cleanupInterval = DEFAULT_CLEANUP_SECONDS }: ServeOptions,
): Promise<void> {
  const { expired } = manager.contents;
  if (cleanupInterval === 0 || manager.findTrouble() !== undefined) return;
  if (expired > 0) {
    const { humanDuration } = await import("./render/time.js");
    const when = `Expired sessions leave the file in ${humanDuration(cleanupInterval)}, with a pending approval or not`;
    await note(context, `${when}; --cleanup-interval 0s keeps them`);
  }
  manager.events.on("expired", ({ length }) => void note(context, `Removed ${count(length, "expired session")}`));
  await context.sayAtOnce?.();
}

/** Those of one commit together: an editor may have taken much back. */
function sayConflicts(context: CliContext, settings: Settings, store: SessionStore, manager: SessionManager): void {
  const command = `sessions -s ${shellQuote(shownPath(context, store.location))} log --conflicts`;
  let waiting = 0;
  manager.events.on("conflict", () => {
    waiting += 1;
    if (waiting > 1) return;
    setImmediate(() => {
      const what = `a program without our lock, such as an editor, changed ${count(waiting, "session")} that changed here too`;
      waiting = 0;
      void warn(context, settings, `${what}. What counts, and what does not: ${command}`);
    });
  });
}

/** Changes that were acknowledged are on the disk; what may be lost is when sessions were used last. */
async function closeManager(context: CliContext, manager: SessionManager): Promise<void> {
  try {
    await manager.close();
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    const { errorText, exitCodeFor } = await import("./report-error.js");
    context.endWith?.(exitCodeFor(error));
    await context.stderr.write(await errorText(error, context.stderr));
    await note(context, "Last activities of the last moments are not written; all else that was answered is.");
  }
}
