import type { Diagnostic } from "../../check/diagnostic.js";
import type { ByteSource } from "../../check/byte-source.js";
import { codeFrame } from "./code-frame.js";
import { wantedText } from "./diagnostics-report.js";
import { groupDigits } from "./numbers.js";
import type { HiddenFindings } from "./shown-findings.js";
import type { Style } from "./style.js";
import { visibleText } from "./visible.js";
import { truncate } from "./width.js";

export interface FindingLook {
  /** Of frames and help, in terminal columns. */
  readonly width: number;
  readonly style: Style;
  /** For a person at a terminal; else the first line is in the form that editors and grep know. */
  readonly isTerminal: boolean;
}

const LABEL = "  = ";

/**
 * One finding: where and what, the line with the place marked, and what should stand there or what `repair` does.
 *
 * @param content what the finding's offsets count in; undefined where that is not at hand: then the text alone is shown
 */
export function findingText(
  diagnostic: Diagnostic,
  path: string,
  content: ByteSource | undefined,
  look: FindingLook,
): string {
  const { style, width } = look;
  const paint = diagnostic.severity === "error" ? style.red : style.yellow;
  const frame =
    content === undefined
      ? labelled("text", diagnostic.text, look)
      : codeFrame(content, diagnostic, { width, style, paint: (text) => style.bold(paint(text)) });
  return `${heading(diagnostic, path, look)}${frame}${help(diagnostic, look)}`;
}

/** How many findings of the last one's code are not shown, and where they are. */
export function hiddenText({ count, firstLine, lastLine }: HiddenFindings, { style }: FindingLook): string {
  const lines = firstLine === lastLine ? `on line ${firstLine}` : `on lines ${firstLine}-${lastLine}`;
  return `${style.dim(`… ${groupDigits(count)} more of this kind, ${lines}`)}\n`;
}

function heading({ severity, code, line, column, message }: Diagnostic, path: string, look: FindingLook): string {
  const place = `${visibleText(path)}:${line}:${column}`;
  const { style } = look;
  const paint = severity === "error" ? style.red : style.yellow;
  if (!look.isTerminal) return `${style.bold(`${place}:`)} ${paint(severity)} ${code} ${visibleText(message)}\n`;
  return `${style.bold(place)}  ${style.bold(paint(`${severity}[${code}]`))} ${visibleText(message)}\n`;
}

function help({ expected, fix, outcome }: Diagnostic, look: FindingLook): string {
  const wanted = expected === undefined ? "" : labelled("help", wantedText(expected), look);
  return `${wanted}${labelled("repair", repairText(fix, outcome), look)}`;
}

function repairText(fix: Diagnostic["fix"], outcome: Diagnostic["outcome"]): string {
  switch (outcome) {
    case "healed":
      return fix?.kind === "lossy" ? "sets this right, and loses or guesses something" : "sets this right";
    case "kept":
      return `leaves this as it is${unlessLossy(fix)}`;
    case "quarantined":
      return `sets this aside${unlessLossy(fix)}`;
    case "dropped":
      return "leaves this out, no value is lost";
  }
}

function unlessLossy(fix: Diagnostic["fix"]): string {
  return fix?.kind === "lossy" ? ", unless --lossy allows it to guess" : "";
}

function labelled(label: string, text: string, { width, style }: FindingLook): string {
  const shown = truncate(visibleText(text), width - LABEL.length - label.length - 2);
  return `${style.blue(LABEL)}${style.bold(`${label}:`)} ${shown}\n`;
}
