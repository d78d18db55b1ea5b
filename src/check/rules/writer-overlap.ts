import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "two writers overlapped here",
  trigger:
    "In a file that holds pieces of two versions, a record stands across a block border and no second copy proves it.",
  repair: "Sets the record aside: its two halves may belong to different sessions.",
};
