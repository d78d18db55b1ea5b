import { realpath } from "node:fs/promises";
import path from "node:path";
import { ioFailure } from "./io-failure.js";

/** The path that a new file really gets: its folder with symbolic links resolved. */
export async function realTarget(target: string): Promise<string> {
  const folder = path.dirname(target);
  try {
    return path.join(await realpath(folder), path.basename(target));
  } catch (error) {
    throw ioFailure("make a file in", folder, error, `Make the folder first: mkdir -p ${folder}`);
  }
}
