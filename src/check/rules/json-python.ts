import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "Python's form stands in the place of JSON",
  trigger: "str() of a dictionary was written instead of JSON: single quotes, None, True, False.",
  repair: "Writes the same value as JSON; the forms map one to one.",
};
