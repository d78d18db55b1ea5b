import fc from "fast-check";
import { expect, test } from "vitest";
import { visibleBytes } from "../../../src/cli/render/visible-bytes.js";
import { CONTROL_OR_BIDI, hostileText } from "./hostile.js";
import { visibleText } from "../../../src/cli/render/visible.js";

test.each([
  ["plain text", "abc", "abc"],
  ["Latin-1", "Jos\xe9,", "Jos\\xe9,"],
  ["a cut character", "a\xe4\xbc", "a\\xe4\\xbc"],
  ["UTF-8 beside it", "\xc3\xa9\xe9\x1b", "é\\xe9\\x1b"],
  ["an overlong form", "\xc0\xaf", "\\xc0\\xaf"],
  ["a surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80"],
  ["beyond Unicode", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"],
  ["four bytes", "\xf0\x9f\x91\x8d\xff", "👍\\xff"],
])("%s", (_name, latin1, shown) => {
  expect(visibleBytes(Buffer.from(latin1, "latin1"))).toBe(shown);
});

test("valid text is shown as visibleText shows it, and no bytes act on a terminal", () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const wellFormed = Buffer.from(text).toString();
      expect(visibleBytes(Buffer.from(wellFormed))).toBe(visibleText(wellFormed));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      expect(visibleBytes(bytes)).not.toMatch(CONTROL_OR_BIDI);
    }),
  );
});
