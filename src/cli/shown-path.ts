import path from "node:path";
import type { CliContext } from "./context.js";

/** A path as it can be named from here: relative where it lies below the working directory. Other names stay. */
export function shownPath({ workingDirectory }: CliContext, file: string): string {
  if (!path.isAbsolute(file)) return file;
  const relative = path.relative(workingDirectory, file);
  return relative === "" || relative.startsWith("..") || path.isAbsolute(relative) ? file : relative;
}
