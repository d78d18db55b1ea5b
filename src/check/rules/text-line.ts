import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a line that is no record",
  trigger: 'A line without the form of a record: a prompt, a footer such as "(24 rows)", a log message, a comment.',
  repair: "Sets it aside.",
};
