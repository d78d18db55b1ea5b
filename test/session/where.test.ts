import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Comparison, Condition } from "../../src/session/query.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { isSelected, type SessionTexts } from "./records.js";

const ALL: readonly Comparison[] = ["=", "!=", "<", "<=", ">", ">="];

function where(field: string, comparison: Comparison, value: string, instant?: number): Condition {
  return { type: "where", field, comparison, value, ...(instant === undefined ? {} : { instant }) };
}

/** The comparisons that hold between a field and a value. */
function holding(field: string, value: string, texts: SessionTexts, instant?: number): string {
  return ALL.filter((comparison) => isSelected(where(field, comparison, value, instant), texts)).join(" ");
}

describe("a field that is not there", () => {
  test.each(["metadata.b", "metadata.a.b", "pending_approval.type", "pending_approval"])(
    "%s differs from every value, and compares with none",
    (field) => {
      expect(holding(field, "x", { metadata: '{"a":1}' })).toBe("!=");
    },
  );

  test("whose name means nothing is never selected", () => {
    expect(holding("nothing", "x", {})).toBe("");
  });

  test("matches no pattern, not even an empty one", () => {
    expect([isSelected(where("metadata.b", "~", ""), {}), isSelected(where("metadata.b", "!~", ""), {})]).toEqual([
      false,
      true,
    ]);
  });
});

describe("text", () => {
  test.each([
    ["abc", "abc", "= <= >="],
    ["abc", "abd", "!= < <="],
    ["abc", "ab", "!= > >="],
    ["abc", "ABC", "!= > >="],
    ["", "", "= <= >="],
    ["10", "9x", "!= < <="],
    ["x10", "x9", "!= < <="],
  ])("%j against %j: %s", (text, value, expected) => {
    expect(holding("thread_id", value, { thread_id: text })).toBe(expected);
  });

  test.each<[string, Comparison, string, boolean]>([
    ["abc", "~", "^a.c$", true],
    ["abc", "~", "B", false],
    ["abc", "!~", "^b", true],
    ["abc", "!~", "c$", false],
    ["😀", "~", "^.$", true],
  ])("%j %s %j: %s", (text, comparison, pattern, isFound) => {
    expect(isSelected(where("thread_id", comparison, pattern), { thread_id: text })).toBe(isFound);
  });
});

describe("numbers", () => {
  test.each([
    ["9", "10", "!= < <="],
    ["-9", "-10", "!= > >="],
    ["1.50", "1.5", "= <= >="],
    ["1e3", "1000", "= <= >="],
    ["0.1", ".1", "= <= >="],
    ["007", "7", "= <= >="],
    ["9007199254740993", "9007199254740992", "!= > >="],
    ["10000000000000000000001", "10000000000000000000002", "!= < <="],
    ["-0", "0", "= <= >="],
  ])("%s against %s: %s", (text, value, expected) => {
    expect(holding("thread_id", value, { thread_id: text })).toBe(expected);
  });

  test("in JSON keep all their digits", () => {
    const texts = { metadata: '{"id":123456789012345678901}' };
    expect(holding("metadata.id", "123456789012345678900", texts)).toBe("!= > >=");
  });

  test("as large as they may be are compared as BigInt compares them", () => {
    const integer = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });
    fc.assert(
      fc.property(integer, fc.oneof(integer, fc.constant(0n)), (left, difference) => {
        const right = left + difference / 10n ** 20n;
        const order = left < right ? "!= < <=" : left > right ? "!= > >=" : "= <= >=";
        expect(holding("thread_id", String(right), { thread_id: String(left) })).toBe(order);
      }),
      { numRuns: 100 },
    );
  });
});

describe("JSON values", () => {
  test.each([
    ['{"a":"web"}', "web", "= <= >="],
    ['{"a":"\\u0077eb"}', "web", "= <= >="],
    ['{"a":true}', "true", "= <= >="],
    ['{"a":null}', "null", "= <= >="],
    ['{"a":[1, 2]}', "[1, 2]", "= <= >="],
    ['{"a":"10"}', "9", "!= > >="],
    ['{"a":""}', "", "= <= >="],
  ])("%s against %j: %s", (metadata, value, expected) => {
    expect(holding("metadata.a", value, { metadata })).toBe(expected);
  });
});

describe("times", () => {
  const noon = parseTimestamp("2025-09-30T12:00:00");

  test.each([
    ["2025-09-30T12:00:00", "= <= >="],
    ["2025-09-30T14:00:00+02:00", "= <= >="],
    ["2025-09-30T11:59:59.999999", "!= < <="],
    ["2025-09-30T12:00:00.000001", "!= > >="],
  ])("%s against noon: %s", (created_at, expected) => {
    expect(holding("created_at", "noon", { created_at }, noon)).toBe(expected);
  });

  test("are text against a value that is no time", () => {
    expect(holding("created_at", "2025", { created_at: "2025-09-30T12:00:00" })).toBe("!= > >=");
  });

  test("that cannot be decoded are equal to their own text only", () => {
    expect([
      isSelected(where("created_at", "=", "then"), { created_at: "then" }),
      isSelected(where("created_at", "=", "2025-09-30T12:00:00", noon), { created_at: "then" }),
    ]).toEqual([true, false]);
  });
});

describe("computed fields", () => {
  test.each<[string, Comparison, string, SessionTexts, boolean]>([
    ["state", "=", "active", { last_activity: "2025-09-30T11:30:00" }, true],
    ["state", "=", "expired", { last_activity: "2025-09-30T11:00:00" }, true],
    ["state", "=", "unknown", { last_activity: "then" }, true],
    ["pending", "=", "true", { pending_approval: "{}" }, true],
    ["idle", ">", "1800", { last_activity: "2025-09-30T11:29:59" }, true],
    ["idle", ">", "1800", { last_activity: "2025-09-30T11:30:00" }, false],
    ["idle", "<", "1800", { last_activity: "then" }, false],
  ])("%s %s %s of %j: %s", (field, comparison, value, texts, isFound) => {
    expect(isSelected(where(field, comparison, value), texts)).toBe(isFound);
  });
});
