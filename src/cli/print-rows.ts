import { fieldReader, type FieldReader } from "../session/fields.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { SessionReading } from "../store/store.js";
import type { TextOutput } from "./context.js";
import type { RowFormat } from "./render/formats.js";

/** Text is handed on in pieces of about this many characters. */
const PIECE_LENGTH = 64 * 1024;

/** The fields to print, and the columns of the file that they were checked against. */
interface PrintedFields {
  readonly names: readonly string[];
  readonly columnNames: readonly string[];
}

/**
 * Prints rows that the store makes by itself, many times as fast.
 * @param whenEmpty is called before anything is printed where there are no rows
 * @returns false, and nothing is printed, where the store, the format or a field does not allow it
 */
export async function printLaidOutRows(
  output: TextOutput,
  reading: SessionReading,
  format: RowFormat,
  { names, columnNames }: PrintedFields,
  retention: Retention,
  page: { readonly offset: number; readonly limit: number },
  whenEmpty: () => Promise<void>,
): Promise<boolean> {
  if (reading.rows === undefined || format === "csv" || format === "md") return false;
  const { rowLayout } = await import("./render/row-layout.js");
  const rows = rowLayout(format, names, columnNames, retention);
  if (rows === undefined) return false;
  let isEmpty = true;
  for await (const piece of reading.rows(rows.layout, page)) {
    if (isEmpty) await output.write(rows.begin);
    await output.write(piece);
    isEmpty = false;
  }
  if (isEmpty) await whenEmpty();
  await output.write(isEmpty ? rows.empty : rows.end);
  return true;
}

/**
 * Prints decoded sessions in a format.
 * @param whenEmpty is called before anything is printed where there are none
 */
export async function printRows(
  output: TextOutput,
  format: RowFormat,
  { names, columnNames }: PrintedFields,
  retention: Retention,
  sessions: AsyncIterable<readonly Session[]>,
  whenEmpty: () => Promise<void>,
): Promise<void> {
  const { createRowWriter } = await import("./render/formats.js");
  const readers = names.map((name) => readerOf(name, columnNames));
  const writer = await createRowWriter(format, names);
  let text = writer.begin();
  let isEmpty = true;
  for await (const batch of sessions) {
    isEmpty = false;
    for (const session of batch) {
      text += writer.row(readers.map((read) => read(session, retention)));
      if (text.length < PIECE_LENGTH) continue;
      await output.write(text);
      text = "";
    }
  }
  if (isEmpty) await whenEmpty();
  await output.write(text + writer.end());
}

/** How to read a field that was checked before. */
export function readerOf(name: string, columnNames: readonly string[]): FieldReader {
  const read = fieldReader(name, columnNames);
  if (read === undefined) throw new Error(`field ${name} was not checked`);
  return read;
}
