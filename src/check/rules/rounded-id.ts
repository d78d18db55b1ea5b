import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "an id was rounded by a spreadsheet",
  trigger: "An id stands in scientific notation, such as 1.23457E+15.",
  repair: "Sets the record aside; --from-backup takes the id from an older copy.",
};
