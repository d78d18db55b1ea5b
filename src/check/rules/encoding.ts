import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the file is not UTF-8",
  trigger: "The whole file is UTF-16 or UTF-32, as PowerShell and spreadsheets write it.",
  repair:
    "Decodes it and writes UTF-8. Halves of characters that are no text stay as bytes, and their record is set aside.",
};
