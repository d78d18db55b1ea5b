import { diffVersions, type DiffSummary } from "../copies/diff.js";
import { prepareRestore, writeRestore, type PreparedRestore, type RestoreWritten } from "../copies/restore.js";
import { SessionsError } from "../errors.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { ChangeCounts } from "../store/change-log.js";
import { requireTerminal, requireYes } from "./asking.js";
import { originOf } from "./change-origin.js";
import type { CliContext } from "./context.js";
import { openingOptions, type KeyOptions } from "./key-options.js";
import { lockingOf } from "./locking.js";
import { warn } from "./notes.js";
import { reportDone } from "./report-done.js";
import { FirstDifferences, reportUncompared, takeAll } from "./report-diff.js";
import { warningText } from "./report-removal.js";
import { restoreJson, restoreText, type RestorePlan, type RestoreStage } from "./report-restore.js";
import { shellQuote } from "./shell-quote.js";
import type { Settings } from "./settings.js";
import { shownPath } from "./shown-path.js";
import { ageOfForeignSnapshot, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

/** What a restore reads and writes; paths are absolute. */
export interface RestoreTargets {
  readonly backup: string;
  readonly target: string;
  /** The program's name and version. */
  readonly tool: string;
}

/** Sessions of each kind that are shown before the question. */
const SHOWN = 5;

/**
 * Verifies, compares, shows, asks and restores, in this order; a dry run stops after showing, and what is already there is
 * not written again.
 *
 * @throws SessionsError USAGE, STORE_DAMAGED, STORE_CHANGED, CANCELLED and others; nothing was changed.
 * DURABILITY_UNKNOWN: all is done
 */
export async function restoreFile(
  context: CliContext,
  settings: Settings,
  { backup, target, tool }: RestoreTargets,
  options: KeyOptions & { readonly dryRun?: boolean; readonly yes?: boolean },
): Promise<void> {
  using prepared = await prepareRestore(backup, target, openingOptions(context, options));
  const plan = await planOf(context, settings, prepared);
  const { current } = prepared;
  const names = { from: shownPath(context, target), to: shownPath(context, prepared.backup.path) };
  const report = async (stage: RestoreStage, written?: RestoreWritten, warnings: readonly string[] = []) => {
    const text = settings.isJson
      ? restoreJson(plan, stage, written, warnings)
      : await restoreText(context, settings, plan, stage, written);
    await context[stage === "question" ? "stderr" : "stdout"].write(text);
  };
  if (plan.summary !== undefined) await reportUncompared(context, settings, plan.summary, names);
  if (plan.summary?.isIdentical === true || options.dryRun === true) {
    await report(options.dryRun === true ? "dry run" : "done");
    return;
  }
  const foreignAge = current === undefined ? undefined : await ageOfForeignSnapshot(context, current);
  if (options.yes !== true) {
    const hint = "add --yes to restore without asking, or --dry-run to only see what would change";
    requireTerminal(context, "restore", "replaces the file", hint);
    await context.stderr.write(await restoreText(context, settings, plan, "question", undefined));
  }
  if (foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge);
  if (options.yes !== true) {
    const verb = current === undefined ? "Make" : "Replace";
    await requireYes(context, `${verb} ${shellQuote(names.from)} from ${shellQuote(names.to)}?`);
  }
  const written = await writeRestore(prepared, {
    lock: lockingOf(context, settings),
    signal: context.interruptSignal(),
    now: new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000)),
    tool,
    origin: originOf(context, settings),
    counts: plan.summary && countsOf(plan.summary),
  });
  const codes = [...(foreignAge === undefined ? [] : ["FOREIGN_WRITER"]), ...written.warnings];
  await reportDone("the file is restored", async () => report("done", written, codes));
  for (const warning of written.warnings) await warn(context, settings, warningText(warning));
}

function countsOf({ removed, changed, added }: DiffSummary): ChangeCounts {
  return { removed, replaced: changed, added };
}

/** Compares the file with the backup: what comes is added, what is not in the backup is removed. */
async function planOf(context: CliContext, settings: Settings, prepared: PreparedRestore): Promise<RestorePlan> {
  const { current, version } = prepared;
  const first = new FirstDifferences(SHOWN);
  const plan = { prepared, first, summary: undefined, unreadable: undefined };
  if (current === undefined) return plan;
  const { retention, naiveOffset } = settings;
  const request = {
    selection: [],
    retention,
    ...(naiveOffset === undefined ? {} : { naiveOffset }),
    onRead: context.onRead,
  };
  try {
    const from = { name: current.path, source: current };
    const summary = await takeAll(diffVersions({ from, to: version }, request), (each) => first.add(each));
    return { ...plan, summary };
  } catch (error) {
    // A file that cannot be read any more is what backups are for.
    if (!(error instanceof SessionsError) || error.code !== "STORE_DAMAGED" || error.details.path !== current.path)
      throw error;
    return { ...plan, unreadable: error.details.reason ?? "it cannot be read" };
  }
}
