import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a time does not exist",
  trigger: "A time is empty, is no time at all, or names a month 13 or an hour 25.",
  repair: "Sets the record aside with its other fields; no time is made up.",
};
