import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "NUL bytes stand in the text",
  trigger:
    "Bytes of value zero: single ones inserted into text, or a run that a file system left where a block was lost.",
  repair:
    "Removes single NUL bytes where what remains is a whole record and its fixed-length values prove that nothing is missing. A run is a border: text is never joined across it; the pieces beside it are set aside with the fields that are certain.",
};
