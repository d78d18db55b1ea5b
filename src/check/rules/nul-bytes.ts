import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "NUL bytes stand in the text",
  trigger:
    "Bytes of value zero: single ones inserted into text, or a run that a file system left where a block was lost.",
  repair:
    "Removes single NUL bytes where nothing can be missing in their place: before a value, in a UUID or a time that is whole without them, between the parts of JSON. Four or more are a border: text is never joined across it; the pieces beside it are set aside with the fields that are certain.",
};
