import { stringify } from "csv-stringify/sync";
import type { RowWriter } from "../../transfer/row-writer.js";
import { valueText } from "../../transfer/value-text.js";

const LINE_BREAK = /[\r\n]/;

/** RFC 4180: a header, CRLF after each record, quotes only where they are needed, values exact. */
export function createCsvWriter(fieldNames: readonly string[]): RowWriter {
  const record = (texts: readonly string[]): string =>
    stringify([texts], { record_delimiter: "windows", quoted_empty: texts.length === 1, quoted_match: LINE_BREAK });
  return {
    begin: () => record(fieldNames),
    row: (values) => record(fieldNames.map((_name, i) => valueText(values[i]))),
    end: () => "",
  };
}
