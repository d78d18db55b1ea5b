import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "user_id and platform are exchanged",
  trigger: "The platform column holds what starts with the user_id column's value and an underscore.",
  repair: "Exchanges them.",
};
