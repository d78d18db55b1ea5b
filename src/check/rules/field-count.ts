import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the fields do not fit the columns",
  trigger: "There are more or fewer fields than the header names, or values stand in the wrong columns.",
  repair:
    "Removes empty fields at the end, adds empty ones for columns that are not ours, and puts a missing comma between two JSON objects. Of a whole record with text behind it the text is set aside. Otherwise the record is set aside, with the fields whose place is certain.",
};
