import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a record breaks off",
  trigger: "The file, or the text before a lost block, ends inside a record.",
  repair: "Sets the piece aside with the fields that are complete; a field that may be cut is never believed.",
};
