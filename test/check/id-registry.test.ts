import { describe, expect, test } from "vitest";
import { IdRegistry } from "../../src/check/id-registry.js";
import { RecordScanner } from "../../src/csv/scan.js";

/** The bytes of UTF-8 as Latin-1. */
const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

function scannerOf(text: string): RecordScanner {
  let rest = Buffer.from(text);
  const scanner = new RecordScanner((target) => {
    const count = rest.copy(target);
    rest = rest.subarray(count);
    return count;
  });
  scanner.nextBatch();
  return scanner;
}

describe("an id", () => {
  test("was seen nowhere before", () => {
    expect(new IdRegistry(0).add("a", 7)).toBe(-1);
  });

  test("was seen where it was added first", () => {
    const ids = new IdRegistry(0);
    ids.add("a", 7);
    expect([ids.add("a", 8), ids.add("a", 9)]).toEqual([7, 7]);
  });

  test("may have been seen at the very beginning", () => {
    const ids = new IdRegistry(0);
    ids.add("a", 0);
    expect(ids.add("a", 5)).toBe(0);
  });

  test("may have been seen behind the first four gigabytes", () => {
    const ids = new IdRegistry(0);
    ids.add("a", 2 ** 40 + 1);
    expect(ids.add("a", 0)).toBe(2 ** 40 + 1);
  });

  test("is known by another record from then on", () => {
    const ids = new IdRegistry(0);
    ids.add("a", 7);
    ids.replace("a", 20);
    expect([ids.add("a", 30), ids.add("b", 31)]).toEqual([20, -1]);
  });

  test("that was never added is known when it is replaced", () => {
    const ids = new IdRegistry(0);
    ids.replace("a", 20);
    expect(ids.add("a", 30)).toBe(20);
  });

  test("is compared exactly", () => {
    const ids = new IdRegistry(0);
    const others = [
      "a",
      "A",
      "a ",
      " a",
      "ab",
      "",
      '"a"',
      "a,b",
      "a\nb",
      "a\r\nb",
      'a"b',
      'a""b',
      latin1("ä"),
      "\u00e4",
    ];
    expect(others.map((id, offset) => ids.add(id, offset))).toEqual(others.map(() => -1));
    expect(others.map((id) => ids.add(id, 99))).toEqual(others.map((_, offset) => offset));
  });

  test("may be longer than the window that it is read in", () => {
    const ids = new IdRegistry(0);
    const long = "x".repeat(200_000);
    ids.add(`${long}a`, 1);
    ids.add(`${long}b`, 2);
    expect([ids.add(`${long}a`, 9), ids.add(`${long}b`, 9), ids.add("x", 9)]).toEqual([1, 2, -1]);
  });
});

test("more ids fit than were expected", () => {
  const ids = new IdRegistry(10);
  const count = 10_000;
  for (let number = 0; number < count; number += 1) ids.add(`id${number}`, number);
  const found = Array.from({ length: count }, (_, number) => ids.add(`id${number}`, -5));
  expect([ids.table.size, found]).toEqual([count, Array.from({ length: count }, (_, number) => number)]);
});

test("two registries know nothing of each other", () => {
  new IdRegistry(0).add("a", 7);
  expect(new IdRegistry(0).add("a", 8)).toBe(-1);
});

describe("an id of a record that the scanner read", () => {
  const IDS = [
    "plain",
    "with, comma",
    'with "quotes"',
    "with\nbreak",
    "Grüße",
    "x".repeat(3000),
    `y${"x".repeat(20_000)}`,
  ];
  const quoted = (id: string): string => `"${id.replaceAll('"', '""')}"`;

  test.each([
    ["as the backend writes it", (id: string) => (/[",\n]/.test(id) ? quoted(id) : id)],
    ["in quotes that it need not have", quoted],
  ])("is known to the registry: %s", (_, written) => {
    const ids = new IdRegistry(0);
    const lines = IDS.map((id) => `${written(id)},u\n`);
    const offsets = lines.map((_line, place) => Buffer.byteLength(lines.slice(0, place).join("")));
    expect(scannerOf(lines.join("")).addIds(ids.table, 0)).toEqual([]);
    expect(IDS.map((id) => ids.add(latin1(id), 99_999))).toEqual(offsets);
  });

  test("is found to be repeated where the registry knew it before", () => {
    const ids = new IdRegistry(0);
    ids.add(latin1("Grüße"), 1234);
    expect(scannerOf("a,u\nGrüße,u\n").addIds(ids.table, 0)).toEqual([{ record: 1, earlierOffset: 1234 }]);
  });
});
