// How an input is read must not show: in which pieces, through which window, and how long one record is.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SessionsError } from "../../src/errors.js";
import { RecordScanner } from "../../src/csv/scan.js";
import { batchesOf, BOM, scan, scannerOf, valuesOf } from "./scanning.js";

const NASTY = Buffer.concat([
  BOM,
  Buffer.from('id,"a ""b""",\r\n"x\r\ny",,"é😀"\r\n\r\nq"r,"s"t,\ru\nlast,"un""closed\n'),
]);

describe("the scan of one input is the same", () => {
  const whole = scan(NASTY);

  test("with one byte a read", () => {
    expect(scan(NASTY, { readSizes: [1] })).toEqual(whole);
  });

  test("with one byte a read, and without the byte order mark", () => {
    const text = Buffer.from('"a"\r\n"b""c",\rd\r\n');
    expect(scan(text, { readSizes: [1] })).toEqual(scan(text));
  });

  test("cut in two at every place", () => {
    for (let at = 1; at < NASTY.length; at += 1) expect(scan(NASTY, { readSizes: [at, Infinity] })).toEqual(whole);
  });

  test.each([4, 16, 63, 64, 65, 128])("through a window of %d bytes", (windowBytes) => {
    expect(scan(NASTY, { windowBytes })).toEqual(whole);
  });

  test("with 0 to 130 bytes before it, so that each byte stands at each place of a 64-byte block", () => {
    const values = valuesOf('"a ""b""",\r\n"x\r\ny",,"é😀"\r\nq"r,"s"t,\ru\nlast,"un""closed');
    for (let length = 0; length <= 130; length += 1) {
      const filler = "f".repeat(length);
      const text = `${filler}\n"a ""b""",\r\n"x\r\ny",,"é😀"\r\nq"r,"s"t,\ru\nlast,"un""closed`;
      expect(valuesOf(text)).toEqual([[filler], ...values]);
    }
  });
});

describe("a window", () => {
  test("grows to hold one record", () => {
    const long = `"${"a,\n".repeat(5000)}"`;
    expect(scan(Buffer.from(`x\n${long},b\ny\n`), { windowBytes: 64 })).toEqual(
      scan(Buffer.from(`x\n${long},b\ny\n`), { windowBytes: 1 << 20 }),
    );
  });

  test("keeps its size where no record needs more", () => {
    const scanner = scannerOf(Buffer.from("a,b\n".repeat(1000)), { windowBytes: 64 });
    while (scanner.nextBatch());
    expect(scanner.bytes.length).toBe(64);
  });

  test("of more records than one batch can hold gives several batches", () => {
    const batches = batchesOf(Buffer.from("a\n".repeat(40_000)));
    expect(batches.map(({ length }) => length)).toEqual([32_768, 32_768, 14_464]);
  });

  test("leaves nothing of an earlier record behind the end of a later one", () => {
    const text = Buffer.from(`${"a".repeat(50)}\n"${"b".repeat(40)}"\nc`);
    expect(scan(text, { windowBytes: 64, readSizes: [60] }).records.at(-1)?.fields).toEqual([
      { text: "c", isQuoted: false, isEscaped: false },
    ]);
  });

  test("counts its batches from 1", () => {
    const scanner = scannerOf(Buffer.from("a\n".repeat(20_000)));
    const numbers = [scanner.batchNumber];
    while (scanner.nextBatch()) numbers.push(scanner.batchNumber);
    expect(numbers).toEqual([0, 1, 2]);
  });

  test("has no records left after the end of the input", () => {
    const scanner = scannerOf(Buffer.from("a\n"));
    while (scanner.nextBatch());
    expect({ records: scanner.recordCount, bytes: scanner.batchLength }).toEqual({ records: 0, bytes: 0 });
  });

  test("stays at the end of the input", () => {
    const scanner = scannerOf(Buffer.from("a\n"));
    while (scanner.nextBatch());
    expect(scanner.nextBatch()).toBe(false);
  });
});

function failureOf(scanner: RecordScanner): Pick<SessionsError, "code" | "details"> {
  try {
    while (scanner.nextBatch());
  } catch (error) {
    if (error instanceof SessionsError) return { code: error.code, details: error.details };
    throw error;
  }
  throw new Error("It did not fail");
}

describe("a record that is too large", () => {
  test("has more than 131,072 fields", () => {
    const text = Buffer.from(`a\n${",".repeat(131_072)}\nb\n`);
    expect(failureOf(scannerOf(text))).toEqual({
      code: "STORE_DAMAGED",
      details: {
        reason: "one record has more than 131072 fields",
        findings: [{ byteOffset: 2, message: "the record that starts here has more than 131072 fields" }],
        findingCount: 1,
      },
    });
  });

  test("has more than 131,072 fields in a file without a line break", () => {
    expect(failureOf(scannerOf(Buffer.from(",".repeat(131_072)))).code).toBe("STORE_DAMAGED");
  });

  test.each(["", "\n", "\r\n"])("does not have 131,072 fields and the end %j", (end) => {
    const records = scan(Buffer.from(`a\n${",".repeat(131_071)}${end}`)).records;
    expect(records.map(({ fields }) => fields.length)).toEqual([1, 131_072]);
  });

  test("does not have 131,072 fields, the last of them with a stray quote", () => {
    const records = scan(Buffer.from(`${",".repeat(131_071)}a"\nb\n`)).records;
    expect(records.map(({ fields }) => fields.length)).toEqual([131_072, 1]);
  });

  test("never ends within 256 MiB", () => {
    const endless = new RecordScanner((target) => target.fill(0x61).length);
    expect(failureOf(endless)).toMatchObject({
      code: "STORE_DAMAGED",
      details: { findings: [{ byteOffset: 0, message: "the record that starts here is longer than 256 MiB" }] },
    });
  });
});

describe("the values of a record made in one piece", () => {
  const piece = fc.constantFrom('"', '""', ",", "\r\n", "\n", "\r", "a", "é", "😀", "\0");

  test("are the values made one by one", () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const scanner = scannerOf(Buffer.from(pieces.join("")));
        while (scanner.nextBatch()) {
          for (let record = 0; record < scanner.recordCount; record += 1) {
            const count = scanner.fieldCount(record);
            const oneByOne = Array.from({ length: count }, (_, place) => scanner.fieldText(record, place));
            expect(scanner.recordTexts(record, count)).toEqual(oneByOne);
          }
        }
      }),
      { numRuns: 1000 },
    );
  });

  test("may be the first ones only", () => {
    const scanner = scannerOf(Buffer.from('a,"b""",c\n'));
    scanner.nextBatch();
    expect(scanner.recordTexts(0, 2)).toEqual(["a", 'b"']);
  });
});
