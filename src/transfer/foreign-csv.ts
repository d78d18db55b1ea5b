import { pipeline, Readable } from "node:stream";
import { CsvError, parse, type Info, type Options } from "csv-parse";
import { readBytes } from "../check/byte-source.js";
import { COLUMN_NAMES } from "../session/columns.js";
import type { IncomingSession } from "../store/store.js";
import type { Targets } from "./column-mapping.js";
import { chunksOf, refused, startOf, type ImportInput } from "./import-input.js";
import { brokenQuotes } from "./own-csv.js";
import { LineCounter, type Refuse } from "./refusal.js";
import type { RowReader } from "./row-reading.js";
import type { InputForm } from "./sniff.js";

type CsvForm = Extract<InputForm, { readonly delimiter: string }>;

/** One record, and where it stands. */
interface ForeignRecord {
  readonly texts: readonly string[];
  /** From the end of the record before it, in bytes: blank lines come first. */
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

const LONGEST_RECORD = 256 * 1024 * 1024;
const BOM = Buffer.of(0xef, 0xbb, 0xbf);

/** Reads the values of a CSV in any dialect, by csv-parse. Values are the bytes of UTF-8 as Latin-1. */
export class ForeignCsv {
  readonly #input: ImportInput;
  readonly #form: CsvForm;
  readonly names: readonly string[];

  private constructor(input: ImportInput, form: CsvForm, names: readonly string[]) {
    this.#input = input;
    this.#form = form;
    this.names = names;
  }

  /** @throws SessionsError INPUT_REFUSED where its first record cannot be read */
  static async open(input: ImportInput, form: CsvForm): Promise<ForeignCsv> {
    for await (const { texts } of records(input, form)) {
      const names = form.hasHeader
        ? texts.map((name) => Buffer.from(name, "latin1").toString("utf8").trim())
        : COLUMN_NAMES.slice(0, texts.length);
      return new ForeignCsv(input, form, names);
    }
    throw refused(input.name, "it is empty: it has no header");
  }

  /** @throws SessionsError INPUT_REFUSED where quotes leave in doubt where a record ends */
  async *sessions(targets: Targets, rows: RowReader, refuse: Refuse): AsyncGenerator<IncomingSession> {
    const lines = lineCounter(this.#input, this.#form);
    let number = this.#form.hasHeader ? -1 : 0;
    for await (const { texts, start, end } of records(this.#input, this.#form)) {
      number += 1;
      if (number === 0) continue;
      const isTooWide = texts.slice(targets.length).some((text) => text !== "");
      const reading =
        texts.length < targets.length || isTooWide
          ? { reason: `${texts.length} fields where the header has ${targets.length}` }
          : rows.read(targets, texts, `record ${number}`);
      if (!("reason" in reading)) {
        yield reading;
        continue;
      }
      const stretch = readBytes(this.#input, start, end - start);
      const line = lines.lineAt(start + blankLength(stretch));
      refuse({ line, reason: reading.reason, raw: stretch.toString("utf8").replaceAll(/^[\r\n]+|[\r\n]+$/g, "") });
    }
  }
}

async function* records(input: ImportInput, form: CsvForm): AsyncGenerator<ForeignRecord> {
  const { delimiter, quote, hasOnlyCarriageReturns } = form;
  const options: Options = {
    encoding: "latin1",
    delimiter,
    quote: quote ?? null,
    escape: quote ?? null,
    // A header and its records may end differently.
    record_delimiter: hasOnlyCarriageReturns ? ["\r"] : ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    info: true,
  };
  // csv-parse must not see the mark: behind one it reads on as UTF-8, whatever encoding it was told.
  const begin = startOf(input, BOM.length).equals(BOM) ? BOM.length : 0;
  // An error of either ends both, and is thrown below.
  const parser = pipeline(Readable.from(chunksOf(input, begin), { objectMode: true }), parse(options), () => undefined);
  let start = begin;
  try {
    for await (const parsed of parser) {
      const { record, info } = parsed as { readonly record: readonly string[]; readonly info: Info };
      const end = begin + info.bytes;
      yield { texts: record, start, end };
      start = end;
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = lineCounter(input, form).lineAt(start + blankLength(readBytes(input, start, LOOK_AT_BYTES)));
    throw brokenQuotes(input, line, FAULTS.get(error.code) ?? error.message);
  } finally {
    parser.destroy();
  }
}

const LOOK_AT_BYTES = 4096;

/** csv-parse's words count line breaks in quotes twice. */
const FAULTS: ReadonlyMap<string, string> = new Map([
  ["CSV_QUOTE_NOT_CLOSED", "a quoted field of the record that starts here is not closed"],
  ["CSV_INVALID_CLOSING_QUOTE", "text follows a closing quote in the record that starts here"],
  ["INVALID_OPENING_QUOTE", "a quote stands inside an unquoted field of the record that starts here"],
  ["CSV_MAX_RECORD_SIZE", "the record that starts here is longer than 256 MiB"],
]);

function lineCounter(input: ImportInput, { hasOnlyCarriageReturns }: CsvForm): LineCounter {
  return new LineCounter(input, hasOnlyCarriageReturns ? "\r" : "\n");
}

/** How many bytes of line breaks come first. */
function blankLength(bytes: Uint8Array): number {
  const length = bytes.findIndex((byte) => byte !== 0x0a && byte !== 0x0d);
  return length === -1 ? bytes.length : length;
}
