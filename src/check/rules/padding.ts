import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "spaces stand around values",
  trigger: "Spaces stand before or after a value, or before a quote.",
  repair: "Removes them.",
};
