import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RecordScanner } from "../../src/csv/scan.js";
import { IdTable } from "../../src/kernel/id-table.js";
import { scannerOf } from "../csv/scanning.js";

const MASK = 2n ** 64n - 1n;
const [PRIME_1, PRIME_2, PRIME_3, PRIME_4, PRIME_5] = [
  0x9e3779b185ebca87n,
  0xc2b2ae3d27d4eb4fn,
  0x165667b19e3779f9n,
  0x85ebca77c2b2ae63n,
  0x27d4eb2f165667c5n,
];

/** The hash that `assembly/hash.ts` documents. */
function hashOf(value: Uint8Array): bigint {
  const rotated = (word: bigint, by: bigint): bigint => ((word << by) | (word >> (64n - by))) & MASK;
  const padded = Buffer.alloc(Math.ceil(value.length / 8) * 8);
  padded.set(value);
  let hash = PRIME_5;
  for (let at = 0; at < padded.length; at += 8) {
    const word = (rotated((padded.readBigUInt64LE(at) * PRIME_2) & MASK, 31n) * PRIME_1) & MASK;
    hash = (rotated(hash ^ word, 27n) * PRIME_1 + PRIME_4) & MASK;
  }
  hash ^= BigInt(value.length);
  hash = ((hash ^ (hash >> 33n)) * PRIME_2) & MASK;
  hash = ((hash ^ (hash >> 29n)) * PRIME_3) & MASK;
  hash ^= hash >> 32n;
  return hash === 0n ? 1n : hash;
}

function hashesIn(scanner: RecordScanner, place: number): bigint[] {
  const halves = scanner.hashes(place);
  expect(halves.length).toBe(scanner.recordCount * 2);
  return Array.from(
    { length: scanner.recordCount },
    (_, record) => (BigInt(halves[record * 2 + 1] ?? 0) << 32n) | BigInt(halves[record * 2] ?? 0),
  );
}

function hashesOf(text: string, place: number): bigint[] {
  const scanner = scannerOf(Buffer.from(text));
  scanner.nextBatch();
  return hashesIn(scanner, place);
}

describe("the hash of a value", () => {
  test("is that of its bytes, of any length", () => {
    for (let length = 0; length < 70; length += 1) {
      const value = "abcdefghijklmnopqrstuvwxyz".repeat(3).slice(0, length);
      expect(hashesOf(`x,${value},y\n`, 1)).toEqual([hashOf(Buffer.from(value))]);
    }
  });

  test("is the same quoted and unquoted, and of a doubled quote made single", () => {
    expect(new Set(hashesOf('abc,x\n"abc",x\n"abc"', 0)).size).toBe(1);
    expect(hashesOf('"a""b""""c,d",x\n', 0)).toEqual([hashOf(Buffer.from('a"b""c,d'))]);
    expect(hashesOf('""""""""""""""""""\n', 0)).toEqual([hashOf(Buffer.from('"'.repeat(8)))]);
    expect(hashesOf('"""1234567"\n', 0)).toEqual([hashOf(Buffer.from('"1234567'))]);
  });

  test("is 0 where a record has no such column, and not where it is empty", () => {
    expect(hashesOf("a\na,\na,b\n\n", 1)).toEqual([0n, hashOf(Buffer.alloc(0)), hashOf(Buffer.from("b")), 0n]);
  });

  test("changes half of its bits with each bit of the value", () => {
    const value = Buffer.from("a3eb1a23-02e7-4d48-b421-9eb9fca9c9c5");
    const before = hashOf(value);
    const counts = Array.from({ length: value.length * 8 }, (_, bit) => {
      const changed = Buffer.from(value);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      return (hashOf(changed) ^ before).toString(2).replaceAll("0", "").length;
    });
    expect(Math.min(...counts)).toBeGreaterThan(15);
    expect(Math.max(...counts)).toBeLessThan(49);
    expect(counts.reduce((sum, count) => sum + count) / counts.length).toBeCloseTo(32, -0.5);
  });

  test("is that of the value as text, for any value", () => {
    const value = fc.string({
      unit: fc.constantFrom("a", '"', ",", "\n", "é", "😀", "\0"),
      maxLength: 40,
      size: "max",
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 20 }), (values) => {
        const text = values.map((one) => `x,"${one.replaceAll('"', '""')}"\n`).join("");
        expect(hashesOf(text, 1)).toEqual(values.map((one) => hashOf(Buffer.from(one))));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a table of ids", () => {
  test("says what an id was added with first", () => {
    const ids = new IdTable();
    expect([ids.add(1, 2, 0), ids.add(1, 2, 7), ids.add(1, 2, 8)]).toEqual([-1, 0, 0]);
    expect(ids.size).toBe(1);
  });

  test("knows ids apart by either half of their hash", () => {
    const ids = new IdTable();
    const hashes = [
      [1, 1],
      [1, 2],
      [2, 1],
      [0, 1],
      [1, 0],
      [0xffffffff, 0xffffffff],
      [0xffffffff, 0],
      [0, 0xffffffff],
    ] as const;
    expect(hashes.map(([low, high], index) => ids.add(low, high, index))).toEqual(hashes.map(() => -1));
    expect(hashes.map(([low, high]) => ids.add(low, high, 99))).toEqual(hashes.map((_, index) => index));
  });

  test("holds offsets beyond 4 GiB", () => {
    const ids = new IdTable();
    ids.add(1, 1, 2 ** 52 + 1);
    expect(ids.add(1, 1, 0)).toBe(2 ** 52 + 1);
  });

  test("replaces what an id was added with, and adds an id that is new", () => {
    const ids = new IdTable();
    ids.add(1, 1, 5);
    ids.replace(1, 1, 6);
    ids.replace(2, 2, 7);
    expect([ids.add(1, 1, 0), ids.add(2, 2, 0), ids.size]).toEqual([6, 7, 2]);
  });

  test("finds what an id was added with without adding it", () => {
    const ids = new IdTable();
    ids.add(1, 1, 5);
    ids.add(3, 0xffffffff, 6);
    expect([ids.find(1, 1), ids.find(3, 0xffffffff), ids.find(2, 1), ids.find(1, 2), ids.size]).toEqual([
      5, 6, -1, -1, 2,
    ]);
  });

  test("puts ids of one slot side by side, also over the last slot, and finds them after it has grown", () => {
    // 0xaaaaaaaa: where the slots are put aside while the table grows.
    for (const high of [0, 0xffffffff, 0x7fffffff, 0xaaaaaaaa]) {
      const ids = new IdTable();
      for (let low = 1; low <= 3000; low += 1) expect(ids.add(low, high, 0)).toBe(-1);
      for (let low = 1; low <= 3000; low += 1) ids.replace(low, high, low);
      for (let low = 3001; low <= 5000; low += 1) expect(ids.add(low, high, low)).toBe(-1);
      for (let low = 1; low <= 5000; low += 1) expect(ids.add(low, high, 0)).toBe(low);
      expect(ids.size).toBe(5000);
    }
  });

  test.each([0, 1, 1000, 100_000, 1e12, Infinity, -1])("is right whatever number was expected: %d", (expected) => {
    const ids = new IdTable(expected);
    const high = (index: number): number => Math.imul(index, 0x9e3779b1) >>> 0;
    for (let index = 1; index <= 20_000; index += 1) expect(ids.add(index, high(index), index)).toBe(-1);
    for (let index = 1; index <= 20_000; index += 1) expect(ids.add(index, high(index), 0)).toBe(index);
  });

  test("does what a map does", () => {
    const half = fc.oneof(fc.nat({ max: 3 }), fc.integer({ min: 0xfffffff0, max: 0xffffffff }));
    const change = fc.record({
      kind: fc.constantFrom("add", "replace"),
      // 0/0 is no hash.
      hash: fc.tuple(half, half).filter(([low, high]) => low !== 0 || high !== 0),
      byteOffset: fc.maxSafeNat(),
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200, size: "max" }), (changes) => {
        const ids = new IdTable();
        const map = new Map<string, number>();
        for (const { kind, hash, byteOffset } of changes) {
          const key = hash.join();
          if (kind === "add") {
            expect(ids.add(...hash, byteOffset)).toBe(map.get(key) ?? -1);
            map.set(key, map.get(key) ?? byteOffset);
          } else {
            ids.replace(...hash, byteOffset);
            map.set(key, byteOffset);
          }
        }
        expect(ids.size).toBe(map.size);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the ids of a batch", () => {
  test("are added, and those returned that were there", () => {
    const scanner = scannerOf(Buffer.from('a,1\nb,1\n"a",2\nc,1\n\nx\na,3\n'));
    scanner.nextBatch();
    const ids = new IdTable();
    expect(scanner.addIds(ids, 0)).toEqual([
      { record: 2, earlierOffset: 0 },
      { record: 6, earlierOffset: 0 },
    ]);
    expect(ids.size).toBe(5);
  });

  test("are none where a record has no such column", () => {
    const scanner = scannerOf(Buffer.from("a\nb\nc,1\nd,1\n"));
    scanner.nextBatch();
    const ids = new IdTable();
    expect(scanner.addIds(ids, 1)).toEqual([{ record: 3, earlierOffset: 4 }]);
    expect(ids.size).toBe(1);
  });

  test("are those of the records that are not left out", () => {
    const scanner = scannerOf(Buffer.from("a\na\na\nb\nb\n"));
    scanner.nextBatch();
    const ids = new IdTable();
    expect(scanner.addIds(ids, 0, Uint8Array.of(1, 0, 0, 255, 0))).toEqual([{ record: 2, earlierOffset: 2 }]);
    expect(ids.size).toBe(2);
    expect(scanner.addIds(ids, 0)).toHaveLength(5);
  });

  test("are known by the offsets of their records in the input, in later batches too", () => {
    const id = fc.nat({ max: 30 }).map((number) => `id ${"x".repeat(number % 7)}${number}`);
    fc.assert(
      fc.property(
        fc.array(id, { maxLength: 100, size: "max" }),
        fc.constantFrom(16, 64, 1024),
        (values, windowBytes) => {
          const scanner = scannerOf(Buffer.from(values.map((value) => `${value},\r\n`).join("")), { windowBytes });
          const ids = new IdTable();
          const first = new Map<string, number>();
          while (scanner.nextBatch()) {
            const expected = [];
            for (let record = 0; record < scanner.recordCount; record += 1) {
              const value = scanner.fieldText(record, 0);
              const earlierOffset = first.get(value);
              if (earlierOffset === undefined) first.set(value, scanner.byteOffset + scanner.recordStart(record));
              else expected.push({ record, earlierOffset });
            }
            expect(scanner.addIds(ids, 0)).toEqual(expected);
          }
          expect(ids.size).toBe(first.size);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("may be as many as a batch can hold, and make the table grow several times", () => {
    const scanner = scannerOf(Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index}\n`).join("")));
    const ids = new IdTable();
    while (scanner.nextBatch()) expect(scanner.addIds(ids, 0)).toEqual([]);
    expect(ids.size).toBe(60_000);
    const again = scannerOf(Buffer.from(Array.from({ length: 60_000 }, (_, index) => `${index}\n`).join("")));
    let count = 0;
    while (again.nextBatch()) {
      for (const { record, earlierOffset } of again.addIds(ids, 0)) {
        expect(earlierOffset).toBe(again.byteOffset + again.recordStart(record));
        count += 1;
      }
    }
    expect(count).toBe(60_000);
  });
});
