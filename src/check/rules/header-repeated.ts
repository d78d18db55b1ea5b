import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the header stands in the file again",
  trigger: "A second header line, as joining files leaves it.",
  repair: "Removes it; records behind it are read by its order of the columns.",
};
