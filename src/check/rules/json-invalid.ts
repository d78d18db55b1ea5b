import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the JSON is not valid",
  trigger: "pending_approval or metadata holds text that is no JSON.",
  repair:
    "Sets slips right that leave no doubt, such as a comma before a closing brace or a line break inside a string. Otherwise the record is set aside with its other fields.",
};
