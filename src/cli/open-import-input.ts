import { tmpdir } from "node:os";
import path from "node:path";
import { DEFAULT_MAX_BYTES } from "../copies/open-backup.js";
import { openSnapshot } from "../storage/snapshot.js";
import { openInput, type ImportInput } from "../transfer/import-input.js";
import type { CliContext } from "./context.js";
import { openExisting } from "./explain-missing-file.js";
import type { ImportOptions } from "./import-options.js";
import { keysFrom } from "./key-options.js";
import { note } from "./notes.js";
import { STANDARD_INPUT, STANDARD_INPUT_NAME } from "./open-store.js";

/**
 * Finds out whether what is to be imported can be opened; standard input always can.
 * @param file as it was typed, `-` for standard input
 * @throws SessionsError STORE_NOT_FOUND with the files that are beside it, STORE_NOT_A_FILE, IO_FAILED
 */
export function requireImportInput(context: CliContext, file: string): void {
  if (file !== STANDARD_INPUT) openExisting(context, () => openSnapshot(pathOf(context, file))).close();
}

/** Opens what is to be imported. @param file as before @throws SessionsError what `openInput` throws */
export async function openImportInput(context: CliContext, file: string, chosen: ImportOptions): Promise<ImportInput> {
  const { maxSize: maxBytes = DEFAULT_MAX_BYTES } = chosen;
  const options = { spoolFolder: tmpdir(), maxBytes, keys: keysFrom(context, chosen) };
  if (file !== STANDARD_INPUT) return openInput({ path: pathOf(context, file) }, options);
  if (context.stdin.isTerminal) await note(context, "Reading what to import from the terminal; end it with Ctrl-D.");
  return openInput({ name: STANDARD_INPUT_NAME, chunks: context.stdin.chunks() }, options);
}

function pathOf({ workingDirectory }: CliContext, file: string): string {
  return path.resolve(workingDirectory, file);
}
