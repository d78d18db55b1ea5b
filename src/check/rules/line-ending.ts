import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "lines end in an unusual way",
  trigger: "Lines end with CR CR LF, as a text-mode writer on Windows makes them, or with CR alone.",
  repair: "Writes the line ending that the rest of the file has, or CR LF.",
};
