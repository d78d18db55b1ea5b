import fs from "node:fs";
import { beginReplacement } from "../../src/storage/atomic-replace.js";
import type { CommitResult } from "../../src/storage/atomic-replace.js";
import { acquireLock } from "../../src/storage/lock.js";
import { openSnapshot } from "../../src/storage/snapshot.js";

/** One whole commit as the store makes it: lock, snapshot, write in two pieces, commit, record. */
export async function replaceFile(target: string, content: string): Promise<CommitResult> {
  const holder = { pid: process.pid, host: "test", command: "replace", since: "2026-01-01T00:00:00Z" };
  using lock = await acquireLock(target, { waitMs: 10_000, holder });
  using replaces = fs.existsSync(target) ? openSnapshot(target) : undefined;
  await using replacement = await beginReplacement(target, { replaces });
  const bytes = Buffer.from(content);
  const half = Math.ceil(bytes.length / 2);
  await replacement.write(bytes.subarray(0, half));
  await replacement.write(bytes.subarray(half));
  const result = await replacement.commit();
  lock.recordCommit(result.stamp);
  return result;
}
