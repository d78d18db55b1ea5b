import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the same record stands in the file twice",
  trigger: "All values are equal.",
  repair: "Keeps the first.",
};
