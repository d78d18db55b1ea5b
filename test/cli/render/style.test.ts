import { describe, expect, test } from "vitest";
import { createChalkStyle } from "../../../src/cli/render/chalk-style.js";
import { colourWanted, PLAIN_STYLE } from "../../../src/cli/render/style.js";

describe("createStyle", () => {
  test("leaves text as it is without colour", () => {
    const style = PLAIN_STYLE;
    expect(Object.values(style).map((paint: (text: string) => string) => paint("a"))).toEqual(Array(9).fill("a"));
  });

  test.each([
    ["bold", "\x1b[1ma\x1b[22m"],
    ["dim", "\x1b[2ma\x1b[22m"],
    ["underline", "\x1b[4ma\x1b[24m"],
    ["red", "\x1b[31ma\x1b[39m"],
    ["green", "\x1b[32ma\x1b[39m"],
    ["yellow", "\x1b[33ma\x1b[39m"],
    ["blue", "\x1b[34ma\x1b[39m"],
    ["magenta", "\x1b[35ma\x1b[39m"],
    ["cyan", "\x1b[36ma\x1b[39m"],
  ] as const)("paints %s", (name, expected) => {
    expect(createChalkStyle()[name]("a")).toBe(expected);
  });
});

describe("colourWanted", () => {
  test.each([
    ["--color never wins over all", "never", true, { FORCE_COLOR: "1" }, false],
    ["--color always wins over all", "always", false, { NO_COLOR: "1", FORCE_COLOR: "0", TERM: "dumb" }, true],
    ["NO_COLOR wins over FORCE_COLOR", "auto", true, { NO_COLOR: "1", FORCE_COLOR: "1" }, false],
    ["NO_COLOR of any value counts", "auto", true, { NO_COLOR: "0" }, false],
    ["an empty NO_COLOR does not count", "auto", true, { NO_COLOR: "" }, true],
    ["FORCE_COLOR wins over a pipe", "auto", false, { FORCE_COLOR: "1" }, true],
    ["FORCE_COLOR wins over TERM=dumb", "auto", true, { FORCE_COLOR: "3", TERM: "dumb" }, true],
    ["an empty FORCE_COLOR counts", "auto", false, { FORCE_COLOR: "" }, true],
    ["FORCE_COLOR=0 says no", "auto", true, { FORCE_COLOR: "0" }, false],
    ["FORCE_COLOR=false says no", "auto", true, { FORCE_COLOR: "false" }, false],
    ["TERM=dumb says no", "auto", true, { TERM: "dumb" }, false],
    ["a terminal says yes", "auto", true, { TERM: "xterm-256color" }, true],
    ["a pipe says no", "auto", false, { TERM: "xterm-256color" }, false],
  ] as const)("%s", (_what, choice, isTerminal, env, expected) => {
    expect(colourWanted({ choice, isTerminal, env })).toBe(expected);
  });
});
