import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "an id has the form of a UUID but is none",
  trigger:
    "A session_id or thread_id has the length and the dashes of a UUID but a character that is no hexadecimal digit, in a file whose other ids are UUIDs.",
  repair: "Keeps the record as it stands; what the character was cannot be known.",
};
