import fc from "fast-check";
import { expect, test } from "vitest";
import type { DiagnosticCode } from "../../../src/check/diagnostic.js";
import { ShownFindings } from "../../../src/cli/render/shown-findings.js";
import { LITERAL } from "./findings.js";

const CODES = ["json-literal", "blank-line", "padding", "torn-record"] as const satisfies readonly DiagnosticCode[];

function shownOf(codes: readonly DiagnosticCode[], limit: number, limitOfKind = limit): ShownFindings {
  const shown = new ShownFindings(limit, limitOfKind);
  codes.forEach((code, index) => shown.add({ ...LITERAL, code, line: index + 1 }));
  return shown;
}

function linesOf(shown: ShownFindings): number[] {
  return [...shown.entries()].map(({ diagnostic }) => diagnostic.line);
}

test("the first ones of each code, in order", () => {
  const shown = shownOf(["padding", "padding", "blank-line", "padding", "blank-line"], 10, 2);
  expect(linesOf(shown)).toEqual([1, 2, 3, 5]);
  expect([...shown.entries()].map(({ hidden }) => hidden)).toEqual([
    undefined,
    { count: 1, firstLine: 4, lastLine: 4 },
    undefined,
    undefined,
  ]);
});

test("a frequent code makes room for a rare one", () => {
  const shown = shownOf([...Array.from({ length: 6 }, () => "padding" as const), "torn-record"], 4);
  expect(linesOf(shown)).toEqual([1, 2, 3, 7]);
  expect([...shown.entries()][2]?.hidden).toEqual({ count: 3, firstLine: 4, lastLine: 6 });
});

test("nothing is shown with a limit of 0", () => {
  expect(linesOf(shownOf(["padding"], 0))).toEqual([]);
});

test("no more than the limits are ever held; shown and hidden are all; kinds with hidden ones are no smaller", () => {
  const codes = fc.array(fc.constantFrom(...CODES), { maxLength: 60 });
  fc.assert(
    fc.property(codes, fc.nat(12), fc.nat(12), (found, limit, limitOfKind) => {
      const shown = shownOf(found, limit, limitOfKind);
      const entries = [...shown.entries()];
      expect(entries).toHaveLength(shown.count);
      expect(shown.count).toBeLessThanOrEqual(limit);
      for (const code of CODES) {
        const places = found.flatMap((other, index) => (other === code ? [index + 1] : []));
        const ofCode = entries.filter(({ diagnostic }) => diagnostic.code === code);
        // Always the first ones.
        expect(ofCode.map(({ diagnostic }) => diagnostic.line)).toEqual(places.slice(0, ofCode.length));
        expect(ofCode.length).toBeLessThanOrEqual(limitOfKind);
        if (ofCode.length > 0) {
          const hidden = places.slice(ofCode.length);
          expect(ofCode.at(-1)?.hidden?.count ?? 0).toBe(hidden.length);
          if (hidden.length > 0) expect(ofCode.at(-1)?.hidden?.lastLine).toBe(hidden.at(-1));
        }
        if (ofCode.length < Math.min(places.length, limitOfKind)) {
          const largest = Math.max(
            0,
            ...CODES.map((other) => entries.filter((e) => e.diagnostic.code === other).length),
          );
          expect(largest - ofCode.length).toBeLessThanOrEqual(1);
        }
      }
    }),
  );
});
