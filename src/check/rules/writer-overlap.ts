import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "two writers overlapped here",
  trigger:
    "A record has a user or an id that has not the form of all others in the file, and the file shows other signs of two writers (copies of records, fragments), or the border of two blocks of 4096 bytes stands in the record.",
  repair: "Sets the record aside: its two halves may belong to different sessions.",
};
