import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "a merge conflict was not resolved",
  trigger: "A line of <<<<<<<, |||||||, ======= or >>>>>>> left by git.",
  repair:
    "Removes the marker and keeps the records of both sides; of two versions of one session the one with the later activity stays.",
};
