import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a time is written in another form",
  trigger:
    "A time of a spreadsheet or another program: day and month with slashes, AM and PM, seconds since 1970, and the like.",
  repair:
    "Writes it as ISO 8601 where its meaning is certain: whether the day or the month comes first is decided by all dates of the file together. A time without seconds, or a date that may be read in two ways, needs --lossy or an older copy.",
};
