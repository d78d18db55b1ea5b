import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "there is no header",
  trigger: "The first line is a record, or no header stands anywhere.",
  repair: "Writes the header; the columns are in the usual order, which the records' values confirm.",
};
