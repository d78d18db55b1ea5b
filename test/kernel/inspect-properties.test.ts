import fc from "fast-check";
import { expect, test } from "vitest";
import type { RecordScanner } from "../../src/csv/scan.js";
import { RECORD_BARE_CR, RECORD_STRAY_QUOTE } from "../../src/kernel/kernel.js";
import { scannerOf } from "../csv/scanning.js";
import { inspectBatch, PLACES, RECORD, UUID } from "./inspecting.js";

/** The same by plain comparisons of strings, one character a byte. */
function expectedOf(scanner: RecordScanner, record: number, places: typeof PLACES): string[] {
  const text = scanner.bytes.toString("latin1", scanner.recordStart(record), scanner.recordEnd(record));
  const values = Array.from({ length: scanner.fieldCount(record) }, (_, place) => {
    const field = scanner.field(record, place);
    return scanner.bytes.toString("latin1", scanner.valueStart(field), scanner.valueEnd(field));
  });
  const sessionId = values[places.sessionId];
  const userId = values[places.userId];
  const platform = values[places.platform];
  const threadId = values[places.threadId];
  const { [record]: lastActivity = NaN } = scanner.timestamps(5, 0).instants;
  const { [record]: createdAt = NaN } = scanner.timestamps(4, 1).instants;
  const isDamaged = (value = ""): boolean =>
    value.length === 36 &&
    [8, 13, 18, 23].every((at) => value[at] === "-") &&
    !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
  const isRounded = (value = ""): boolean =>
    value.length >= 5 && value.length <= 24 && value.charCodeAt(0) <= 0x39 && /e\+[^]{1,2}$/i.test(value);
  const found = {
    padding: values.some((value) => /^[ \t\x80-\xff]|[ \t\x80-\xff]$/.test(value)),
    empty: platform === "" || threadId === "",
    swapped: userId !== undefined && userId !== "" && platform?.startsWith(`${userId}_`) === true,
    uuid: isDamaged(sessionId) || isDamaged(threadId) || [sessionId, userId, threadId].some(isRounded),
    // eslint-disable-next-line no-control-regex
    control: /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text),
    "line break": [sessionId, userId, platform, threadId].some((value = "") => /[\r\n]/.test(value)),
    order: createdAt > lastActivity,
    "foreign quote": (scanner.recordFlags(record) & (RECORD_STRAY_QUOTE | RECORD_BARE_CR)) !== 0,
  };
  return Object.entries(found).flatMap(([name, isFound]) => (isFound ? [name] : []));
}

test("the suspicions are those that plain comparisons find", () => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...RECORD, "telegram_1", "telegram", `x${UUID.slice(1)}`) },
    { weight: 1, arbitrary: fc.constantFrom("2025-04-03T08:00:00", "2025-04-01T00:00:00Z") },
    {
      weight: 2,
      arbitrary: fc.string({
        unit: fc.constantFrom("a", "_", " ", "\t", "\r", "\n", '"', '""', "\u0001", "\u007f", "é", "1", "E+1", "e+23"),
        maxLength: 20,
      }),
    },
  );
  const field = fc.tuple(value, fc.boolean()).map(([text, isQuoted]) => (isQuoted ? `"${text}"` : text));
  const record = fc.array(field, { maxLength: 9 }).map((fields) => fields.join(","));
  const records = fc.array(
    fc.tuple(record, fc.constantFrom("\n", "\r\n")).map((parts) => parts.join("")),
    {
      maxLength: 30,
      size: "max",
    },
  );
  const somePlaces = fc
    .shuffledSubarray([0, 1, 2, 3], { minLength: 4 })
    .map(([sessionId = 0, userId = 0, platform = 0, threadId = 0]) => ({ sessionId, userId, platform, threadId }));
  const places = fc.oneof(fc.constant(PLACES), somePlaces);
  fc.assert(
    fc.property(records, places, fc.constantFrom(64, 1024, 512 * 1024), (lines, at, windowBytes) => {
      const scanner = scannerOf(Buffer.from(lines.join("")), { windowBytes });
      while (scanner.nextBatch()) {
        const { suspicions } = inspectBatch(scanner, at);
        const expected = Array.from({ length: scanner.recordCount }, (_, index) => expectedOf(scanner, index, at));
        expect(suspicions).toEqual(expected);
      }
    }),
    { numRuns: 3000 },
  );
});
