// A reader of its own that looks at a file about every millisecond, until its standard input ends; then it prints how often it
// looked, and what was wrong with what it saw.
import fs from "node:fs";
import { parse } from "csv-parse/sync";
import { COLUMN_NAMES } from "../../src/session/columns.js";

const [, , file = ""] = process.argv;
const header = `${COLUMN_NAMES.join(",")}\r\n`;
const faults = new Set<string>();
let [looks, versions, sessions, last] = [0, 0, 0, ""];
const timer = setInterval(look, 1);
process.stdin.on("end", () => {
  clearInterval(timer);
  fs.writeSync(1, JSON.stringify({ looks, versions, faults: [...faults] }));
});
process.stdin.resume();
fs.writeSync(1, "READY\n");

function look(): void {
  looks += 1;
  const text = fs.readFileSync(file, "utf8");
  if (text === last) return;
  last = text;
  versions += 1;
  if (!text.startsWith(header) || !text.endsWith("\r\n")) faults.add("cut off");
  try {
    const count = parse(text, { columns: true }).length;
    if (count < sessions) faults.add("sessions are gone");
    sessions = Math.max(sessions, count);
  } catch {
    faults.add("no CSV");
  }
}
