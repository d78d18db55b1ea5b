import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the JSON is no object",
  trigger: "pending_approval or metadata holds a list, a number or a text.",
  repair: "Unwraps an object that was made text twice. Otherwise sets the record aside with its other fields.",
};
