// Where a finding points to: the field that is to blame, and not its whole line.
import { expect, test } from "vitest";
import { checkCsv } from "../../src/check/run.js";
import type { Diagnostic } from "../../src/check/diagnostic.js";
import { fieldPlace } from "../../src/check/field-place.js";
import { memorySource } from "../../src/store/csv-source.js";
import { HEADER } from "./planning.js";
import { lineOf, USUAL } from "./record-parts.js";

/** What is found in a file of one good record and this one. */
function found(line: string): readonly Pick<Diagnostic, "code" | "line" | "column" | "text">[] {
  const other = lineOf({ session_id: "44444444-1111-4111-8111-111111111111" });
  const diagnostics: Diagnostic[] = [];
  const bytes = Buffer.from(
    `${HEADER}\n${other}\n${line}\n${lineOf({ session_id: "55555555-1111-4111-8111-111111111111" })}\n`,
    "latin1",
  );
  checkCsv(memorySource(bytes), { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
  return diagnostics.map(({ code, line: at, column, text }) => ({ code, line: at, column, text }));
}

const START = "11111111-1111-4111-8111-111111111111,web_1,web,22222222-2222-4222-8222-222222222222,";
const TIMES = "2024-05-01T10:00:00.000001,2024-05-01T11:00:00.000001,";

test.for<[string, string, number, string]>([
  [
    `${START}2024-13-01T10:00:00.000001,2024-05-01T11:00:00.000001,,{}`,
    "timestamp-invalid",
    START.length,
    "2024-13-01T10:00:00.000001",
  ],
  [`${START}2024-05-01T10:00:00.000001,,,{}`, "timestamp-invalid", START.length + 27, ""],
  [`${START}${TIMES},"{""a"": }"`, "json-invalid", START.length + TIMES.length + 1, '"{""a"": }"'],
  [`${START}${TIMES}"{""a"": }",{}`, "json-invalid", START.length + TIMES.length, '"{""a"": }"'],
  [`${START}${TIMES},{"a" 1`, "json-invalid", START.length + TIMES.length + 1, '{"a" 1'],
  [
    `${START}${TIMES},"{""a"":""\xcf\xf0\xe8\xe2""}"`,
    "invalid-utf8",
    START.length + TIMES.length + 1,
    '"{""a"":""����""}"',
  ],
])("%j is %s at its field", ([line, code, before, text]) => {
  expect(found(line)).toEqual([{ code, line: 3, column: before + 1, text }]);
});

test.for<[string, number]>([
  [`11111111-1111-4111-8111-111111111111,we"b_1,web,22222222-2222-4222-8222-222222222222,${TIMES},{}`, 40],
  [`11111111-1111-4111-8111-111111111111,"web_1,web,22222222-2222-4222-8222-222222222222,${TIMES},{}`, 38],
  [`11111111-1111-4111-8111-111111111111,web_1",web,22222222-2222-4222-8222-222222222222,${TIMES},{}`, 43],
])("%j has its stray quote at %i", ([line, column]) => {
  expect(found(line)).toEqual([{ code: "stray-quote", line: 3, column, text: '"' }]);
});

test("a column behind one whose end cannot be told has no place", () => {
  expect(fieldPlace('a,"b,c,d,e,f,g,h', "metadata", USUAL)).toEqual({ start: 15, end: 16 });
  expect(fieldPlace('a,b,c,d,e,f,"{,h', "metadata", USUAL)).toBeUndefined();
  expect(fieldPlace("a,b", "metadata", USUAL)).toBeUndefined();
});

test("bytes of another encoding are said to be none of UTF-8", () => {
  const diagnostics: Diagnostic[] = [];
  const bytes = Buffer.from(`${HEADER}\n${lineOf({ metadata: '"{""a"":""\xcf\xf0\xe8\xe2""}"' })}\n`, "latin1");
  checkCsv(memorySource(bytes), { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic) });
  expect(diagnostics).toMatchObject([
    {
      code: "invalid-utf8",
      message: "metadata holds bytes that are not UTF-8, and what they stand for is not certain",
    },
  ]);
});
