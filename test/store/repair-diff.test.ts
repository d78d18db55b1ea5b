import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { RepairPlan } from "../../src/check/repair.js";
import type { Segment } from "../../src/check/segment.js";
import { renderHunk } from "../../src/cli/render/diff.js";
import { PLAIN_STYLE } from "../../src/cli/render/style.js";
import { memorySource } from "../../src/store/csv-source.js";
import { repairDiff } from "../../src/store/repair-diff.js";
import { proveRepair } from "../../src/store/repair-proof.js";
import { planByLines, repairedByLines } from "./line-plan.js";

function diffOf(plan: RepairPlan, isForPeople = false): string {
  const look = { style: PLAIN_STYLE, isForPeople };
  const pieces: Buffer[] = [];
  for (const hunk of repairDiff(plan, proveRepair(plan))) {
    for (const piece of renderHunk(hunk, plan, look)) pieces.push(Buffer.from(piece));
  }
  return Buffer.concat(pieces).toString();
}

function byLines(text: string): RepairPlan {
  return planByLines(memorySource(Buffer.from(text)));
}

/** Applies a unified diff as strictly as it can be: every line and every count must fit. */
function patched(old: string, diff: string): string {
  const oldLines = old.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const result: string[] = [];
  let at = 0;
  let hunk: { oldLeft: number; newLeft: number } | undefined;
  const lines = diff.match(/[^\n]*\n/g) ?? [];
  for (const [index, line] of lines.entries()) {
    const [, oldLine, oldCount = "1", newLine, newCount = "1"] =
      /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n$/.exec(line) ?? [];
    if (oldLine !== undefined) {
      expect(hunk ?? { oldLeft: 0, newLeft: 0 }).toEqual({ oldLeft: 0, newLeft: 0 });
      hunk = { oldLeft: Number(oldCount), newLeft: Number(newCount) };
      const start = Number(oldLine) - (hunk.oldLeft === 0 ? 0 : 1);
      expect(start).toBeGreaterThanOrEqual(at);
      result.push(...oldLines.slice(at, start));
      at = start;
      expect(Number(newLine) - (hunk.newLeft === 0 ? 0 : 1)).toBe(result.length);
      continue;
    }
    if (line.startsWith("\\")) continue;
    if (hunk === undefined) throw new Error(`a line before any hunk: ${line}`);
    const isCut = lines[index + 1]?.startsWith("\\") === true;
    const text = isCut ? line.slice(1, -1) : line.slice(1);
    if (line[0] !== "+") {
      expect(text).toBe(oldLines[at]);
      at += 1;
      hunk.oldLeft -= 1;
    }
    if (line[0] !== "-") {
      result.push(text);
      hunk.newLeft -= 1;
    }
  }
  expect(hunk ?? { oldLeft: 0, newLeft: 0 }).toEqual({ oldLeft: 0, newLeft: 0 });
  return [...result, ...oldLines.slice(at)].join("");
}

test("changes that stand close together are one hunk, with three lines around", () => {
  const lines = Array.from({ length: 30 }, (_, line) => `line ${line + 1}\n`);
  lines[4] = "~five\n";
  lines[9] = "!ten\n";
  lines[24] = "#\n";
  expect(diffOf(byLines(lines.join("")))).toBe(
    "@@ -2,12 +2,11 @@\n line 2\n line 3\n line 4\n-~five\n+~FIVE\n line 6\n line 7\n line 8\n line 9\n-!ten\n line 11\n line 12\n line 13\n" +
      "@@ -22,7 +21,6 @@\n line 22\n line 23\n line 24\n-#\n line 26\n line 27\n line 28\n",
  );
});

test("nothing changed is no hunk", () => {
  expect(diffOf(byLines("a\nb\n"))).toBe("");
});

test("a last line without its line break is marked as diff(1) marks it", () => {
  expect(diffOf(byLines("a\n!b"))).toBe("@@ -1,2 +1 @@\n a\n-!b\n\\ No newline at end of file\n");
  expect(diffOf(byLines("#\nb"))).toBe("@@ -1,2 +1 @@\n-#\n b\n\\ No newline at end of file\n");
});

test("a file without line feeds changes line by line all the same", () => {
  const content = Buffer.from("a\rb\r");
  const segments: Segment[] = ["a", "b"].map((text, index) => ({
    kind: "healed",
    byteOffset: index * 2,
    byteLength: 2,
    bytes: Buffer.from(`${text}\r\n`),
  }));
  expect(diffOf(planOf(content, segments), true)).toBe(
    "@@ -1,2 +1,2 @@\n-a\\r\n+a\\r\n-b\\r\n\\ No newline at end of file\n+b\\r\n",
  );
});

test("for people hostile text is visible, and the usual line ending of lines that stay is not", () => {
  expect(diffOf(byLines("a\r\n!\u001b[31m\u202e\r\n"), true)).toBe("@@ -1,2 +1 @@\n a\n-!\\x1b[31m\\u202e\\r\n");
});

test("a line of many pieces is printed whole, with characters that lie across their borders", () => {
  const long = "\u20ac\u{1f600}x".repeat(100_000);
  for (const isForPeople of [true, false]) {
    expect(diffOf(byLines(`!${long}\n`), isForPeople) === `@@ -1 +0,0 @@\n-!${long}\n`).toBe(true);
  }
});

test("a file in which every line changes is many hunks, none of which grows", () => {
  const text = "~x\n".repeat(2_000);
  const plan = byLines(text);
  const hunks = [...repairDiff(plan, proveRepair(plan))];
  expect(Math.max(...hunks.map(({ parts }) => parts.length))).toBeLessThan(300);
  expect(patched(text, diffOf(plan))).toBe(repairedByLines(text));
});

function planOf(content: Buffer, segments: readonly Segment[]): RepairPlan {
  return { ...planByLines(memorySource(content)), segments: () => segments };
}

/** Any text cut anywhere into segments of any kind. */
const CUT_TEXTS = fc
  .record({
    text: fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 60 }),
    cuts: fc.array(fc.nat(60), { maxLength: 8 }),
    kinds: fc.array(fc.constantFrom("kept", "healed", "dropped", "quarantined"), { minLength: 10, maxLength: 10 }),
    bytes: fc.array(fc.string({ unit: fc.constantFrom("A", "\n"), maxLength: 4 }), { minLength: 10, maxLength: 10 }),
  })
  .map(({ text, cuts, kinds, bytes }) => {
    const ends = [...cuts.filter((cut) => cut < text.length), text.length].sort((left, right) => left - right);
    let start = 0;
    let repaired = "";
    const segments = ends.map((end, index): Segment => {
      const span = { byteOffset: start, byteLength: end - start };
      const healed = bytes[index] ?? "";
      const kind = kinds[index] ?? "kept";
      if (kind === "kept") repaired += text.slice(start, end);
      if (kind === "healed") repaired += healed;
      start = end;
      if (kind === "kept") return { kind, ...span };
      if (kind === "healed") return { kind, ...span, bytes: Buffer.from(healed) };
      if (kind === "dropped") return { kind, ...span, code: "blank-line" };
      return { kind: "quarantined", ...span, line: 1, codes: [], reason: "", fields: {} };
    });
    return { text, segments, repaired };
  });

test("applied to the old text, a diff makes the repaired one, wherever segments begin and end", () => {
  fc.assert(
    fc.property(CUT_TEXTS, ({ text, segments, repaired }) => {
      expect(patched(text, diffOf(planOf(Buffer.from(text), segments)))).toBe(repaired);
    }),
    { numRuns: 2_000 },
  );
});
