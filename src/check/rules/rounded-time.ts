import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "a time may have been rounded",
  trigger:
    "Most fractions of a second in the times of the file have three digits, although the backend writes six: a spreadsheet saved it.",
  repair: "Leaves it as it is; --from-backup takes the exact time from an older copy.",
};
