import { hostname } from "node:os";
import type { LockHolder } from "../errors.js";
import { formatInstant, type Instant } from "../session/timestamp.js";

/** What those who wait for the lock are told of a manager that was given no other words. */
export function lockHolderAt(now: Instant): LockHolder {
  return { pid: process.pid, host: hostname(), command: "session manager", since: formatInstant(now) };
}
