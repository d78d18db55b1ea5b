import { diffVersions, isDifferent, type DiffSummary, type SessionDifference, type Sides } from "../copies/diff.js";
import type { Faults } from "../store/store.js";
import type { CliContext } from "./context.js";
import { warn } from "./notes.js";
import type { FieldValue } from "../session/field-value.js";
import { differenceText } from "./render/difference-text.js";
import { count, groupDigits } from "./render/numbers.js";
import { createTsvWriter } from "./render/tsv.js";
import { findingLines } from "./report-faults.js";
import type { Settings } from "./settings.js";

/** Sessions of one kind that are shown to people. */
const SHOWN = 20;

type Kind = SessionDifference["type"];
const HEADINGS: readonly (readonly [Kind, string])[] = [
  ["added", "Added"],
  ["removed", "Removed"],
  ["changed", "Changed"],
];

/** The first differences of each kind, for people; memory does not grow with how many there are. */
export class FirstDifferences {
  readonly #shown: Record<Kind, SessionDifference[]> = { added: [], removed: [], changed: [] };
  readonly #limit: number;

  constructor(limit = SHOWN) {
    this.#limit = limit;
  }

  add(difference: SessionDifference): void {
    const shown = this.#shown[difference.type];
    if (shown.length < this.#limit) shown.push(difference);
  }

  /** @param seeAll what to do to see what is left out */
  text(
    context: CliContext,
    settings: Settings,
    summary: DiffSummary,
    stream: "stdout" | "stderr",
    seeAll: string,
  ): string {
    const output = context[stream];
    const style = settings.styleOf(stream);
    const look = { style, width: output.isTerminal ? Math.max(40, output.columns) : Infinity };
    return HEADINGS.map(([kind, heading]) => {
      const [shown, total] = [this.#shown[kind], summary[kind]];
      if (total === 0) return "";
      const rest = total - shown.length;
      const more =
        rest === 0 ? "" : `  ${style.bold(`… and ${groupDigits(rest)} more ${kind}, not shown`)}; ${seeAll}\n`;
      const lines = shown.map((difference) => differenceText(difference, look));
      return `\n${style.bold(`${heading} (${groupDigits(total)})`)}\n${lines.join("")}${more}`;
    }).join("");
  }
}

/** What two versions differ in, in a sentence or two. @param names how the two are called */
export function summaryText(summary: DiffSummary, names: Sides<string>): string {
  const { added, removed, changed, unchanged, moved, columns, leftOutDiffers } = summary;
  const title = `${names.from} → ${names.to}`;
  if (summary.isIdentical) return `${title}: the same, byte for byte.`;
  const order = moved === 0 ? "" : `; ${groupDigits(moved)} in another order, which is no difference`;
  const counts = isDifferent(summary)
    ? `${groupDigits(added)} added, ${groupDigits(removed)} removed, ${groupDigits(changed)} changed, ${groupDigits(unchanged)} unchanged`
    : `no difference in ${count(unchanged, "session")}`;
  const others = [
    ...(columns.added.length === 0 ? [] : [` Columns added: ${columns.added.join(", ")}.`]),
    ...(columns.removed.length === 0 ? [] : [` Columns removed: ${columns.removed.join(", ")}.`]),
    ...(leftOutDiffers ? [" Records that cannot be read differ, too."] : []),
  ];
  return `${title}: ${counts}${order}.${others.join("")}`;
}

/** Says on stderr what was not compared: repeated ids and records that cannot be read. */
export async function reportUncompared(
  context: CliContext,
  settings: Settings,
  { repeated, leftOut }: DiffSummary,
  names: Sides<string>,
): Promise<void> {
  for (const side of ["from", "to"] as const) {
    if (repeated[side] > 0) {
      const verb = repeated[side] === 1 ? "has" : "have";
      const text = `${count(repeated[side], "record")} of ${names[side]} ${verb} an id that a later one has too; the last one counts`;
      await warn(context, settings, text);
    }
    await reportUnreadable(context, settings, leftOut[side], names[side]);
  }
}

async function reportUnreadable(context: CliContext, settings: Settings, faults: Faults, name: string): Promise<void> {
  if (faults.count === 0) return;
  const verb = faults.count === 1 ? "is" : "are";
  const text = `${count(faults.count, "record")} of ${name} ${verb} not compared, not whole:`;
  await warn(context, settings, text, findingLines(faults));
}

/** Goes through all differences and gives each to `take`. */
export async function takeAll(
  differences: ReturnType<typeof diffVersions>,
  take: (difference: SessionDifference) => void | Promise<void>,
): Promise<DiffSummary> {
  for (;;) {
    const step = differences.next();
    if (step.done === true) return step.value;
    await take(step.value);
  }
}

const TSV_FIELDS = ["change", "session_id", "user_id", "field", "before", "after"];

/** Prints a line for each value that changed, and one for each session that came or went, for programs. */
export function differenceTsv(): {
  readonly header: string;
  readonly lines: (difference: SessionDifference) => string;
} {
  const writer = createTsvWriter(TSV_FIELDS);
  const cell = (text: string): FieldValue => ({ type: "text", text });
  return {
    header: writer.begin(),
    lines: (difference) => {
      const { sessionId, userId } = difference.type === "changed" ? difference.after : difference.session;
      const start = [difference.type, sessionId, userId].map(cell);
      if (difference.type !== "changed") return writer.row(start);
      return difference.changes
        .map(({ field, path, before, after }) =>
          writer.row([...start, cell([field, ...path].join(".")), before, after]),
        )
        .join("");
    },
  };
}
