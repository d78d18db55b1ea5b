import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "two versions of one session",
  trigger: "Two records have one session_id and one user_id, and differ.",
  repair: "Keeps the one with the later last_activity, or the later one in the file; sets the other aside.",
};
