import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a word processor made the quotes curly",
  trigger: "Curly quotes stand where CSV and JSON have straight ones.",
  repair: "Writes straight quotes where they are syntax; inside of JSON strings they stay.",
};
