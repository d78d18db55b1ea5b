import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { renderKeyValues } from "../../../src/cli/render/key-values.js";
import { createChalkStyle } from "../../../src/cli/render/chalk-style.js";
import { PLAIN_STYLE } from "../../../src/cli/render/style.js";
import { CONTROL_OR_BIDI, hostileText } from "./hostile.js";

const plain = PLAIN_STYLE;

describe("renderKeyValues", () => {
  test("makes hostile labels and values visible", () => {
    expect(renderKeyValues([{ label: "a\x1b", value: "b\n\u202e" }], 40, plain)).toBe("a\\x1b  b\\n\\u202e\n");
  });

  test("aligns values behind the longest label", () => {
    expect(
      renderKeyValues(
        [
          { label: "id", value: "s1" },
          { label: "user", value: "漢字" },
        ],
        40,
        plain,
      ),
    ).toBe("id    s1\nuser  漢字\n");
  });

  test("wraps a long value in its column", () => {
    expect(renderKeyValues([{ label: "id", value: "one two three" }], 12, plain)).toBe("id  one two\n    three\n");
  });

  test("wraps nothing at infinite width", () => {
    const long = "é ".repeat(3000) + "é";
    expect(renderKeyValues([{ label: "metadata.source", value: long }], Infinity, plain)).toBe(
      `metadata.source  ${long}\n`,
    );
  });

  test("writes a value of several lines, each made visible", () => {
    expect(renderKeyValues([{ label: "id", value: ["{", '  "a": "\x1b"', "}"] }], 40, plain)).toBe(
      'id  {\n      "a": "\\x1b"\n    }\n',
    );
  });

  test("writes a value without lines as an empty one", () => {
    expect(renderKeyValues([{ label: "id", value: [] }], 40, plain)).toBe("id\n");
  });

  test("cuts a label at a third of the width", () => {
    expect(renderKeyValues([{ label: "metadata.source", value: "web" }], 24, plain)).toBe("metadat…  web\n");
  });

  test("dims labels and styles each line of a value", () => {
    const colour = createChalkStyle();
    expect(renderKeyValues([{ label: "id", value: "one two", style: colour.red }], 10, colour)).toBe(
      "\x1b[2mid\x1b[22m  \x1b[31mone\x1b[39m\n    \x1b[31mtwo\x1b[39m\n",
    );
  });

  test("writes nothing without pairs", () => {
    expect(renderKeyValues([], 40, plain)).toBe("");
  });

  test("fits its width and holds nothing hostile, whatever the text", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ label: hostileText, value: fc.oneof(hostileText, fc.array(hostileText)) })),
        fc.integer({ min: 20, max: 200 }),
        (pairs, width) => {
          for (const line of renderKeyValues(pairs, width, plain).split("\n")) {
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
            expect(line).not.toMatch(CONTROL_OR_BIDI);
            expect(line).not.toMatch(/\s$/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
