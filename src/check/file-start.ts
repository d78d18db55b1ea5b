import { COLUMN_NAMES, NEW_FILE_HEADER } from "../session/columns.js";
import { namesInWords } from "./column-names.js";
import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect, FoundHeader } from "./dialect.js";
import { encodeField } from "./encode.js";
import type { Ledger } from "./ledger.js";
import type { LineReader } from "./lines.js";
import { cellsOf } from "./cells.js";

const LOOK_FOR_TEXT_BYTES = 1024 * 1024;

/**
 * Accounts for what stands before the records: the byte order mark, and the header, which is put where none is.
 * @param textStart behind the byte order mark
 * @returns where the records start
 */
export function readFileStart(
  ledger: Ledger,
  lines: LineReader,
  dialect: Dialect,
  names: readonly string[],
  textStart: number,
): number {
  if (textStart > 0) ledger.drop(0, textStart, "byte-order-mark", "healed");
  const { header, lineBreak } = dialect;
  if (header?.line.start === textStart) return readHeaderLine(ledger, dialect, header, names);
  insertHeader(ledger, textStart, names, lineBreak);
  if (header !== undefined) return textStart;
  const isEmpty = !/[^\s\0,;]/.test(lines.text(0, LOOK_FOR_TEXT_BYTES));
  ledger.report.add({
    code: isEmpty ? "empty-file" : "header-missing",
    byteOffset: textStart,
    byteLength: 0,
    outcome: "healed",
    expected: NEW_FILE_HEADER.trimEnd(),
  });
  return textStart;
}

/** Puts a header before everything else. */
export function insertHeader(ledger: Ledger, at: number, names: readonly string[], lineBreak: string): void {
  ledger.heal(at, at, Buffer.from(`${headerText(names)}${lineBreak}`, "latin1"));
}

function headerText(names: readonly string[]): string {
  return names.map((name) => encodeField(name)).join(",");
}

function readHeaderLine(ledger: Ledger, dialect: Dialect, header: FoundHeader, names: readonly string[]): number {
  const { start, end, next, text, ending } = header.line;
  const span = { byteOffset: start, byteLength: end - start };
  const hasOddBreak = ending === "\r" || ending === "\r\r\n" || ending === "nul";
  // A name with a quote that is not written as CSV wants it opens a field for some readers.
  const isQuoted = names.every((name) => !name.includes('"') || text.includes(encodeField(name)));
  const isRight =
    isQuoted && !header.codes.includes("split-record") && cellsOf(text, ",")?.join("\n") === names.join("\n");
  if (isRight && !hasOddBreak) ledger.keep(start, next);
  else {
    const expected = headerText(names);
    const bytes = Buffer.from(`${expected}${ending === "end" ? "" : dialect.lineBreak}`, "latin1");
    const edits = [{ byteOffset: start, byteLength: next - start, bytes }];
    for (const code of headerCodes(dialect, header, hasOddBreak)) {
      const message = code === "missing-column" ? { message: missingColumns(header) } : {};
      ledger.report.add({ code, ...span, ...message, outcome: "healed", edits, expected });
    }
    ledger.heal(start, next, bytes);
  }
  if (header.names.includes("")) ledger.report.add({ code: "extra-column", ...span, outcome: "kept" });
  return next;
}

function missingColumns({ names }: FoundHeader): string {
  return `the header does not name ${namesInWords(COLUMN_NAMES.filter((name) => !names.includes(name)))}`;
}

function headerCodes(dialect: Dialect, header: FoundHeader, hasOddBreak: boolean): Set<DiagnosticCode> {
  const codes = new Set(header.codes);
  if (dialect.prefix !== undefined && !codes.has("delimiter")) codes.add("line-prefix");
  if (hasOddBreak) codes.add("line-ending");
  return codes.size === 0 ? codes.add("header-name") : codes;
}
