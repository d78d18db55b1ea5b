import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "a blank line",
  trigger: "A line without text between or behind the records.",
  repair: "Removes it.",
};
