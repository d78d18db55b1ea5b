import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the header names the columns differently",
  trigger: 'Names such as "Session ID" or userId, or names with spelling mistakes or spaces around them.',
  repair: "Writes the names that programs expect.",
};
