import { expect, test } from "vitest";
import { composeRepairs } from "../../src/check/compose-repairs.js";
import type { Segment } from "../../src/check/segment.js";
import { memorySource } from "../../src/store/csv-source.js";

type Told = readonly [fate: string, text: string, output?: string];

const kept = (byteOffset: number, byteLength: number): Segment => ({ kind: "kept", byteOffset, byteLength });
const healed = (byteOffset: number, byteLength: number, text: string): Segment => ({
  kind: "healed",
  byteOffset,
  byteLength,
  bytes: Buffer.from(text),
});
const dropped = (byteOffset: number, byteLength: number): Segment => ({
  kind: "dropped",
  byteOffset,
  byteLength,
  code: "blank-line",
});
const aside = (byteOffset: number, byteLength: number): Segment => ({
  kind: "quarantined",
  byteOffset,
  byteLength,
  line: 0,
  codes: ["text-line"],
  reason: "no record",
  fields: {},
});

/** What becomes of each span, and what is written for it; the spans have neither gaps nor overlaps. */
function compose(text: string, earlier: readonly Segment[], later: readonly Segment[]): Told[] {
  const content = Buffer.from(text);
  const told: Told[] = [];
  let end = 0;
  for (const segment of composeRepairs(memorySource(content), earlier, later, (offset) => offset + 1)) {
    expect(segment.byteOffset).toBe(end);
    end += segment.byteLength;
    const span = content.subarray(segment.byteOffset, end).toString();
    told.push(
      segment.kind === "healed"
        ? ["healed", span, Buffer.from(segment.bytes).toString()]
        : [segment.kind === "quarantined" ? `aside, line ${segment.line}` : segment.kind, span],
    );
  }
  expect(end).toBe(content.length);
  return told;
}

test("what stays twice stays", () => {
  expect(compose("a\nb\n", [kept(0, 4)], [kept(0, 4)])).toEqual([["kept", "a\nb\n"]]);
});

test("of bytes that stayed, the later repair decides", () => {
  const later = [kept(0, 2), healed(2, 2, "B\n"), dropped(4, 1), aside(5, 2), kept(7, 2)];
  expect(compose("a\nb\n\nc\nd\n", [kept(0, 9)], later)).toEqual([
    ["kept", "a\n"],
    ["healed", "b\n", "B\n"],
    ["dropped", "\n"],
    ["aside, line 6", "c\n"],
    ["kept", "d\n"],
  ]);
});

test("what the earlier repair left out stays out, at its place", () => {
  const earlier = [dropped(0, 1), kept(1, 2), aside(3, 2), kept(5, 2)];
  expect(compose("\na\nx\nb\n", earlier, [kept(0, 2), healed(2, 2, "B\n")])).toEqual([
    ["dropped", "\n"],
    ["kept", "a\n"],
    ["aside, line 0", "x\n"],
    ["healed", "b\n", "B\n"],
  ]);
});

test("one record of two that stayed is written at the place of the first", () => {
  expect(compose("a,\nxb\n", [kept(0, 3), aside(3, 1), kept(4, 2)], [healed(0, 5, "a,b\n")])).toEqual([
    ["healed", "a,\n", "a,b\n"],
    ["aside, line 0", "x"],
    ["healed", "b\n", ""],
  ]);
});

test("of bytes that were healed, the later repair decides where it takes them as a whole", () => {
  const earlier = [healed(0, 3, "A\n"), healed(3, 3, "B\n"), healed(6, 3, "C\n"), healed(9, 3, "D\n")];
  const later = [kept(0, 2), healed(2, 2, "bb\n"), dropped(4, 2), aside(6, 2)];
  expect(compose(`"A\n"B\n"C\n"D\n`, earlier, later)).toEqual([
    ["healed", `"A\n`, "A\n"],
    ["healed", `"B\n`, "bb\n"],
    ["dropped", `"C\n`],
    ["aside, line 10", `"D\n`],
  ]);
});

test("structure goes out of the midst of healed bytes", () => {
  expect(compose(`"A\n\nB\n`, [healed(0, 6, "A\n\nB\n")], [kept(0, 2), dropped(2, 1), kept(3, 2)])).toEqual([
    ["healed", `"A\n\nB\n`, "A\nB\n"],
  ]);
});

test("what is set aside of healed bytes is found in the bytes as they stood", () => {
  expect(compose(`n\n: 1}\n\n"5d",a\n`, [healed(0, 15, "n: 1}5d,a\n")], [aside(0, 5), kept(5, 5)])).toEqual([
    ["aside, line 1", "n\n: 1}"],
    ["healed", `\n\n"5d",a\n`, "5d,a\n"],
  ]);
});

test("where it cannot be found there, all of them are set aside", () => {
  expect(compose("1.5E3,a\n", [healed(0, 8, "1500,a\n")], [aside(0, 4), kept(4, 3)])).toEqual([
    ["aside, line 1", "1.5E3,a\n"],
  ]);
});

test("a header that the later repair adds stands before the first record", () => {
  expect(compose("xa\n", [aside(0, 1), kept(1, 2)], [healed(0, 0, "H\n"), kept(0, 2)])).toEqual([
    ["aside, line 0", "x"],
    ["healed", "", "H\n"],
    ["kept", "a\n"],
  ]);
  expect(compose("x", [aside(0, 1)], [healed(0, 0, "H\n")])).toEqual([
    ["aside, line 0", "x"],
    ["healed", "", "H\n"],
  ]);
});
