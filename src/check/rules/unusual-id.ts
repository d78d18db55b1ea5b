import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "warning",
  title: "an id may be a part of a UUID",
  trigger:
    "A session_id or thread_id consists of hexadecimal digits and is shorter than a UUID, in a file whose other ids are UUIDs: its beginning may have been cut off.",
  repair: "Keeps the record as it stands; whether something was lost only a person can tell.",
};
