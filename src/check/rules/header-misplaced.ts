import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the header is not the first line",
  trigger: "The header stands below records, as sort leaves it, or below other text.",
  repair: "Writes the header at the top, and leaves it out below.",
};
