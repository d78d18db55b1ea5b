import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Condition } from "../../src/session/query.js";
import { parseTimestamp } from "../../src/session/timestamp.js";
import { isSelected, selectedOf, type SessionTexts } from "./records.js";

const FOUR: readonly SessionTexts[] = [
  { session_id: "a", platform: "telegram" },
  { session_id: "b", platform: "discord" },
  { session_id: "ab", platform: "telegram", pending_approval: "{}" },
  { session_id: "", platform: "", last_activity: "then", metadata: "broken" },
];

describe("a selection", () => {
  test("without conditions selects all", () => {
    expect(selectedOf([], FOUR)).toEqual([0, 1, 2, 3]);
  });

  test("selects where every condition holds", () => {
    const conditions: Condition[] = [
      { type: "platform", platforms: ["telegram"] },
      { type: "pending", pending: true },
      { type: "where", field: "session_id", comparison: "=", value: "ab" },
    ];
    expect(selectedOf(conditions, FOUR)).toEqual([2]);
  });

  test.each<[string, Condition]>([
    ["on bytes", { type: "platform", platforms: ["slack"] }],
    ["on values", { type: "where", field: "platform", comparison: "=", value: "slack" }],
  ])("selects nothing where one condition %s does not hold", (_, condition) => {
    expect(selectedOf([condition, { type: "search", text: "" }, { type: "pending", pending: false }], FOUR)).toEqual(
      [],
    );
  });
});

describe("the condition on ids", () => {
  test.each<[readonly string[], number[]]>([
    [[], []],
    [["x"], []],
    [["a"], [0]],
    [
      ["a", "ab"],
      [0, 2],
    ],
    [[""], [3]],
  ])("%j selects %j", (ids, selected) => {
    expect(selectedOf([{ type: "id", ids: new Set(ids) }], FOUR)).toEqual(selected);
  });

  test.each([["a,b"], ['a"b'], ['"'], ["é😀"]])("selects %j, quoted as it may be", (id) => {
    const records = [{ session_id: id }, { session_id: `${id}x` }, { session_id: id.slice(1) }];
    expect(selectedOf([{ type: "id", ids: new Set([id]) }], records)).toEqual([0]);
  });
});

describe("the condition on users", () => {
  test.each<[string, SessionTexts, boolean]>([
    ["12345", { user_id: "12345", platform: "telegram" }, true],
    ["telegram_12345", { user_id: "telegram_12345", platform: "telegram" }, true],
    ["12345", { user_id: "telegram_12345", platform: "telegram" }, true],
    ["12345", { user_id: "telegram_12345", platform: "discord" }, false],
    ["12345", { user_id: "telegram_x_12345", platform: "telegram" }, false],
    ["x_12345", { user_id: "telegram_x_12345", platform: "telegram" }, true],
    ["2345", { user_id: "telegram_12345", platform: "telegram" }, false],
    ["telegram", { user_id: "telegram_12345", platform: "telegram" }, false],
    ["telegram_1234", { user_id: "telegram_12345", platform: "telegram" }, false],
    ["_12345", { user_id: "telegram_12345", platform: "telegram" }, false],
    ["a", { user_id: "_a", platform: "" }, true],
    ['a"b', { user_id: 'x_a"b', platform: "x" }, true],
    ['a"b', { user_id: 'a"b', platform: "x" }, true],
    ["a", { user_id: 'q"r_a', platform: 'q"r' }, true],
    ["é", { user_id: "telegram_é", platform: "telegram" }, true],
  ])("%j for %j: %s", (user, texts, isFound) => {
    expect(isSelected({ type: "user", user }, texts)).toBe(isFound);
  });
});

describe("the condition on platforms", () => {
  test.each<[readonly string[], number[]]>([
    [[], []],
    [["tele"], []],
    [["Telegram"], []],
    [["telegram"], [0, 2]],
    [
      ["telegram", "discord"],
      [0, 1, 2],
    ],
    [[""], [3]],
  ])("%j selects %j", (platforms, selected) => {
    expect(selectedOf([{ type: "platform", platforms }], FOUR)).toEqual(selected);
  });
});

describe("the condition on approvals", () => {
  test.each([
    ["", false],
    ["null", false],
    [" null\t", false],
    ["  ", false],
    ["{}", true],
    ["nul", true],
    ["nullnull", true],
    ['{"type": "approval_request"}', true],
    ["broken {", true],
  ])("takes %j as pending: %s", (pending_approval, pending) => {
    const records = [{ pending_approval }];
    expect([
      selectedOf([{ type: "pending", pending: true }], records).length === 1,
      selectedOf([{ type: "pending", pending: false }], records).length === 1,
    ]).toEqual([pending, !pending]);
  });
});

describe("the condition on times", () => {
  const at = "2025-09-30T10:30:00.000001";
  const instant = parseTimestamp(at);

  test.each<[string, { from?: number; until?: number }, boolean]>([
    ["without borders", {}, true],
    ["from the time on", { from: instant }, true],
    ["from a microsecond later", { from: instant + 1 }, false],
    ["until the time, which is left out", { until: instant }, false],
    ["until a microsecond later", { until: instant + 1 }, true],
    ["between a microsecond before and one after", { from: instant - 1, until: instant + 1 }, true],
  ])("%s", (_, borders, isFound) => {
    expect(isSelected({ type: "time", column: "last_activity", ...borders }, { last_activity: at })).toBe(isFound);
  });

  test("selects by the column that it names", () => {
    const condition: Condition = { type: "time", column: "created_at", from: instant };
    expect(isSelected(condition, { created_at: "2025-01-01T00:00:00", last_activity: at })).toBe(false);
  });

  test.each([{}, { from: 0 }, { until: 1e18 }])("%j never selects a time that cannot be decoded", (borders) => {
    expect(isSelected({ type: "time", column: "last_activity", ...borders }, { last_activity: "then" })).toBe(false);
  });
});

describe("the search", () => {
  test.each<[string, SessionTexts, boolean]>([
    ["xyz", {}, false],
    ["TELEGRAM_1", { user_id: "telegram_12345" }, true],
    ["straße", { metadata: '{"a":"STRASSE"}' }, false],
    ["ÉTÉ", { metadata: '{"a":"été"}' }, true],
    ["2025-09-30t11", { last_activity: "2025-09-30T11:30:00" }, true],
    ['"a": "b"', { metadata: '{"a": "b"}' }, true],
    ["lúcia", { metadata: '{"name": "Ana L\\u00facia"}' }, true],
    ["two\nlines", { pending_approval: '{"text": ["two\\nlines"]}' }, true],
    ["kéy", { metadata: '{"k\\u00e9y": 1}' }, true],
    ["lúcia", { metadata: '{"name": "Ana L\\u00facia"' }, false],
    [
      "0",
      {
        session_id: "s",
        user_id: "u",
        platform: "p",
        thread_id: "t",
        created_at: "",
        last_activity: "",
        metadata: '["\\n"]',
      },
      false,
    ],
    ["x", { user_id: "u", metadata: '["\\n", NaN]' }, false],
  ])("for %j in %j: %s", (text, texts, isFound) => {
    expect(isSelected({ type: "search", text }, texts)).toBe(isFound);
  });

  test("takes any text for a text and not for a pattern", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (before, text) => {
        expect(isSelected({ type: "search", text }, { thread_id: before + text })).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
