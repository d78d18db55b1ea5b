import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import path from "node:path";
import { SessionsError } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import { SHORTEST_KEY_BYTES } from "../transfer/pseudonyms.js";
import type { CliContext } from "./context.js";
import { note, warn } from "./notes.js";
import type { Settings } from "./settings.js";

const LONGEST_KEY_BYTES = 4096;
const OTHERS_MAY_READ = 0o044;

/** The key that pseudonyms are made with: the file's content without line breaks at its end, or one for this run alone. */
export async function redactionKey(
  context: CliContext,
  settings: Settings,
  keyFile: string | undefined,
): Promise<Uint8Array> {
  if (keyFile === undefined) {
    await note(context, "Redacting with a new key that is not kept: the next export will have other pseudonyms.");
    return randomBytes(32);
  }
  const { key, mode } = readKey(path.resolve(context.workingDirectory, keyFile));
  if (key.length < SHORTEST_KEY_BYTES || key.length > LONGEST_KEY_BYTES) {
    throw new SessionsError("USAGE", {
      path: keyFile,
      reason: `the key in ${keyFile} has ${key.length > LONGEST_KEY_BYTES ? "too many" : key.length} bytes; it needs ${SHORTEST_KEY_BYTES} to ${LONGEST_KEY_BYTES}`,
      hint: "make one with: (umask 077; openssl rand -hex 32 > redact.key)",
    });
  }
  if ((mode & OTHERS_MAY_READ) !== 0) {
    await warn(context, settings, `others can read ${keyFile}, and so undo the pseudonyms by trying; chmod 600 helps`);
  }
  return key;
}

function readKey(file: string): { readonly key: Buffer; readonly mode: number } {
  try {
    const fd = openSync(file, "r");
    try {
      const buffer = Buffer.alloc(LONGEST_KEY_BYTES + 2);
      const length = readSync(fd, buffer, 0, buffer.length, null);
      let end = length;
      while (end > 0 && (buffer[end - 1] === 0x0a || buffer[end - 1] === 0x0d)) end -= 1;
      return { key: buffer.subarray(0, end), mode: fstatSync(fd).mode };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ioFailure("read the key in", file, error, "name a file that holds a key");
  }
}
