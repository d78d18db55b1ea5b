import path from "node:path";
import { writeFileSync } from "node:fs";
import { openInput } from "../../src/transfer/import-input.js";
import { prepareImport, type ImportOptions } from "../../src/transfer/import.js";
import type { Refusal } from "../../src/transfer/refusal.js";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { temporaryFolder } from "../storage/folder.js";

export const HEADER = COLUMN_NAMES.join(",");

/** Records that were read, and what was not taken. */
export interface ImportOutcome {
  readonly form: string;
  /** The values in the order of the columns; those that were given by name alone included. */
  readonly rows: readonly (readonly string[])[];
  readonly raw: readonly (string | undefined)[];
  readonly refused: readonly Refusal[];
  readonly converted: number;
  readonly createWith: string | undefined;
}

/** Reads an input as `import` does, for a file with the usual columns unless said otherwise. */
export async function readImport(
  content: string | Uint8Array,
  options: Partial<ImportOptions> & { readonly maxBytes?: number } = {},
): Promise<ImportOutcome> {
  const folder = temporaryFolder();
  const file = path.join(folder, "input");
  writeFileSync(file, content);
  using input = await openInput({ path: file }, { spoolFolder: folder, maxBytes: options.maxBytes ?? 2 ** 30 });
  const columns = "columns" in options ? options.columns : COLUMN_NAMES;
  const prepared = await prepareImport(input, { addsColumns: false, map: [], isUtc: true, ...options, columns });
  const rows: string[][] = [];
  const raw: (string | undefined)[] = [];
  const refused: Refusal[] = [];
  for await (const session of prepared.sessions((refusal) => refused.push(refusal))) {
    rows.push((columns ?? [...session.values.keys()]).map((name) => session.values.get(name) ?? ""));
    raw.push(session.raw === undefined ? undefined : Buffer.from(session.raw).toString());
  }
  const form = [...input.layers, prepared.form].join(", ");
  return { form, rows, raw, refused, converted: prepared.convertedCount, createWith: prepared.createWith };
}
