// A valid file stays byte for byte, whatever forms its ids have and whatever other programs keep in it (law 6).
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DiagnosticCode } from "../../src/check/diagnostic.js";
import { checkCsv } from "../../src/check/run.js";
import { memorySource } from "../../src/store/csv-source.js";
import { HEADER, planOf } from "./planning.js";
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

  test("with records of one length, and JSON over several lines", () => {
    const json = fc.constantFrom(
      "",
      "{}",
      "{\n}",
      '{\n""a"": 1}',
      `{\n${" ".repeat(160)}""a"":\n1}`,
      '{""a"": ""bc""}',
    );
    const ids = fc.uniqueArray(fc.uuid(), { maxLength: 70 });
    const files = fc.tuple(ids, json, fc.constantFrom("\n", "\r\n")).map(([list, metadata, lineBreak]) => {
      const values = `telegram_12345,telegram,t1,2024-01-01T00:00:00,2024-01-01T00:00:00,,"${metadata}"`;
      return [HEADER, ...list.map((id) => `${id},${values}`)].map((line) => line + lineBreak).join("");
    });
    fc.assert(
      fc.property(files, (text) => {
        expect(planOf(text).isIdentity).toBe(true);
      }),
    );
  });

  test("with a column whose name needs quotes", () => {
    expectIdentity({ hasQuotedNames: true }, 100);
  });
});
