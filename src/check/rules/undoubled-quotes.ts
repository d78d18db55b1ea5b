import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "quotes inside a value are not doubled",
  trigger: "A writer put quotes around JSON without doubling the quotes inside.",
  repair: "Doubles them; braces and brackets tell where the value ends.",
};
