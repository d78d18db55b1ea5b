import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the fields are not separated by commas",
  trigger:
    "Semicolons, tabs or bars separate the fields, as spreadsheets in some countries and database clients write them.",
  repair: "Writes commas, and quotes around values that need them.",
};
