// A manager on a file in a folder of its own, with a clock and timers that the test moves.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { onTestFinished } from "vitest";
import { SessionManager } from "../../src/manager/session-manager.js";
import type { SessionManagerOptions } from "../../src/manager/options.js";
import type { TimeSource } from "../../src/manager/system-time.js";
import { parseTimestamp, type Instant } from "../../src/session/timestamp.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { temporaryFolder } from "../storage/folder.js";

export const HEADER = COLUMN_NAMES.join(",");
const START = "2025-09-30T10:00:00.000001";

/** A clock that stands still until it is moved, and calls back what is due then. */
class HandTime implements TimeSource {
  #now: Instant = parseTimestamp(START);
  readonly #timers = new Set<{ readonly at: Instant; readonly callback: () => void }>();

  now(): Instant {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): { cancel: () => void } {
    const timer = { at: this.#now + milliseconds * 1000, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  get timerCount(): number {
    return this.#timers.size;
  }

  advance(milliseconds: number): void {
    const until = this.#now + milliseconds * 1000;
    for (;;) {
      const [next] = Array.from(this.#timers)
        .filter(({ at }) => at <= until)
        .sort((left, right) => left.at - right.at);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = next.at;
      next.callback();
    }
    this.#now = until;
  }
}

/** A record, last active so many minutes before the start. */
export function row(id: string, { user = "telegram_1", idle = 1, pending = "", metadata = "{}" } = {}): string {
  const time = new Date(Date.parse("2025-09-30T10:00:00Z") - idle * 60_000).toISOString().slice(0, 19);
  const fields = [id, user, user.split("_")[0] ?? "", `t-${id}`, "2025-09-30T08:00:00", time, pending, metadata];
  return fields.map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}

export function fileOf(...rows: string[]): string {
  return [HEADER, ...rows, ""].join("\r\n");
}

export interface Managed {
  readonly manager: SessionManager;
  readonly file: string;
  readonly time: HandTime;
  readonly text: () => string;
  /** Another program writes the file, a moment later. */
  readonly rewrite: (text: string) => void;
}

export async function manage(text: string | undefined, options: Partial<SessionManagerOptions> = {}): Promise<Managed> {
  const file = options.store ?? path.join(temporaryFolder(), "sessions.csv");
  if (text !== undefined) writeFileSync(file, text);
  const time = new HandTime();
  let ids = 0;
  const createId = (): string => `id-${(ids += 1)}`;
  const manager = await SessionManager.open({ store: file, time, createId, cleanupIntervalMinutes: 0, ...options });
  onTestFinished(() => manager.close().catch(() => undefined));
  return {
    manager,
    file,
    time,
    text: () => readFileSync(file, "utf8"),
    rewrite: (content) => {
      writeFileSync(file, content);
      time.advance(300);
    },
  };
}
