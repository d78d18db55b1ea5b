import { expect, test } from "vitest";
import { SegmentLog } from "../../src/check/segment-log.js";
import type { Segment } from "../../src/check/segment.js";

const newLog = (): SegmentLog => new SegmentLog(() => undefined);
const kept = (byteOffset: number, byteLength: number): Segment => ({ kind: "kept", byteOffset, byteLength });
const healed = (byteOffset: number, byteLength: number, text: string): Segment => ({
  kind: "healed",
  byteOffset,
  byteLength,
  bytes: new Uint8Array(Buffer.from(text)),
});
const dropped = (byteOffset: number, byteLength: number) =>
  ({ kind: "dropped", byteOffset, byteLength, code: "blank-line" }) as const;
const quarantined = (byteOffset: number, byteLength: number) =>
  ({
    kind: "quarantined",
    byteOffset,
    byteLength,
    line: 7,
    codes: ["torn-record"],
    reason: "the record breaks off",
    fields: { user_id: "u1" },
  }) as const;

function logOf(...segments: Segment[]): SegmentLog {
  const log = newLog();
  for (const segment of segments) log.segment(segment);
  return log;
}

test("gives back each kind of segment as it came, as often as it is asked", () => {
  const segments = [kept(0, 10), healed(10, 5, "new\n"), dropped(15, 1), quarantined(16, 4), kept(20, 3)];
  const log = logOf(...segments);
  expect([...log.segments()]).toEqual(segments);
  expect([...log.segments()]).toEqual(segments);
  expect(log.quarantinedCount).toBe(1);
});

test("makes one segment of neighbouring bytes that stay", () => {
  expect([...logOf(kept(0, 10), kept(10, 5), dropped(15, 1), kept(16, 2), kept(18, 1)).segments()]).toEqual([
    kept(0, 15),
    dropped(15, 1),
    kept(16, 3),
  ]);
});

test.each([
  ["nothing", [], true],
  ["one segment that stays", [kept(0, 4), kept(4, 4)], true],
  ["a healed one", [healed(0, 4, "a")], false],
  ["a dropped one behind one that stays", [kept(0, 4), dropped(4, 1)], false],
  ["one that is set aside", [quarantined(0, 4)], false],
])("is the identity or not: %s", (_name, segments: Segment[], isIdentity) => {
  expect(logOf(...segments).isIdentity).toBe(isIdentity);
});

test("takes records out of what was said to stay, or of what was healed, in whatever order it learns of it", () => {
  const log = logOf(kept(0, 30), healed(30, 5, "x"), kept(35, 5));
  log.supersede(quarantined(30, 5));
  log.supersede(dropped(10, 10));
  expect(log.isIdentity).toBe(false);
  expect(log.quarantinedCount).toBe(1);
  expect([...log.segments()]).toEqual([kept(0, 10), dropped(10, 10), kept(20, 10), quarantined(30, 5), kept(35, 5)]);
});

test("takes out the first and the last record of a stretch that stays", () => {
  const log = logOf(kept(0, 30));
  log.supersede(dropped(0, 10));
  log.supersede(dropped(20, 10));
  expect([...log.segments()]).toEqual([dropped(0, 10), kept(10, 10), dropped(20, 10)]);
});

test("keeps the bytes of many healed records, small and large ones and empty ones, in order", () => {
  const log = newLog();
  const texts = Array.from({ length: 6000 }, (_, index) => "abc".repeat((index * 7919) % 400));
  texts[3000] = "large".repeat(500_000);
  texts.forEach((text, index) => log.segment(healed(index, 1, text)));
  const back = [...log.segments()].map((segment) =>
    segment.kind === "healed" ? Buffer.from(segment.bytes).toString() : "",
  );
  expect(back).toEqual(texts);
});

test("holds what was healed, whatever becomes of the buffer that it came in", () => {
  const bytes = new Uint8Array(Buffer.from("one"));
  const log = logOf({ kind: "healed", byteOffset: 0, byteLength: 1, bytes });
  bytes.fill(0);
  const [segment] = log.segments();
  expect(segment?.kind === "healed" && Buffer.from(segment.bytes).toString()).toBe("one");
});
