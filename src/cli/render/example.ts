import { isUtf8 } from "node:buffer";
import { visibleBytes } from "./visible-bytes.js";
import { truncate } from "./width.js";

const LINES_SHOWN = 8;
/** Of one line, in terminal columns. */
const LONGEST_LINE = 500;

/**
 * An example file in lines for people, its controls visible. Line ends that CSV does not know are shown, too; long files
 * are cut.
 *
 * @param text each character stands for one byte
 */
export function exampleLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  const shown = lines.slice(0, LINES_SHOWN);
  const visible = shown.map((line) => truncate(visibleBytes(Buffer.from(line, "latin1")), LONGEST_LINE));
  const rest = lines.length - shown.length;
  return rest === 0 ? visible : [...visible, `… and ${rest} more ${rest === 1 ? "line" : "lines"}`];
}

/** The same for programs: the text, or its bytes in an object where they are no UTF-8; null where there is none. */
export function exampleValue(text: string | undefined): string | { readonly base64: string } | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : { base64: bytes.toString("base64") };
}
