import { fieldReader, type FieldReader } from "../session/fields.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { SessionReading } from "../store/store.js";
import type { TextOutput } from "./context.js";
import type { RowFormat } from "./render/formats.js";
import type { LaidOutRows } from "./render/row-layout.js";

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
  await printPieces(output, reading.rows(rows.layout, page), rows, whenEmpty);
  return true;
}

/**
 * Prints rows that were made already, with what stands around them.
 * @param pieces each must stay as it is until two others have been asked for
 * @param whenEmpty is called before anything is printed where there are none
 */
export async function printPieces(
  output: Pick<TextOutput, "write">,
  pieces: AsyncIterable<Uint8Array>,
  around: Pick<LaidOutRows, "begin" | "end" | "empty">,
  whenEmpty: () => Promise<void>,
): Promise<void> {
  let isEmpty = true;
  let writing: Promise<void> = Promise.resolve();
  for await (const piece of pieces) {
    if (isEmpty) await output.write(around.begin);
    // The next piece is made while this one is written.
    await writing;
    writing = output.write(piece);
    // A failure is thrown by the next await; until then it must not count as unhandled.
    writing.catch(() => undefined);
    isEmpty = false;
  }
  await writing;
  if (isEmpty) await whenEmpty();
  await output.write(isEmpty ? around.empty : around.end);
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
  const row = (session: Session): string => writer.row(readers.map((read) => read(session, retention)));
  await printSessionRows(output, { begin: () => writer.begin(), row, end: () => writer.end() }, sessions, whenEmpty);
}

/** How sessions become text: `begin` once, `row` for each, `end` once. */
export interface SessionWriter {
  begin(): string;
  row(session: Session): string;
  end(): string;
}

/** @param whenEmpty is called before anything is printed where there are none */
export async function printSessionRows(
  output: Pick<TextOutput, "write">,
  writer: SessionWriter,
  sessions: AsyncIterable<readonly Session[]>,
  whenEmpty: () => Promise<void>,
): Promise<void> {
  let text = writer.begin();
  let isEmpty = true;
  for await (const batch of sessions) {
    isEmpty = false;
    for (const session of batch) {
      text += writer.row(session);
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
