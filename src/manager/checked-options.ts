import { randomUUID } from "node:crypto";
import path from "node:path";
import { SessionsError } from "../errors.js";
import type { LockOptions } from "../storage/lock.js";
import { CheckedTime } from "./checked-time.js";
import { requireNames, requireValue, type Names } from "./known-names.js";
import { lockHolderAt } from "./lock-holder.js";
import type { SessionManagerOptions } from "./options.js";
import { SYSTEM_TIME } from "./system-time.js";

const MS_PER_MINUTE = 60_000;

/** A manager's options with what is left out filled in, in the units that it counts in. */
export interface CheckedOptions {
  /** Absolute. */
  readonly file: string;
  readonly timeoutSeconds: number;
  /** 0: never. */
  readonly cleanupIntervalMs: number;
  readonly touchDelayMs: number;
  readonly batch: SessionManagerOptions["batch"];
  readonly locking: LockOptions;
  readonly time: CheckedTime;
  readonly createId: () => string;
}

const NAMES: Names<Required<SessionManagerOptions>> = {
  store: true,
  timeoutMinutes: true,
  cleanupIntervalMinutes: true,
  touchDelayMs: true,
  batch: true,
  lockWaitMs: true,
  holder: true,
  signal: true,
  time: true,
  createId: true,
};

/**
 * @throws SessionsError USAGE for options that are not known, have another type than declared or are out of bounds, and for a clock as
 * `CheckedTime`
 */
export function checkOptions(options: SessionManagerOptions): CheckedOptions {
  requireNames("options", options, NAMES);
  requireTypes(options);
  const { timeoutMinutes = 60, cleanupIntervalMinutes = 5, touchDelayMs = 1000, lockWaitMs = 10_000, batch } = options;
  requireNumber("timeoutMinutes", timeoutMinutes, "minutes, more than 0", timeoutMinutes > 0);
  requireNumber("cleanupIntervalMinutes", cleanupIntervalMinutes, "minutes, or 0", cleanupIntervalMinutes >= 0);
  requireNumber("touchDelayMs", touchDelayMs, "milliseconds, or 0", touchDelayMs >= 0);
  requireNumber("lockWaitMs", lockWaitMs, "milliseconds, or 0", lockWaitMs >= 0);
  if (batch !== undefined) {
    requireNames("batch", batch, { everyMs: true, changes: true });
    requireNumber("batch.everyMs", batch.everyMs, "milliseconds, or 0", batch.everyMs >= 0);
    requireNumber("batch.changes", batch.changes, "changes, 1 or more", batch.changes >= 1);
  }
  const time = new CheckedTime(options.time ?? SYSTEM_TIME);
  const now = time.requireNow();
  const { holder = lockHolderAt(now), signal } = options;
  return {
    file: path.resolve(options.store),
    timeoutSeconds: (timeoutMinutes * MS_PER_MINUTE) / 1000,
    cleanupIntervalMs: cleanupIntervalMinutes * MS_PER_MINUTE,
    touchDelayMs,
    batch,
    locking: { holder, waitMs: lockWaitMs, ...(signal && { signal }) },
    time,
    createId: options.createId ?? randomUUID,
  };
}

function requireTypes({ store, time, createId, signal, holder }: SessionManagerOptions): void {
  const isPath = typeof store === "string" && store !== "" && !store.includes("\0");
  requireUsable("store", isPath, "the path of the sessions file, as a text");
  requireUsable("time", time === undefined || areAll("function", time, "now", "after"), "an object with now and after");
  requireUsable("createId", createId === undefined || areAll("function", { createId }, "createId"), "a function");
  requireUsable("signal", signal === undefined || (signal as unknown) instanceof AbortSignal, "an AbortSignal");
  const isHolder =
    holder === undefined || (areAll("number", holder, "pid") && areAll("string", holder, "host", "command", "since"));
  requireUsable("holder", isHolder, "an object with pid, host, command and since");
}

/** Members of what is perhaps no object. */
function areAll(type: string, value: unknown, ...names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Readonly<Record<string, unknown>> | null)?.[name] === type);
}

function requireUsable(name: string, isUsable: boolean, what: string): void {
  if (!isUsable) throw new SessionsError("USAGE", { reason: `${name} cannot be used`, hint: `Give ${what}` });
}

function requireNumber(name: string, value: unknown, what: string, isInBounds: boolean): void {
  requireValue(name, value, Number.isFinite(value) && isInBounds, `a number of ${what}`);
}
