import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a value is missing",
  trigger: "session_id, user_id, platform or thread_id is empty.",
  repair: "Sets the record aside with its other fields: an id cannot be made up.",
};
