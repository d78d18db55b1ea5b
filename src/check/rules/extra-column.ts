import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "a column without a name",
  trigger: "The header has a field without a name.",
  repair: "Leaves it as it is.",
};
