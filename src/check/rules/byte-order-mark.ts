import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a byte order mark stands before the header",
  trigger:
    "The UTF-8 byte order mark EF BB BF stands at the start. Programs that do not expect it read the first column's name wrongly and then drop every session.",
  repair: "Removes it; it carries no text.",
};
