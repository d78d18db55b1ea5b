import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a column is missing",
  trigger: "The header does not name one of the columns.",
  repair:
    "Adds pending_approval or metadata as an empty column. Records without another column are set aside with the fields that they have.",
};
