import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "something stands before the record",
  trigger:
    "Line numbers, quoting marks or spaces stand before the records, as cat -n, grep -n or a mail program put them there.",
  repair: "Removes the prefix where the rest is a record.",
};
