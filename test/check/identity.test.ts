// A valid file stays byte for byte, whatever forms its ids have and whatever other programs keep in it (law 6).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DiagnosticCode } from "../../src/check/diagnostic.js";
import { checkCsv } from "../../src/check/run.js";
import { memorySource } from "../../src/store/csv-source.js";
import { planOf } from "./planning.js";
import { validFiles, type Variety } from "./valid-files.js";

/** Codes of the errors, in order. */
function errorsOf(text: string | Buffer): DiagnosticCode[] {
  const codes: DiagnosticCode[] = [];
  checkCsv(memorySource(Buffer.from(text)), {
    onDiagnostic: ({ code, severity }) => {
      if (severity === "error") codes.push(code);
    },
  });
  return codes;
}

function expectIdentity(variety: Variety, numRuns: number): void {
  fc.assert(
    fc.property(validFiles(variety), (text) => {
      expect(errorsOf(text)).toEqual([]);
      expect(planOf(text).isIdentity).toBe(true);
    }),
    { numRuns, endOnFailure: true },
  );
}

describe("a valid file has no error and needs no repair", () => {
  test("with ids of many forms, columns of other programs, and values that end like lines of other tools", () => {
    expectIdentity({}, 300);
  });

  test("with ids that hold a UUID and text before it", () => {
    expectIdentity({ hasMarkedUuids: true }, 1000);
  });

  test("with line breaks in ids and in columns of other programs", () => {
    expectIdentity({ hasBreaks: true }, 300);
  });

  test("with a column whose name needs quotes", () => {
    expectIdentity({ hasQuotedNames: true }, 100);
  });
});
