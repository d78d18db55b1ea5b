// A real server on a real file, whose clock the command line of the test shares.
import { writeFileSync } from "node:fs";
import { onTestFinished } from "vitest";
import { statsJson } from "../../../src/cli/render/stats-rows.js";
import { SessionManager } from "../../../src/manager/session-manager.js";
import { SYSTEM_TIME, type TimeSource } from "../../../src/manager/system-time.js";
import type { ServerOptions, StatsSource } from "../../../src/server/options.js";
import { startServer, type RunningServer } from "../../../src/server/running-server.js";
import { parseTimestamp } from "../../../src/session/timestamp.js";
import { CsvStore } from "../../../src/store/csv-store.js";
import { csvFile, Folder } from "../../cli/context.js";
import { HOLDER } from "../../storage/folder.js";

/** When the server starts, by its own clock: that of `Folder`, so that a command line sees the same ages. */
const START = parseTimestamp("2025-09-30T10:45:00Z");
const TIMEOUT_MINUTES = 60;

export interface Served {
  readonly url: string;
  readonly folder: Folder;
  readonly manager: SessionManager;
  readonly text: () => string;
  /** Stops the server, and starts it again on the same port. */
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

/** Serves a file with these records on a port of its own until the test ends. */
export async function serve(rows: readonly string[], options: { readonly token?: string } = {}): Promise<Served> {
  const folder = new Folder();
  const file = folder.file("sessions.csv");
  writeFileSync(file, csvFile(...rows));
  const time = runningFrom(START);
  const store = CsvStore.atPath(file, { lock: { waitMs: 0, holder: HOLDER } });
  const stats: StatsSource = {
    json: async (damaged) => {
      const retention = { now: time.now(), timeoutSeconds: TIMEOUT_MINUTES * 60 };
      const counted = await store.stats({ selection: [], retention, grouping: { field: "platform" } });
      return statsJson(counted, "platform", file, retention, Infinity, damaged);
    },
    prometheus: async () => "",
  };
  const manager = await SessionManager.open({ store: file, time, timeoutMinutes: TIMEOUT_MINUTES, lockWaitMs: 500 });
  const bugs: unknown[] = [];
  const settings: ServerOptions = {
    manager,
    stats,
    time,
    corsOrigins: [],
    onBug: (bug) => bugs.push(bug),
    onTrouble: () => undefined,
    ...options,
  };
  let port = 0;
  let server: RunningServer | undefined;
  const start = async (): Promise<void> => {
    server = await startServer(settings, { host: "127.0.0.1", port });
    port = Number(new URL(server.url).port);
  };
  const stop = async (): Promise<void> => {
    await server?.stop(0);
    server = undefined;
  };
  await start();
  onTestFinished(async () => {
    await stop();
    // A test may have taken its file away.
    await manager.close().catch(() => undefined);
    if (bugs.length > 0) throw new AggregateError(bugs, "The server has bugs");
  });
  return { url: `http://127.0.0.1:${port}/`, folder, manager, text: () => folder.read("sessions.csv"), stop, start };
}

function runningFrom(start: number): TimeSource {
  const begun = SYSTEM_TIME.now();
  return { ...SYSTEM_TIME, now: () => start + SYSTEM_TIME.now() - begun };
}
