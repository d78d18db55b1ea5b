import type { SessionDifference } from "../../copies/diff.js";
import type { FieldChange } from "../../copies/session-changes.js";
import type { FieldValue } from "../../session/field-value.js";
import { count } from "./numbers.js";
import type { Style } from "./style.js";
import { visibleText } from "./visible.js";
import { truncate } from "./width.js";

/** Changes of one session that are shown. */
const CHANGES_SHOWN = 8;
/** Of a value, even where there is room: what is longer is compared by program. */
const LONGEST_VALUE = 1000;

export interface DifferenceLook {
  readonly style: Style;
  /** In terminal columns; Infinity where nothing is to be cut. */
  readonly width: number;
}

/** One difference for people: the session in one line, then a line for each value that changed. */
export function differenceText(difference: SessionDifference, { style, width }: DifferenceLook): string {
  const { type } = difference;
  const [sign, paint] = { added: ["+", style.green], removed: ["-", style.red], changed: ["~", style.yellow] }[
    type
  ] as [string, Style["green"]];
  const session = type === "changed" ? difference.after : difference.session;
  const title = truncate(visibleText(`${sign} ${session.sessionId}  ${session.userId}`), width - INDENT.length);
  const lines = [`${INDENT}${paint(title)}\n`];
  if (type !== "changed") return lines.join("");
  const shown = difference.changes.slice(0, CHANGES_SHOWN);
  lines.push(...shown.map((change) => changeText(change, { style, width })));
  const rest = difference.changes.length - shown.length;
  if (rest > 0) lines.push(`${INDENT}${INDENT}${style.dim(`and ${count(rest, "more change")} of this session`)}\n`);
  return lines.join("");
}

const INDENT = "  ";
const ARROW = " → ";

function changeText({ field, path, before, after }: FieldChange, { style, width }: DifferenceLook): string {
  const room = width - 2 * INDENT.length;
  const name = truncate(visibleText([field, ...path].join(".")), Math.max(10, Math.floor(room / 3)));
  const half = Math.max(8, Math.floor((room - name.length - 2 - ARROW.length) / 2));
  const [old, now] = [before, after].map((value) => truncate(shownValue(value), Math.min(half, LONGEST_VALUE)));
  return `${INDENT}${INDENT}${style.dim(name)}  ${style.red(old ?? "")}${ARROW}${style.green(now ?? "")}\n`;
}

/** Nothing, and an empty text, are told apart from each other and from all else. */
function shownValue(value: FieldValue): string {
  if (!("text" in value)) return "(none)";
  return value.text === "" ? "(empty)" : visibleText(value.text.slice(0, 4 * LONGEST_VALUE));
}
