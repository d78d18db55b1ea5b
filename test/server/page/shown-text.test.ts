// What the page shows of text from the file: all of it visible, and bounded.
import { describe, expect, test } from "vitest";
import { cellText, detailJson, detailText } from "../../../src/server/page/shown-text.js";

describe("text in a cell", () => {
  test("shows what would drive a terminal, hide or reorder as escapes", () => {
    expect(cellText("a\u001b[31mb\u202ec\u200bd\ne")).toBe("a\\x1b[31mb\\u202ec\\u200bd\\ne");
  });

  test("is cut after 80 characters, and not in the middle of one", () => {
    expect(cellText("x".repeat(80))).toBe("x".repeat(80));
    expect(cellText("x".repeat(1_000_000))).toBe(`${"x".repeat(80)}…`);
    expect(cellText(`${"x".repeat(79)}😀y`)).toBe(`${"x".repeat(79)}…`);
  });
});

describe("text in the details", () => {
  test("says how much is left out after 20,000 characters", () => {
    expect(detailText("x".repeat(20_000))).toBe("x".repeat(20_000));
    expect(detailText("x".repeat(1_000_000))).toBe(
      `${"x".repeat(20_000)}\n… and 980,000 more characters; \`sessions show <session id>\` prints all`,
    );
  });
});

describe("JSON in the details", () => {
  test("has all digits of its numbers, and what is repeated", () => {
    expect(detailJson('{"n": 12345678901234567890.10, "n": -0, "e": 1E400}')).toBe(
      '{\n  "n": 12345678901234567890.10,\n  "n": -0,\n  "e": 1E400\n}',
    );
  });

  test("has letters in the place of their escapes, and escapes where something is hidden", () => {
    expect(detailJson('{"\\u00fc": "\\u041f\\u0440\\u0438 \\u202e \\u001b[0m \\n \\" \\\\u0041"}')).toBe(
      '{\n  "ü": "При \\u202e \\u001b[0m \\n \\" \\\\u0041"\n}',
    );
  });

  test("is bounded where it is long", () => {
    const shown = detailJson(`{"a": "${"x".repeat(1_000_000)}"}`);
    expect(shown.length).toBeLessThan(20_100);
    expect(shown).toMatch(/^\{"a": "xxx[^]*\n… and 980,009 more characters/);
  });

  test("is shown as it is written where it is nested too deeply", () => {
    const deep = "[".repeat(50_000) + "]".repeat(50_000);
    const started = performance.now();
    expect(detailJson(deep)).toMatch(/^\[{20000}\n… and 80,000 more/);
    expect(performance.now() - started).toBeLessThan(1000);
    expect(detailJson('"[[" ')).toBe('"[["');
  });
});
