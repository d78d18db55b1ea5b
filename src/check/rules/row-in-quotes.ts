import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a whole record stands in one pair of quotes",
  trigger: "The line was opened with the wrong delimiter and saved as a single column.",
  repair: "Removes the outer quotes once.",
};
