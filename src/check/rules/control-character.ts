import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "control characters stand in a value",
  trigger: "A value holds control characters, such as an escape that colours a terminal.",
  repair: "Keeps the record as it stands: whether the characters belong to the value cannot be known.",
};
