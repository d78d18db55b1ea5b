import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "the JSON holds NaN or Infinity",
  trigger: "Python writes and reads these numbers, and no other program does.",
  repair: "Leaves them as they are.",
};
