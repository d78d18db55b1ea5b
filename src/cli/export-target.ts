import path from "node:path";
import { SessionsError } from "../errors.js";
import { replacementTemp } from "../storage/atomic-replace.js";
import { sidecarLock } from "../storage/sidecar.js";
import { writeOutputFile } from "../transfer/output-file.js";
import type { CliContext, TextOutput } from "./context.js";
import { STANDARD_INPUT } from "./open-store.js";
import { isSameFile, realPathOf } from "./same-file.js";

/** What an export reads, as it was named. */
export interface ExportInputs {
  readonly store: string;
  readonly keyFile: string | undefined;
}

export interface WrittenExport<Answer> {
  readonly answer: Answer;
  readonly byteLength: number;
  /** What of a file that was there could not be kept, in closed codes; see `storage/atomic-replace.ts`. */
  readonly warnings: readonly string[];
}

/**
 * Lets `write` fill a file that is seen whole or not at all, mode 0600. @param file absolute
 * @throws SessionsError USAGE where it is one that is read; what `writeOutputFile` throws
 */
export async function writeExportFile<Answer>(
  context: CliContext,
  file: string,
  { mayReplace, ...inputs }: ExportInputs & { readonly mayReplace: boolean },
  write: (output: Pick<TextOutput, "write">) => Promise<Answer>,
): Promise<WrittenExport<Answer>> {
  requireApart(context, file, inputs);
  let answer: { readonly value: Answer } | undefined;
  const { byteLength, warnings } = await writeOutputFile(
    file,
    { mayReplace, signal: context.interruptSignal() },
    async (append) => {
      answer = { value: await write({ write: (text) => append(typeof text === "string" ? Buffer.from(text) : text) }) };
    },
  );
  if (answer === undefined) throw new Error("the file was written by nobody");
  return { answer: answer.value, byteLength, warnings };
}

function requireApart({ workingDirectory }: CliContext, file: string, { store, keyFile }: ExportInputs): void {
  const input = store === STANDARD_INPUT ? undefined : path.resolve(workingDirectory, store);
  const read = [
    ["the file that is read", input],
    ["the lock of the file that is read", input && sidecarLock(realPathOf(input))],
    ["a temporary file of the file that is read", input && replacementTemp(realPathOf(input))],
    ["the key", keyFile && path.resolve(workingDirectory, keyFile)],
  ] as const;
  for (const written of [file, replacementTemp(realPathOf(file))]) {
    const found = read.find(([, other]) => other !== undefined && isSameFile(written, other));
    if (found === undefined) continue;
    throw new SessionsError("USAGE", {
      reason: `-o would write over ${found[0]}: ${written}`,
      hint: "name another file with -o",
    });
  }
}
