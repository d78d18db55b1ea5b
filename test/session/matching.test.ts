import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openRecords } from "./records.js";

describe("a comparison of a column with a text", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", '"', ",", "é", "\n"), maxLength: 20 });
  const COMPARISONS = {
    equals: (value: string, wanted: string) => value === wanted,
    starts: (value: string, wanted: string) => value.startsWith(wanted),
    ends: (value: string, wanted: string) => value.endsWith(wanted),
  } as const;

  test.each(["equals", "starts", "ends"] as const)("is that of the texts: %s", (mode) => {
    fc.assert(
      fc.property(
        fc.array(text, { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat({ max: 12 }),
        (values, at, length) => {
          const [value = ""] = values;
          const start = at % (value.length + 1);
          const { reader } = openRecords(values.map((thread_id) => ({ thread_id })));
          for (const wanted of [value.slice(start, start + length), value.slice(0, length), value.slice(-length)]) {
            const matches = reader.matcher("thread_id", wanted, mode);
            const expected = values.map((one) => COMPARISONS[mode](one, wanted));
            expect(values.map((_, index) => matches(index + 1))).toEqual(expected);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([1023, 1024, 1025, 5000])("may be with %d bytes", (length) => {
    const long = "x".repeat(length);
    const { reader } = openRecords([{ thread_id: long }, { thread_id: `${long.slice(1)}y` }]);
    const matches = reader.matcher("thread_id", long, "equals");
    expect([matches(1), matches(2)]).toEqual([true, false]);
  });

  test("does not look into the field beside it", () => {
    const { reader } = openRecords([{ session_id: "ab", user_id: "cd" }]);
    const tests = [reader.matcher("session_id", "ab,c", "starts"), reader.matcher("user_id", "ab,cd", "ends")];
    expect(tests.map((matches) => matches(1))).toEqual([false, false]);
  });

  test("is done anew in each batch", () => {
    // Two records that do not fit into one window.
    const metadata = `{"a": "${"x".repeat(300_000)}"}`;
    const { scanner, reader } = openRecords([{ metadata }, { session_id: "s2", metadata }]);
    const matches = reader.matcher("session_id", "s2", "equals");
    const before = matches(1);
    scanner.nextBatch();
    expect([before, matches(0)]).toEqual([false, true]);
  });
});

test("a repeated text is the text of each record, however many there are and however long", () => {
  const values = fc.array(fc.oneof(fc.constantFrom("telegram", "", "é", 'a"b'), fc.string({ maxLength: 70 })), {
    maxLength: 150,
    size: "max",
  });
  fc.assert(
    fc.property(values, (platforms) => {
      const { reader } = openRecords(platforms.map((platform) => ({ platform })));
      const textOf = reader.repeatedText("platform");
      expect(platforms.map((_, index) => textOf(index + 1))).toEqual(platforms);
    }),
    { numRuns: 100 },
  );
});
