import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "JSON stands without quotes around it",
  trigger: "JSON was typed in by hand without the quotes that CSV needs, so that its commas separate fields.",
  repair: "Quotes it; braces and brackets tell where it ends.",
};
