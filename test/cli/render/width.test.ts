import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { displayWidth, padEnd, padStart, truncate, truncateStart, wrap } from "../../../src/cli/render/width.js";
import { visibleText } from "../../../src/cli/render/visible.js";
import { hostileText } from "./hostile.js";

const FAMILY = "👨‍👩‍👧‍👦";
const visible = hostileText.map(visibleText);

describe("displayWidth", () => {
  test.each([
    ["", 0],
    ["session", 7],
    ["漢字", 4],
    ["e\u0301", 1],
    [FAMILY, 2],
    ["🇩🇪", 2],
    ["\x1b[31mred漢\x1b[39m", 5],
    ["👩🏽‍❤️‍💋‍👩🏿", 2],
    ["1️⃣", 2],
    ["각", 2],
    ["\u1100\u1161\u11a8", 2],
    ["가\u11a8", 2],
    ["กำ", 2],
    ["กำำำ", 4],
    ["क्षि", 3],
    ["\u0d4ea", 2],
    ["a🏽🏽", 5],
    ["👍🏽🏽", 4],
    ["❤🏽", 3],
    ["👍ำ", 3],
    ["ｶﾞ", 2],
  ])("of %j is %i", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("truncate", () => {
  test.each([
    ["no columns", "abc", 0, ""],
    ["negative columns", "abc", -3, ""],
    ["one column", "abc", 1, "…"],
    ["a wide character in one column", "漢", 1, "…"],
    ["text that just fits", "abc", 3, "abc"],
    ["text that is one too long", "abcd", 3, "ab…"],
    ["wide text that just fits", "漢字", 4, "漢字"],
    ["half of a wide character", "漢字", 3, "漢…"],
    ["a column that only a half character could fill", "a漢字", 3, "a…"],
    ["a family that does not fit", `ab${FAMILY}`, 3, "ab…"],
    ["text after a family", `${FAMILY}abc`, 4, `${FAMILY}a…`],
    ["one flag of two", "🇩🇪🇫🇷", 3, "🇩🇪…"],
    ["a mark on the last character", "abe\u0301", 3, "abe\u0301"],
    ["a mark on the last character that stays", "abe\u0301cd", 4, "abe\u0301…"],
    ["a mark on the first character past the columns", "abce\u0301", 3, "ab…"],
  ])("%s", (_what, text, columns, expected) => {
    expect(truncate(text, columns)).toBe(expected);
  });

  test("fits any columns, ends with an ellipsis if and only if it cut, and leaves room for no whole cluster more", () => {
    fc.assert(
      fc.property(visible, fc.integer({ min: 1, max: 60 }), (text, columns) => {
        const cut = truncate(text, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (displayWidth(text) <= columns) {
          expect(cut).toBe(text);
          return;
        }
        expect(cut.endsWith("…")).toBe(true);
        const kept = [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
        let longest = "";
        for (const cluster of kept) {
          if (displayWidth(longest) + displayWidth(cluster) > columns - 1) break;
          longest += cluster;
        }
        expect(cut).toBe(`${longest}…`);
      }),
      { numRuns: 2000 },
    );
  });

  test("reads only the beginning of a huge text", () => {
    const text = "é".repeat(300_000);
    const started = performance.now();
    expect(truncate(text, 5)).toBe("éééé…");
    const truncated = performance.now();
    expect(displayWidth(text)).toBe(300_000);
    expect(truncated - started).toBeLessThan((performance.now() - truncated) / 10);
  });
});

describe("a text of many pieces", () => {
  test("is measured in linear time", () => {
    const started = performance.now();
    expect(displayWidth("漢".repeat(200_000))).toBe(400_000);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test.each([FAMILY, "🇩🇪", "e\u0301", "\u1100\u1161\u11a8", "👍🏽"])(
    "keeps %j whole wherever a piece ends",
    (cluster) => {
      const width = displayWidth(cluster);
      for (let before = 1000; before <= 1030; before++) {
        expect(displayWidth("é".repeat(before) + cluster.repeat(20))).toBe(before + 20 * width);
      }
    },
  );

  test("cuts a cluster only when it fills a piece", () => {
    expect(displayWidth("\u1100".repeat(5000))).toBe(10_000);
  });
});

test("displayWidth is never less than string-width's, whatever the text", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      expect(displayWidth(visibleText(text))).toBeGreaterThanOrEqual(stringWidth(visibleText(text)));
    }),
    { numRuns: 2000 },
  );
});

describe("truncateStart", () => {
  test.each([
    ["no columns", "abc", 0, ""],
    ["one column", "abc", 1, "…"],
    ["text that just fits", "abc", 3, "abc"],
    ["text that is one too long", "abcd", 3, "…cd"],
    ["half of a wide character", "漢字", 3, "…字"],
    ["a family that does not fit", `${FAMILY}b`, 2, "…b"],
    ["a mark on the first character that stays", "abe\u0301c", 3, "…e\u0301c"],
  ])("%s", (_what, text, columns, expected) => {
    expect(truncateStart(text, columns)).toBe(expected);
  });

  test("fits any columns, and is the text or an ellipsis and its end", () => {
    fc.assert(
      fc.property(visible, fc.integer({ min: 1, max: 60 }), (text, columns) => {
        const cut = truncateStart(text, columns);
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns);
        if (displayWidth(text) <= columns) expect(cut).toBe(text);
        else expect(cut.startsWith("…") && text.endsWith(cut.slice(1))).toBe(true);
      }),
    );
  });
});

describe("padding", () => {
  test("fills up to the display width", () => {
    expect(padEnd("漢", 4)).toBe("漢  ");
    expect(padStart(FAMILY, 4)).toBe(`  ${FAMILY}`);
  });

  test("leaves wider text as it is", () => {
    expect(padEnd("漢字", 3)).toBe("漢字");
    expect(padStart("abcd", 3)).toBe("abcd");
  });
});

describe("wrap", () => {
  test.each([
    ["nothing", "", 5, [""]],
    ["text that fits", "ab cd", 5, ["ab cd"]],
    ["at a space", "ab cde", 5, ["ab", "cde"]],
    ["at a space right past the line", "abcde fg", 5, ["abcde", "fg"]],
    ["at the last of several spaces", "ab cd ef", 5, ["ab cd", "ef"]],
    ["a word longer than the line", "abcdefg", 5, ["abcde", "fg"]],
    ["a long word after a short one", "a bcdefgh", 5, ["a", "bcdef", "gh"]],
    ["an indented word longer than the line", "  abcdef", 5, ["  abc", "def"]],
    ["wide characters", "漢字漢", 5, ["漢字", "漢"]],
    ["a cluster wider than the line", "\u1100\u1100\u1100", 4, ["\u1100\u1100", "\u1100"]],
  ])("%s", (_what, text, columns, lines) => {
    expect(wrap(text, columns)).toEqual(lines);
  });

  test("gives lines that fit and together hold everything but spaces", () => {
    fc.assert(
      fc.property(visible, fc.integer({ min: 2, max: 40 }), (text, columns) => {
        const lines = wrap(text, columns);
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join("").replace(/\s/g, "")).toBe(text.replace(/\s/g, ""));
      }),
      { numRuns: 2000 },
    );
  });
});
