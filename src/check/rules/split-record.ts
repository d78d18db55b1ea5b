import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a line break splits a record",
  trigger: "A record goes on in the next line, although it is not inside quotes.",
  repair:
    "Joins the pieces where together they are one whole record. A file that fold(1) broke at one width is put together as a whole.",
};
