import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a word stands for an absent value",
  trigger: "None, NULL or nan was written where the field should be empty.",
  repair: "Empties the field.",
};
