import path from "node:path";
import { InvalidArgumentError, type Command } from "commander";
import { SessionsError } from "../../errors.js";
import type { UndoPlan, UndoResult } from "../../copies/undo-plan.js";
import { MICROSECONDS_PER_SECOND } from "../../session/timestamp.js";
import { requireTerminal, requireYes } from "../asking.js";
import { originOf } from "../change-origin.js";
import type { CliContext } from "../context.js";
import { lockingOf } from "../locking.js";
import { paragraph, warn } from "../notes.js";
import { chooseStore, requireFile, STANDARD_INPUT } from "../open-store.js";
import { count } from "../render/numbers.js";
import { escapeControlsInJson } from "../render/visible.js";
import { reportDone } from "../report-done.js";
import { warningText } from "../report-removal.js";
import { shownPath } from "../shown-path.js";
import { ageOfForeignSnapshot, warnOfForeignWriter } from "../warn-of-foreign-writer.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface UndoOptions extends GlobalOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

export function undoCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("undo")
    .argument("[change]", "its number in the log; left out, the last change that was not taken back", parseChange)
    .description("Take a change back: what it removed or replaced stands in the file again, byte for byte.");
  return command
    .option("-n, --dry-run", "only say what would be done")
    .option("-y, --yes", "do not ask")
    .addHelpText("after", EXAMPLES)
    .action(async (number: number | undefined) =>
      runUndo(context, number, command.optsWithGlobals<UndoOptions>(), program.version() ?? "sessions"),
    );
}

/** @param tool the program's name and version */
export async function runUndo(
  context: CliContext,
  number: number | undefined,
  options: UndoOptions,
  tool: string,
): Promise<void> {
  const settings = new Settings(context, options);
  const location = await chooseStore(context, settings);
  requireFile(location);
  if (location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "standard input has no changes to take back",
      hint: "name a file with --store <path>",
    });
  }
  const file = path.resolve(context.workingDirectory, location);
  const { openSnapshot } = await import("../../storage/snapshot.js");
  const { readHistory } = await import("../../copies/change-history.js");
  const { chooseChange, planUndo, undoChange } = await import("../../copies/undo.js");
  const input = {
    location: file,
    naiveOffset: settings.naiveOffset,
    onRead: context.onRead,
    open: () => openSnapshot(file),
  };
  const shownPlan = (): UndoPlan => {
    using snapshot = openSnapshot(file);
    return planUndo(input, snapshot, chooseChange(readHistory(file).entries, number));
  };
  if (options.dryRun === true) {
    await report(context, settings, file, { plan: shownPlan(), isDryRun: true });
    return;
  }
  using current = openSnapshot(file);
  const foreignAge = await ageOfForeignSnapshot(context, current);
  let shown: UndoPlan | undefined;
  if (options.yes !== true) {
    shown = shownPlan();
    requireTerminal(
      context,
      "undo",
      "changes the file",
      "add --yes to change it without asking, or --dry-run to only see what it would do",
    );
    await context.stderr.write(await paragraph(context.stderr, textOf(shown, "will be")));
    if (foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge);
    await requireYes(context, `Take change ${shown.change.number} back?`);
  }
  const done = await undoChange(input, lockingOf(context, settings), shown?.change.number ?? number, {
    signal: context.interruptSignal(),
    origin: originOf(context, settings),
    approve: (final) => requireAsShown(file, shown, final),
    now: new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000)),
    tool,
  });
  if (options.yes === true && foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge);
  const codes = [...(foreignAge === undefined ? [] : ["FOREIGN_WRITER"]), ...done.warnings];
  await reportDone(`change ${done.plan.change.number} is taken back`, async () =>
    report(context, settings, file, { ...done, isDryRun: false, warnings: codes }),
  );
  for (const warning of done.warnings) await warn(context, settings, warningText(warning));
}

/** @throws SessionsError STORE_CHANGED where the file was to become what it was before, and cannot any more */
function requireAsShown(file: string, shown: UndoPlan | undefined, final: UndoPlan): void {
  if (shown === undefined || shown.isExact === final.isExact) return;
  throw new SessionsError("STORE_CHANGED", {
    path: file,
    reason: "since the question was asked, another program changed it, so that the undo would do something else",
    hint: "run the command again",
  });
}

async function report(
  context: CliContext,
  settings: Settings,
  file: string,
  done: Partial<UndoResult> & { readonly plan: UndoPlan; readonly isDryRun: boolean },
): Promise<void> {
  const { plan, isDryRun, number: change, safetyCopy, warnings = [] } = done;
  const { stdout } = context;
  if (settings.isJson) {
    const { isExact, restored, replaced, removed } = plan;
    const body = {
      store: file,
      dryRun: isDryRun,
      undoes: plan.change.number,
      change,
      exact: isExact,
      restored,
      replaced,
      removed,
      backup: safetyCopy,
      warnings,
    };
    await stdout.write(`${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`);
    return;
  }
  const kept = safetyCopy === undefined ? "" : ` What it was until now is kept: ${shownPath(context, safetyCopy)}`;
  await stdout.write(await paragraph(stdout, `${textOf(plan, isDryRun ? "would be" : "")}${kept}`));
}

function textOf(
  { change, isExact, restored, replaced, removed }: UndoPlan,
  tense: "will be" | "would be" | "",
): string {
  const verb = (word: string): string => (tense === "" ? word : `${tense} ${word}`);
  const part = (sessions: number | null, done: string): readonly string[] =>
    sessions === null || sessions === 0 ? [] : [`${count(sessions, "session")} ${verb(done)}`];
  const parts = [...part(restored, "restored"), ...part(replaced, "set back"), ...part(removed, "removed again")];
  const what = parts.length === 0 ? "the whole file" : parts.join(", ");
  const how = isExact
    ? "The file becomes byte for byte what it was before."
    : "The file was changed since: only these sessions are touched.";
  return `Change ${change.number} (${change.command}) ${verb("taken back")}: ${what}. ${how}`;
}

function parseChange(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError(`"${text}" is no number of a change. Write one as sessions log shows it.`);
}

const EXAMPLES = `
Examples:
  sessions undo               take the last change back; asks first
  sessions undo --dry-run     what that would do
  sessions undo 12 --yes      take change 12 of sessions log back`;
