import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a line break is missing between two records",
  trigger: "Two records stand in one line.",
  repair: "Separates them where the first one's JSON ends.",
};
