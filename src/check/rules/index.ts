import type { RuleText } from "../rule.js";
import { rule as emptyFile } from "./empty-file.js";
import { rule as compressed } from "./compressed.js";
import { rule as foreignFormat } from "./foreign-format.js";
import { rule as encoding } from "./encoding.js";
import { rule as byteOrderMark } from "./byte-order-mark.js";
import { rule as nulBytes } from "./nul-bytes.js";
import { rule as invalidUtf8 } from "./invalid-utf8.js";
import { rule as controlCharacter } from "./control-character.js";
import { rule as lineEnding } from "./line-ending.js";
import { rule as blankLine } from "./blank-line.js";
import { rule as linePrefix } from "./line-prefix.js";
import { rule as diffOutput } from "./diff-output.js";
import { rule as mergeMarker } from "./merge-marker.js";
import { rule as textLine } from "./text-line.js";
import { rule as delimiter } from "./delimiter.js";
import { rule as headerMissing } from "./header-missing.js";
import { rule as headerName } from "./header-name.js";
import { rule as headerRepeated } from "./header-repeated.js";
import { rule as headerMisplaced } from "./header-misplaced.js";
import { rule as missingColumn } from "./missing-column.js";
import { rule as extraColumn } from "./extra-column.js";
import { rule as fieldCount } from "./field-count.js";
import { rule as unclosedQuote } from "./unclosed-quote.js";
import { rule as strayQuote } from "./stray-quote.js";
import { rule as unquotedJson } from "./unquoted-json.js";
import { rule as undoubledQuotes } from "./undoubled-quotes.js";
import { rule as backslashQuotes } from "./backslash-quotes.js";
import { rule as smartQuotes } from "./smart-quotes.js";
import { rule as rowInQuotes } from "./row-in-quotes.js";
import { rule as splitRecord } from "./split-record.js";
import { rule as joinedRecords } from "./joined-records.js";
import { rule as tornRecord } from "./torn-record.js";
import { rule as fragment } from "./fragment.js";
import { rule as writerOverlap } from "./writer-overlap.js";
import { rule as padding } from "./padding.js";
import { rule as swappedFields } from "./swapped-fields.js";
import { rule as missingValue } from "./missing-value.js";
import { rule as damagedUuid } from "./damaged-uuid.js";
import { rule as unusualId } from "./unusual-id.js";
import { rule as timestampFormat } from "./timestamp-format.js";
import { rule as timestampInvalid } from "./timestamp-invalid.js";
import { rule as roundedTime } from "./rounded-time.js";
import { rule as roundedId } from "./rounded-id.js";
import { rule as jsonInvalid } from "./json-invalid.js";
import { rule as jsonLiteral } from "./json-literal.js";
import { rule as jsonPython } from "./json-python.js";
import { rule as jsonNotObject } from "./json-not-object.js";
import { rule as jsonNotStandard } from "./json-not-standard.js";
import { rule as duplicateRecord } from "./duplicate-record.js";
import { rule as duplicateVersion } from "./duplicate-version.js";
import { rule as duplicateConflict } from "./duplicate-conflict.js";
import { rule as createdAfterActivity } from "./created-after-activity.js";

/** Every kind of damage that is known, by its code. Codes are never renamed or removed (law 10), only added. */
export const RULES = {
  "empty-file": emptyFile,
  compressed: compressed,
  "foreign-format": foreignFormat,
  encoding: encoding,
  "byte-order-mark": byteOrderMark,
  "nul-bytes": nulBytes,
  "invalid-utf8": invalidUtf8,
  "control-character": controlCharacter,
  "line-ending": lineEnding,
  "blank-line": blankLine,
  "line-prefix": linePrefix,
  "diff-output": diffOutput,
  "merge-marker": mergeMarker,
  "text-line": textLine,
  delimiter: delimiter,
  "header-missing": headerMissing,
  "header-name": headerName,
  "header-repeated": headerRepeated,
  "header-misplaced": headerMisplaced,
  "missing-column": missingColumn,
  "extra-column": extraColumn,
  "field-count": fieldCount,
  "unclosed-quote": unclosedQuote,
  "stray-quote": strayQuote,
  "unquoted-json": unquotedJson,
  "undoubled-quotes": undoubledQuotes,
  "backslash-quotes": backslashQuotes,
  "smart-quotes": smartQuotes,
  "row-in-quotes": rowInQuotes,
  "split-record": splitRecord,
  "joined-records": joinedRecords,
  "torn-record": tornRecord,
  fragment: fragment,
  "writer-overlap": writerOverlap,
  padding: padding,
  "swapped-fields": swappedFields,
  "missing-value": missingValue,
  "damaged-uuid": damagedUuid,
  "unusual-id": unusualId,
  "timestamp-format": timestampFormat,
  "timestamp-invalid": timestampInvalid,
  "rounded-time": roundedTime,
  "rounded-id": roundedId,
  "json-invalid": jsonInvalid,
  "json-literal": jsonLiteral,
  "json-python": jsonPython,
  "json-not-object": jsonNotObject,
  "json-not-standard": jsonNotStandard,
  "duplicate-record": duplicateRecord,
  "duplicate-version": duplicateVersion,
  "duplicate-conflict": duplicateConflict,
  "created-after-activity": createdAfterActivity,
} as const satisfies Readonly<Record<string, RuleText>>;

export type DiagnosticCode = keyof typeof RULES;
