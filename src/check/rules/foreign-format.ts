import type { RuleText } from "../rule.js";

export const rule: RuleText = {
  severity: "error",
  title: "the file is not CSV",
  trigger:
    "The content is JSON (an array, an object or one object a line), an SQLite database, a spreadsheet, the output of a program such as xxd, base64 or a dump of SQL, or another format that is not CSV.",
  repair:
    "Makes records of JSON objects that name our columns, values as they are written; other keys become columns. Other formats are named and set aside whole; where a command gets the file back, the message has it.",
};
