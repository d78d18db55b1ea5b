import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeControls, escapeJsonControls, visibleText } from "../../../src/cli/render/visible.js";
import { CONTROL_OR_BIDI, hostileText } from "./hostile.js";

describe("visibleText escapes", () => {
  test.each([
    ["an ANSI colour", "\x1b[31mred", "\\x1b[31mred"],
    ["an 8-bit CSI", "\x9b2J", "\\x9b2J"],
    ["NUL", "\0", "\\x00"],
    ["DEL", "\x7f", "\\x7f"],
    ["a line feed", "a\nb", "a\\nb"],
    ["a carriage return", "a\rb", "a\\rb"],
    ["a tab", "a\tb", "a\\tb"],
    ["a right-to-left override", "user\u202etxt.exe", "user\\u202etxt.exe"],
    ["an isolate", "\u2066a\u2069", "\\u2066a\\u2069"],
    ["the Arabic letter mark", "a\u061cb", "a\\u061cb"],
    ["left-to-right and right-to-left marks", "\u200e\u200f", "\\u200e\\u200f"],
    ["line and paragraph separators", "a\u2028b\u2029", "a\\u2028b\\u2029"],
    ["a zero-width space", "ad\u200bmin", "ad\\u200bmin"],
    ["a soft hyphen", "ad\u00admin", "ad\\xadmin"],
    ["a Hangul filler", "a\u3164", "a\\u3164"],
    ["a byte order mark", "\ufeffid", "\\ufeffid"],
    ["tag characters", "a\u{e0041}", "a\\u{e0041}"],
    ["a lone high surrogate", "a\ud83d", "a\\ud83d"],
    ["a lone low surrogate", "\ude00a", "\\ude00a"],
    ["a noncharacter", "\uffff\u{1ffff}", "\\uffff\\u{1ffff}"],
    ["a joiner between Latin letters", "pay\u200dpal", "pay\\u200dpal"],
    ["a non-joiner between Latin letters", "pay\u200cpal", "pay\\u200cpal"],
    ["a joiner at the end of an emoji", "👨\u200d", "👨\\u200d"],
    ["the second of two joiners", "👨\u200d\u200d👩", "👨\\u200d\\u200d👩"],
    ["a variation selector after a letter", "a\ufe0f", "a\\ufe0f"],
    ["the second of two variation selectors", "❤\ufe0f\ufe0f", "❤\ufe0f\\ufe0f"],
    ["a variation selector after a digit without keycap", "1\ufe0f", "1\\ufe0f"],
    ["the fifth and later marks on one letter", "e" + "\u0301".repeat(6), "e" + "\u0301".repeat(4) + "\\u0301\\u0301"],
    ["a mark without a base", "\u0301a", "\\u0301a"],
    ["the fourth and later joins of emoji", "👨‍👨‍👨‍👨‍👨‍👨", "👨‍👨‍👨‍👨\\u200d👨\\u200d👨"],
  ])("%s", (_what, text, visible) => {
    expect(visibleText(text)).toBe(visible);
  });
});

describe("visibleText keeps", () => {
  test.each([
    ["plain text", "slack_U01 ~ {}"],
    ["a backslash", "C:\\x1b"],
    ["letters beyond ASCII", "Ωmega ñandú 漢字"],
    ["a family of four", "👨‍👩‍👧‍👦"],
    ["a kiss with skin tones", "👩🏽‍❤️‍💋‍👩🏿"],
    ["a heart in colour and in black", "❤️ ❤︎"],
    ["a keycap", "1️⃣"],
    ["a flag", "🇩🇪"],
    ["the Persian non-joiner", "می‌خواهم"],
    ["the Sinhala joiner", "ශ්‍රී"],
    ["up to four marks", "e\u0301\u0302\u0303\u0304"],
  ])("%s", (_what, text) => {
    expect(visibleText(text)).toBe(text);
  });
});

test("visibleText never gives a control, bidirectional mark or tag", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(visibleText(text)).not.toMatch(CONTROL_OR_BIDI);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ["marks", "\u0301"],
  ["joiners", "\u200d"],
  ["joined emoji", "👨\u200d"],
  ["spaces in front of letters", "é          "],
])("a million characters of %s take no more than linear time", (_what, piece) => {
  const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
  const started = performance.now();
  visibleText(text);
  expect(performance.now() - started).toBeLessThan(5000);
});

describe("escapeControls", () => {
  test("escapes controls, separators and bidirectional marks", () => {
    expect(escapeControls("a\tb\nc\rd\x1be\x85f\u2028g\u202eh")).toBe("a\\tb\\nc\\rd\\x1be\\x85f\\u2028g\\u202eh");
  });

  test.each(["\u061c", "\u200e", "\u200f", "\u202a", "\u202e", "\u2066", "\u2069", "\ud800"])(
    "escapes %j",
    (character) => {
      expect(escapeControls(character)).toBe(`\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
    },
  );

  test("passes on what is merely invisible", () => {
    expect(escapeControls("ad\u200bmin\u200d")).toBe("ad\u200bmin\u200d");
  });
});

describe("escapeJsonControls", () => {
  test("makes one space of line breaks, tabs and the indentation after them", () => {
    expect(escapeJsonControls('{\r\n\t"a":\t1,\n    "b": 2\n}')).toBe('{ "a": 1, "b": 2 }');
  });

  test("keeps spaces inside strings", () => {
    expect(escapeJsonControls('{\n"a": "x   y"}')).toBe('{ "a": "x   y"}');
  });

  test("keeps JSON valid and equal with hostile characters in strings", () => {
    const value = { "k\u202e": "\x7f\x9b\u2028\u{e0041}é" };
    const escaped = escapeJsonControls(`{"k\u202e": "\x7f\x9b\u2028\u{e0041}é"}`);
    expect(escaped).toBe('{"k\\u202e": "\\u007f\\u009b\\u2028\u{e0041}é"}');
    expect(JSON.parse(escaped)).toEqual(value);
  });
});
