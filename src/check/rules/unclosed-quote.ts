import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a closing quote is missing",
  trigger: "A quoted field has no closing quote, so that everyday programs swallow the following records.",
  repair: "Finds the end of the value by the structure of its JSON, and puts the quote there.",
};
