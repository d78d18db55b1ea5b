// After a restart nothing may show of what was read before it.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecordScanner } from "../../src/csv/scan.js";
import { SessionsError } from "../../src/errors.js";
import { BOM, recordsOfBatch, scan, type ScannedRecord } from "./scanning.js";

/** A scanner, and the reading position that its owner moves. */
class Restartable {
  /** How many bytes were asked for at most, and at which offset, by each read. */
  readonly asked: { readonly byteOffset: number; readonly most: number }[] = [];
  readonly scanner: RecordScanner;
  readonly #input: Uint8Array;
  #at = 0;

  constructor(input: Uint8Array, windowBytes?: number, readBytes = Infinity) {
    this.#input = input;
    this.scanner = new RecordScanner((target) => {
      this.asked.push({ byteOffset: this.#at, most: target.length });
      const piece = input.subarray(this.#at, this.#at + Math.min(readBytes, target.length));
      target.set(piece);
      this.#at += piece.length;
      return piece.length;
    }, windowBytes);
  }

  restartAt(byteOffset: number): void {
    this.#at = byteOffset;
    this.asked.length = 0;
    this.scanner.restart(byteOffset);
  }

  /** All records from here on. */
  rest(): ScannedRecord[] {
    const records: ScannedRecord[] = [];
    while (this.scanner.nextBatch()) records.push(...recordsOfBatch(this.scanner));
    return records;
  }

  /** The records of an input that begins here. */
  expectedAt(byteOffset: number): ScannedRecord[] {
    // The byte order mark of the rest is none of the input.
    const before = Buffer.from("\n");
    const [, ...records] = scan(Buffer.concat([before, this.#input.subarray(byteOffset)])).records;
    return records.map((record) => ({
      ...record,
      byteOffset: record.byteOffset - before.length + byteOffset,
    }));
  }
}

const valuesAt = (input: string | Uint8Array, byteOffset: number): string[][] => {
  const restartable = new Restartable(Buffer.from(input));
  restartable.scanner.nextBatch();
  restartable.restartAt(byteOffset);
  return restartable.rest().map(({ fields }) => fields.map(({ text }) => text));
};

describe("after a restart the first record begins", () => {
  test("in the midst of a line", () => {
    expect(valuesAt("a,b\nc,d\ne,f\n", 5)).toEqual([
      ["", "d"],
      ["e", "f"],
    ]);
  });

  test("in the midst of what was a quoted value", () => {
    expect(valuesAt('a,"b\nc,d\ne"\n', 5)).toEqual([["c", "d"], ['e"']]);
  });

  test("where a quote then opens a value", () => {
    expect(valuesAt('x"a,b\nc,d"\ne\n', 1)).toEqual([["a,b\nc,d"], ["e"]]);
  });

  test("between CR and LF", () => {
    expect(valuesAt("a\r\nb\r\n", 2)).toEqual([[""], ["b"]]);
  });

  test("before where it was", () => {
    expect(valuesAt("a\nb\nc\n", 0)).toEqual([["a"], ["b"], ["c"]]);
  });

  test("with what would be a byte order mark at the start of the input", () => {
    expect(valuesAt(Buffer.concat([Buffer.from("a\n"), BOM, Buffer.from("b\n")]), 2)).toEqual([["\ufeffb"]]);
  });

  test("nowhere at the end of the input", () => {
    expect(valuesAt("a\nb", 3)).toEqual([]);
  });
});

describe("a restart", () => {
  test("leaves no batch", () => {
    const { scanner } = new Restartable(Buffer.from("a\nb\n"));
    scanner.nextBatch();
    scanner.restart(2);
    expect([scanner.recordCount, scanner.batchLength, scanner.byteOffset]).toEqual([0, 0, 2]);
  });

  test("goes on counting batches, so that what was derived from one before is stale", () => {
    const restartable = new Restartable(Buffer.from("a\nb\n"));
    restartable.scanner.nextBatch();
    restartable.restartAt(0);
    restartable.scanner.nextBatch();
    expect(restartable.scanner.batchNumber).toBe(2);
  });

  test("keeps what is known of a byte order mark", () => {
    const restartable = new Restartable(Buffer.concat([BOM, Buffer.from("a\nb\n")]));
    restartable.scanner.nextBatch();
    restartable.restartAt(5);
    restartable.rest();
    expect(restartable.scanner.hasBom).toBe(true);
  });

  test("may come before the first batch", () => {
    const restartable = new Restartable(Buffer.concat([BOM, Buffer.from("a\n")]));
    restartable.restartAt(0);
    expect(restartable.rest()).toMatchObject([{ byteOffset: 0, fields: [{ text: "\ufeffa" }] }]);
    expect(restartable.scanner.hasBom).toBe(false);
  });

  test("may come after the end of the input", () => {
    const restartable = new Restartable(Buffer.from("a\nb\n"));
    restartable.rest();
    restartable.restartAt(2);
    expect(restartable.rest()).toMatchObject([{ byteOffset: 2, fields: [{ text: "b" }] }]);
  });

  test("may come after a record that is too large", () => {
    const wide = `${",".repeat(131_072)}\n`;
    const restartable = new Restartable(Buffer.from(`${wide}b\n`));
    expect(() => restartable.rest()).toThrow(SessionsError);
    restartable.restartAt(wide.length);
    expect(restartable.rest()).toMatchObject([{ byteOffset: wide.length, fields: [{ text: "b" }] }]);
  });

  test("gives offsets beyond 4 GiB", () => {
    const scanner = new RecordScanner((target) => Buffer.from("a\n").copy(target));
    scanner.restart(2 ** 40 + 1);
    scanner.nextBatch();
    const { batchLength } = scanner;
    scanner.nextBatch();
    expect(scanner.byteOffset).toBe(2 ** 40 + 1 + batchLength);
  });
});

describe("what is read after a restart", () => {
  const line = "0123456\n";
  const most = (restartable: Restartable): number[] => restartable.asked.map((read) => read.most);

  test("is 8 KiB for the first batch, twice as much in the window with each, up to its size", () => {
    const restartable = new Restartable(Buffer.from(line.repeat(200_000)));
    restartable.scanner.nextBatch();
    restartable.restartAt(0);
    const lengths = Array.from({ length: 8 }, () => {
      restartable.scanner.nextBatch();
      return restartable.scanner.batchLength;
    });
    const size = 16_384 * line.length;
    expect(lengths).toEqual([8192, 16_384, 32_768, 65_536, size, size, size, size]);
    expect(most(restartable).slice(0, 5)).toEqual([8192, 16_384, 32_768, 65_536, 131_072]);
  });

  test("is never more than the window takes", () => {
    const restartable = new Restartable(Buffer.from(line.repeat(2000)), 1024);
    restartable.restartAt(0);
    restartable.rest();
    expect(Math.max(...most(restartable))).toBe(1024);
  });

  test("is little also where the window has grown for a long record", () => {
    const long = "x".repeat(3_000_000);
    const restartable = new Restartable(Buffer.from(`${long}\n${line.repeat(200_000)}`));
    restartable.scanner.nextBatch();
    restartable.restartAt(long.length + 1);
    restartable.rest();
    expect(most(restartable)[0]).toBe(8192);
    expect(Math.max(...most(restartable))).toBe(512 * 1024);
  });

  test("is as much as one record needs", () => {
    const long = `${"x".repeat(1_000_000)}\n`;
    const restartable = new Restartable(Buffer.from(`${line}${long}${line}`));
    restartable.restartAt(line.length);
    expect(restartable.rest().map(({ byteLength }) => byteLength)).toEqual([long.length, line.length]);
  });
});

test("without a restart, too, a window that has grown for one record is not filled for the next ones", () => {
  const long = `${"x".repeat(3_000_000)}\n`;
  const restartable = new Restartable(Buffer.from(`${long}${"0123456\n".repeat(300_000)}`));
  restartable.scanner.nextBatch();
  restartable.scanner.nextBatch();
  restartable.asked.length = 0;
  restartable.rest();
  expect(Math.max(...restartable.asked.map(({ most }) => most))).toBeLessThanOrEqual(512 * 1024);
});

test("wherever and however often it restarts, the records are those of an input that begins there", () => {
  const piece = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('"', '""', ",", "\n", "\r", "\r\n", "a", "é", "\ufeff") },
    { weight: 1, arbitrary: fc.nat({ max: 130 }).map((length) => "x".repeat(length)) },
    { weight: 1, arbitrary: fc.constantFrom("a,b,c\r\n", '"a","b ""c""",d\n') },
    { weight: 1, arbitrary: fc.nat({ max: 300 }).map((count) => '0123,"4567"\n'.repeat(count)) },
  );
  const restart = fc.record({ at: fc.nat(), batchesAfter: fc.nat({ max: 3 }) });
  const how = fc.record({
    windowBytes: fc.constantFrom(4, 64, 4096, 512 * 1024),
    readBytes: fc.constantFrom(1, 7, 1000, Infinity),
  });
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40, size: "max" }).map((pieces) => Buffer.from(pieces.join(""))),
      fc.array(restart, { minLength: 1, maxLength: 4 }),
      how,
      (input, restarts, { windowBytes, readBytes }) => {
        const restartable = new Restartable(input, windowBytes, readBytes);
        let last = 0;
        for (const { at, batchesAfter } of restarts) {
          last = at % (input.length + 1);
          restartable.restartAt(last);
          for (let batch = 0; batch < batchesAfter; batch += 1) restartable.scanner.nextBatch();
        }
        restartable.restartAt(last);
        expect(restartable.rest()).toEqual(restartable.expectedAt(last));
      },
    ),
    { numRuns: 1000 },
  );
});
