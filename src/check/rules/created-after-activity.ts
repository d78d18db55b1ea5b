import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "created_at is later than last_activity",
  trigger: "The session was created after it was last active: a clock jumped, or the values are exchanged.",
  repair: "Leaves it as it is.",
};
