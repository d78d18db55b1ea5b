import { Readable } from "node:stream";
import { CsvError, parse, type Info, type Options } from "csv-parse";
import { COLUMN_NAMES } from "../session/columns.js";
import type { IncomingSession } from "../store/store.js";
import type { Targets } from "./column-mapping.js";
import { chunksOf, refused, type ImportInput } from "./import-input.js";
import { brokenQuotes } from "./own-csv.js";
import type { Refuse } from "./refusal.js";
import type { RowReader } from "./row-reading.js";
import type { InputForm } from "./sniff.js";

type CsvForm = Extract<InputForm, { readonly delimiter: string }>;

/** One record as csv-parse gives it with `info` and `raw`. */
interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: Info;
  readonly raw: string;
}

const LONGEST_RECORD = 256 * 1024 * 1024;

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
    for await (const { record } of records(input, form)) {
      const names = form.hasHeader
        ? record.map((name) => Buffer.from(name, "latin1").toString("utf8").trim())
        : COLUMN_NAMES.slice(0, record.length);
      return new ForeignCsv(input, form, names);
    }
    throw refused(input.name, "it is empty: it has no header");
  }

  /** @throws SessionsError INPUT_REFUSED where quotes leave in doubt where a record ends */
  async *sessions(targets: Targets, rows: RowReader, refuse: Refuse): AsyncGenerator<IncomingSession> {
    let number = this.#form.hasHeader ? -1 : 0;
    let line = 1;
    for await (const { record, info, raw } of records(this.#input, this.#form)) {
      number += 1;
      const start = line;
      // What was read so far ends with this record, blank lines behind it aside.
      line = info.lines + (this.#form.hasOnlyCarriageReturns ? 0 : 1);
      if (number === 0) continue;
      const isWide = record.slice(targets.length).some((text) => text !== "");
      const reading =
        record.length < targets.length || isWide
          ? { reason: `${record.length} fields where the header has ${targets.length}` }
          : rows.read(targets, record, `record ${number}`);
      if ("reason" in reading) refuse({ line: start, reason: reading.reason, raw: raw.replace(/\r?\n$|\r$/, "") });
      else yield reading;
    }
  }
}

async function* records(input: ImportInput, form: CsvForm): AsyncGenerator<ParsedRecord> {
  const { delimiter, quote, hasOnlyCarriageReturns } = form;
  const options: Options = {
    encoding: "latin1",
    bom: true,
    delimiter,
    quote: quote ?? null,
    escape: quote ?? null,
    // A header and its records may end differently.
    record_delimiter: hasOnlyCarriageReturns ? ["\r"] : ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: LONGEST_RECORD,
    info: true,
    raw: true,
  };
  const parser = Readable.from(chunksOf(input), { objectMode: true }).pipe(parse(options));
  try {
    for await (const parsed of parser) yield parsed as ParsedRecord;
  } catch (error) {
    if (error instanceof CsvError) throw brokenQuotes(input, Number(error["lines"] ?? 1), error.message);
    throw error;
  } finally {
    parser.destroy();
  }
}
