import type { ExampleBytes } from "../../check/examples.generated.js";
import type { RuleText } from "../../check/rule.js";
import { exampleLines } from "./example.js";
import { renderKeyValues } from "./key-values.js";
import type { Style } from "./style.js";
import { renderTable } from "./table.js";
import { wrap } from "./width.js";

export interface ExplanationLook {
  /** In terminal columns; Infinity wraps and cuts nothing. */
  readonly width: number;
  readonly style: Style;
}

const INDENT = "  ";
const NARROWEST = 20;

/** All codes, one a line, in the order in which they are looked for. */
export function codesText(rules: Readonly<Record<string, RuleText>>, { width, style }: ExplanationLook): string {
  return renderTable({
    columns: [
      { header: "CODE", minWidth: 12 },
      { header: "SEVERITY", minWidth: 7, dropOrder: 1 },
      { header: "WHAT IS WRONG", minWidth: 12, flexible: true, wraps: true },
    ],
    rows: Object.entries(rules).map(([code, { severity, title }]) => [
      { text: code },
      { text: severity, style: severity === "error" ? style.red : style.yellow },
      { text: title },
    ]),
    width,
    style,
  });
}

/** What a code means, what `repair` does and why, and an example before and after. */
export function explanationText(
  code: string,
  { severity, title, trigger, repair }: RuleText,
  example: ExampleBytes | undefined,
  { width, style }: ExplanationLook,
): string {
  const paint = severity === "error" ? style.red : style.yellow;
  const prose = renderKeyValues(
    [
      { label: "When", value: trigger },
      { label: "Repair", value: repair },
    ],
    width,
    style,
  );
  return [
    `${style.bold(paint(`${severity}[${code}]`))} ${style.bold(title)}\n\n`,
    prose,
    ...(example === undefined ? [] : exampleText(example, { width, style })),
  ].join("");
}

function exampleText({ before, after, quarantine }: ExampleBytes, look: ExplanationLook): string[] {
  const parts = [block("Before", exampleLines(before), look)];
  if (after === before) parts.push(block("After", ["(the same)"], look));
  else if (after !== undefined) parts.push(block("After", exampleLines(after), look));
  if (quarantine !== undefined) parts.push(block("Set aside", exampleLines(quarantine), look));
  return parts;
}

function block(label: string, lines: readonly string[], { width, style }: ExplanationLook): string {
  const room = Math.max(NARROWEST, width) - 2 * INDENT.length;
  const shown = lines.length === 0 ? ["(no bytes)"] : lines;
  const text = shown.flatMap((line) =>
    wrap(line, room).map((part, index) => `${INDENT}${index === 0 ? "" : INDENT}${part}\n`),
  );
  return `\n${style.bold(`${label}:`)}\n${text.join("")}`;
}
