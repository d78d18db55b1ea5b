import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "something stands before the record",
  trigger:
    "Line numbers, quoting marks, colours or spaces stand before the records, as cat -n, nl, grep -n, git blame or a mail program put them there.",
  repair: "Removes the prefix where the rest is a record.",
};
