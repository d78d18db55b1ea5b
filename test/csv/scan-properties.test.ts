import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import fc from "fast-check";
import { expect, test } from "vitest";
import { referenceScan } from "./reference-scanner.js";
import { batchesOf, BOM, scan, valuesOf } from "./scanning.js";

/** Pieces that meet in ways that no writer has thought of; the long ones carry them over the borders of 64-byte blocks. */
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('"', '"', '""', ",", "\n", "\r", "\r\n") },
  { weight: 3, arbitrary: fc.constantFrom("a", " ", "é", "😀", "\0", '","', '",\r\n"', '"\r\n', "\ufeff") },
  { weight: 2, arbitrary: fc.nat({ max: 130 }).map((length) => "x".repeat(length)) },
  { weight: 1, arbitrary: fc.nat({ max: 70 }).map((length) => `"${'""'.repeat(length)}"`) },
  { weight: 1, arbitrary: fc.nat({ max: 70 }).map((length) => ",".repeat(length)) },
);
const nastyText = fc.array(piece, { maxLength: 60, size: "max" }).map((pieces) => Buffer.from(pieces.join("")));
const nastyBytes = fc.array(
  fc.oneof(fc.constantFrom(0x22, 0x2c, 0x0a, 0x0d, 0xef, 0xbb, 0xbf), fc.integer({ min: 0, max: 255 })),
  { maxLength: 200, size: "max" },
);
/** RFC 4180 but for single faults: the fast path, left and entered again. */
const faultyCsv = fc
  .array(
    fc.constantFrom(
      "a,b,c\r\n",
      '"a","b ""c""",d\n',
      '"line\r\nbreak",,""\r\n',
      "\n",
      `${"x".repeat(50)},"${"y,".repeat(20)}"\n`,
      'stray"quote\n',
      '"text"after\n',
      "bare\rreturn\n",
      '"\n',
    ),
    { maxLength: 80, size: "max" },
  )
  .map((records) => Buffer.from(records.join("")));
const nastyInput = fc.oneof(
  nastyText,
  nastyBytes.map((bytes) => Buffer.from(bytes)),
  faultyCsv,
);
const reading = fc.record(
  {
    readSizes: fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 }),
    windowBytes: fc.constantFrom(4, 64, 128, 4096, 512 * 1024),
  },
  { requiredKeys: [] },
);

test("law 1: the batches behind the byte order mark are the input", () => {
  fc.assert(
    fc.property(nastyInput, reading, (input, how) => {
      const mark = scan(input).hasBom ? [BOM] : [];
      expect(Buffer.concat([...mark, ...batchesOf(input, how)])).toEqual(Buffer.from(input));
    }),
    { numRuns: 1000 },
  );
});

test("law 1: the records stand one behind the other and are the input", () => {
  fc.assert(
    fc.property(nastyInput, (input) => {
      const { hasBom, records } = scan(input);
      let at = hasBom ? BOM.length : 0;
      for (const { byteOffset, byteLength } of records) {
        expect(byteOffset).toBe(at);
        at += byteLength;
      }
      expect(at).toBe(input.length);
    }),
    { numRuns: 500 },
  );
});

test("the pieces in which an input is read do not show", () => {
  fc.assert(
    fc.property(nastyInput, reading, (input, how) => {
      expect(scan(input, how)).toEqual(scan(input));
    }),
    { numRuns: 1000 },
  );
});

test("the records, values and flags are those of a plain scanner that goes byte by byte", () => {
  fc.assert(
    fc.property(nastyInput, (input) => {
      expect(scan(input)).toEqual(referenceScan(input));
    }),
    { numRuns: 3000 },
  );
});

test("the values are those of csv-parse, for what csv-stringify writes", () => {
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r\n", "é", "😀", " "), maxLength: 12 }),
    fc.nat({ max: 90 }).map((length) => "x".repeat(length)),
  );
  const table = fc
    .integer({ min: 1, max: 6 })
    .chain((width) =>
      fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
    )
    // One empty value a record is a blank line, of which csv-parse and csv-stringify make nothing.
    .filter((rows) => rows.every((row) => row.length > 1 || row[0] !== ""));
  const options = fc.record({
    quoted: fc.boolean(),
    quoted_empty: fc.boolean(),
    record_delimiter: fc.constantFrom("\n", "\r\n"),
    eof: fc.boolean(),
    bom: fc.boolean(),
  });
  fc.assert(
    fc.property(table, options, (rows, how) => {
      const text = stringify(rows, { ...how, quoted_match: /[\r\n]/ });
      const expected = parse(text, { bom: true, record_delimiter: ["\n", "\r\n"] });
      expect(valuesOf(text)).toEqual(expected);
    }),
    { numRuns: 1000 },
  );
});
