import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the output of diff was saved as the file",
  trigger: "The lines have the prefixes of a unified diff, and headers such as @@ stand between them.",
  repair:
    "Keeps lines that the diff added or left as they were, without their prefix; sets removed lines aside, because they are older versions.",
};
