import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "quotes are escaped with backslashes",
  trigger: 'A writer in the manner of MySQL or PHP wrote \\" where CSV has "".',
  repair: "Writes doubled quotes, where what remains is valid JSON.",
};
