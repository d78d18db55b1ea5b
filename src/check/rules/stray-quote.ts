import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a quote stands where none belongs",
  trigger: "A quote at the start or the end of a value has no partner.",
  repair: "Removes it where the record is whole without it.",
};
