import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the text is not valid UTF-8",
  trigger: "A record holds bytes that are no UTF-8.",
  repair:
    "Reads lone bytes as Windows-1252, as old editors write them, where that gives plausible letters. Where it is not certain what bytes stand for, as in a cut character or in text of another encoding, the record is set aside with its other fields. With --lossy the replacement character stands for what is missing.",
};
