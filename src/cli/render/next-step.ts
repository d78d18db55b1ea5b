import { visibleText } from "./visible.js";
import { wrap } from "./width.js";

const NARROWEST = 20;

/**
 * What a command is for, and the command; on a line of its own, whole, where both are wider than the width.
 *
 * @param width in terminal columns; Infinity breaks nothing
 */
export function nextStep(label: string, command: string, width: number, indent = ""): string {
  const typed = visibleText(command);
  if (indent.length + label.length + 1 + typed.length <= width) return `${indent}${label} ${typed}\n`;
  const lines = wrap(label, Math.max(NARROWEST, width) - indent.length);
  return `${lines.map((line) => `${indent}${line}\n`).join("")}${indent}  ${typed}\n`;
}
