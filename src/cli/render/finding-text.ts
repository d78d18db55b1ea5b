import type { Diagnostic } from "../../check/diagnostic.js";
import type { ByteSource } from "../../check/byte-source.js";
import { codeFrame } from "./code-frame.js";
import { wantedText } from "./diagnostics-report.js";
import { groupDigits } from "./numbers.js";
import type { HiddenFindings } from "./shown-findings.js";
import type { Style } from "./style.js";
import { visibleText } from "./visible.js";
import { displayWidth, truncate, truncateStart, wrap } from "./width.js";

export interface FindingLook {
  /** Of frames and help, in terminal columns. */
  readonly width: number;
  readonly style: Style;
  /** For a person at a terminal; else the first line is in the form that editors and grep know. */
  readonly isTerminal: boolean;
}

const LABEL = "  = ";
const INDENT = "  ";
const NARROWEST = 20;

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
  const said = visibleText(message);
  if (!look.isTerminal) return `${style.bold(`${place}:`)} ${paint(severity)} ${code} ${said}\n`;
  const kind = `${severity}[${code}]`;
  const painted = `${style.bold(place)}  ${style.bold(paint(kind))}`;
  if (displayWidth(`${place}  ${kind} ${said}`) <= look.width) return `${painted} ${said}\n`;
  const head =
    displayWidth(`${place}  ${kind}`) <= look.width ? painted : `${style.bold(place)}\n  ${style.bold(paint(kind))}`;
  const lines = wrap(said, Math.max(NARROWEST, look.width) - INDENT.length);
  return `${head}\n${lines.map((line) => `${INDENT}${line}\n`).join("")}`;
}

function help({ expected, text, fix, outcome }: Diagnostic, look: FindingLook): string {
  const room =
    look.width - LABEL.length - wantedText(expected ?? "").length - "help: ".length + (expected ?? "").length;
  const wanted =
    expected === undefined ? "" : labelled("help", wantedText(aroundDifference(expected, text, room)), look);
  const repair = `${LABEL}repair: ${repairText(fix, outcome)}`;
  if (repair.length <= look.width) return `${wanted}${labelled("repair", repairText(fix, outcome), look)}`;
  const [first = "", ...rest] = wrap(
    repairText(fix, outcome),
    Math.max(NARROWEST, look.width - LABEL.length - "repair: ".length),
  );
  const behind = rest.map((line) => `${" ".repeat(LABEL.length + "repair: ".length)}${line}\n`).join("");
  return `${wanted}${labelled("repair", first, { ...look, width: Infinity })}${behind}`;
}

/** Of a text that is too long for the room the part around the first difference to what stands there instead. */
function aroundDifference(expected: string, stands: string, room: number): string {
  let same = 0;
  while (same < expected.length && expected[same] === stands[same]) same += 1;
  const wanted = visibleText(expected.slice(same));
  const before = visibleText(expected.slice(0, same));
  if (displayWidth(before) + displayWidth(wanted) <= room) return expected;
  return `${truncateStart(before, Math.max(Math.floor(room / 3), room - displayWidth(wanted)))}${wanted}`;
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
