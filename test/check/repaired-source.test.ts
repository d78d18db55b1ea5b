import { expect, test } from "vitest";
import { RepairedSource } from "../../src/check/repaired-source.js";
import { SegmentLog } from "../../src/check/segment-log.js";
import type { Segment } from "../../src/check/segment.js";
import { memorySource } from "../../src/store/csv-source.js";

function sourceOf(content: string, ...segments: Segment[]): RepairedSource {
  const log = new SegmentLog(() => undefined);
  for (const segment of segments) log.segment(segment);
  return new RepairedSource(memorySource(Buffer.from(content)), log.segments());
}

function read(source: RepairedSource, byteOffset: number, byteLength: number): string {
  const target = Buffer.alloc(byteLength, "?");
  return target.subarray(0, source.readAt(target, byteOffset)).toString();
}

test("reads at any offset what stays and what replaces it, and nothing of what is left out", () => {
  const source = sourceOf(
    "keep-drop-heal-tail",
    { kind: "kept", byteOffset: 0, byteLength: 5 },
    { kind: "dropped", byteOffset: 5, byteLength: 5, code: "blank-line" },
    { kind: "healed", byteOffset: 10, byteLength: 5, bytes: Buffer.from("HEALED-") },
    { kind: "healed", byteOffset: 15, byteLength: 0, bytes: Buffer.from("") },
    { kind: "healed", byteOffset: 15, byteLength: 1, bytes: Buffer.from("T") },
    { kind: "kept", byteOffset: 16, byteLength: 3 },
  );
  const whole = "keep-HEALED-Tail";
  expect(source.byteLength).toBe(whole.length);
  for (let from = 0; from <= whole.length + 1; from += 1) {
    for (let length = 0; length <= whole.length; length += 1) {
      expect(read(source, from, length)).toBe(whole.slice(from, from + length));
    }
  }
});

test("finds healed bytes however many there are", () => {
  const pieces = Array.from({ length: 300 }, (_, index) => String(index).padStart(9_999, ".") + "\n");
  const segments = pieces.map((text, index) => {
    return { kind: "healed", byteOffset: index, byteLength: 1, bytes: Buffer.from(text) } as const;
  });
  const source = sourceOf("x".repeat(300), ...segments);
  expect(source.byteLength).toBe(3_000_000);
  for (const index of [299, 0, 105, 104, 209, 210]) {
    expect(read(source, index * 10_000 - 1, 10_002)).toBe(
      index === 0 ? "" : `\n${pieces[index] ?? ""}${(pieces[index + 1] ?? "").slice(0, 1)}`,
    );
  }
});
