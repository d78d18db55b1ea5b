import { realpathSync, statSync } from "node:fs";
import path from "node:path";

/** By device and inode where both are there, so that links are seen through; else by path. */
export function isSameFile(one: string, other: string): boolean {
  if (realPathOf(one) === realPathOf(other)) return true;
  const [left, right] = [one, other].map((file) => {
    try {
      return statSync(file, { bigint: true, throwIfNoEntry: false });
    } catch {
      // What cannot be looked at cannot be opened either, which says why.
      return undefined;
    }
  });
  return left !== undefined && right !== undefined && left.ino === right.ino && left.dev === right.dev;
}

/** With symbolic links resolved, as far as the path exists. */
export function realPathOf(file: string): string {
  try {
    return realpathSync.native(file);
  } catch {
    const folder = path.dirname(file);
    return folder === file ? file : path.join(realPathOf(folder), path.basename(file));
  }
}
