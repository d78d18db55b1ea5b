import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the start of a record is missing",
  trigger:
    "A line starts in the middle of a record: the head of the file was lost, or two writers overlapped. Or an id is a part of a UUID in a file of whole ones.",
  repair: "Sets the piece aside with the fields that can be located from its end.",
};
