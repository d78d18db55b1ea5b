import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the file holds nothing",
  trigger:
    "The file has no bytes, or nothing but blank lines and NUL bytes: typically a writer was killed, or the power went, between opening the file and writing it.",
  repair: "Writes the header alone, because there is nothing to recover. Look for an older copy of the file.",
};
