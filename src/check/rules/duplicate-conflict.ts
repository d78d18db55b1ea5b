import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "two users share one session_id",
  trigger: "Two records have one session_id and different users.",
  repair: "Keeps both as they stand: which one is right is for a person to say. Programs will see the last one only.",
};
