import { SessionsError } from "../errors.js";
import type { RemovalPlan, RemovalRequest, SessionStore } from "../store/store.js";
import { isYes, requireTerminal } from "./asking.js";
import { originOf } from "./change-origin.js";
import type { CliContext } from "./context.js";
import { warn } from "./notes.js";
import type { RemovalOptions } from "./removal-options.js";
import { count, groupDigits } from "./render/numbers.js";
import { reportDone } from "./report-done.js";
import { reportUndecodable } from "./report-faults.js";
import { removalJson, removalText, warningText } from "./report-removal.js";
import type { Settings } from "./settings.js";
import { foreignWriteAge, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

/** What a command that deletes says about itself. */
export interface RemovalCommand {
  readonly name: "prune" | "delete";
  /** What is deleted, in words: "idle for 1h or longer". */
  readonly criterion: string;
  readonly request: RemovalRequest;
  /** Deleting over half of the file needs the count to be typed, or given with `--confirm`. */
  readonly guardsHalf: boolean;
}

/**
 * Plans, shows, asks and deletes, in this order; a dry run stops after showing, and without a terminal nothing is asked.
 *
 * @throws SessionsError USAGE where nobody can be asked, CANCELLED after a no, LIMIT_EXCEEDED; nothing was changed
 */
export async function removeSessions(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  command: RemovalCommand,
  options: RemovalOptions,
): Promise<void> {
  const { request } = command;
  if (options.dryRun === true) {
    const plan = await store.planRemoval(request);
    await report(context, settings, store, command, plan, { isDryRun: true, warnings: [] });
    requireLimit(plan, options);
    requireDecodable(store, command, plan);
    return;
  }
  // Whether there is a file that can be read comes before whether somebody can be asked.
  const foreignAge = await foreignWriteAge(context, store);
  const isAgreed = options.yes === true || options.confirm !== undefined;
  if (!isAgreed) {
    const hint = "add --yes to delete without asking, or --dry-run to only see what would go";
    requireTerminal(context, command.name, "deletes", hint);
  }
  const shown = isAgreed ? undefined : await store.planRemoval({ ...request, collectIds: true });
  if (shown !== undefined) {
    requireLimit(shown, options);
    requireDecodable(store, command, shown);
    if (shown.removed > 0) {
      if (foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge);
      await ask(context, settings, command, shown);
    }
  }
  let told: Promise<void> | undefined;
  const { plan, warnings } = await store.remove(
    { ...request, collectIds: shown !== undefined },
    {
      signal: context.interruptSignal(),
      origin: originOf(context, settings, command.criterion),
      approve: (final) => {
        requireLimit(final, options);
        requireDecodable(store, command, final);
        if (shown !== undefined) requireNothingMore(store, shown, final);
        else requireConfirmedCount(command, final, options);
        if (isAgreed && foreignAge !== undefined && final.removed > 0) {
          told ??= warnOfForeignWriter(context, settings, foreignAge);
        }
      },
    },
  );
  await told;
  const isForeign = foreignAge !== undefined && plan.removed > 0;
  const codes = [...(isForeign ? ["FOREIGN_WRITER"] : []), ...warnings];
  await report(context, settings, store, command, plan, { isDryRun: false, warnings: codes });
  for (const warning of warnings) await warn(context, settings, warningText(warning));
}

function requireLimit(plan: RemovalPlan, { maxRemoved }: RemovalOptions): void {
  if (maxRemoved === undefined) return;
  const limit = "count" in maxRemoved ? maxRemoved.count : Math.floor((plan.total * maxRemoved.percent) / 100);
  if (plan.removed <= limit) return;
  const text =
    "count" in maxRemoved ? groupDigits(limit) : `${maxRemoved.percent}% of the file (${groupDigits(limit)})`;
  throw new SessionsError("LIMIT_EXCEEDED", {
    reason: `${count(plan.removed, "session")} would go, and --max-removed allows ${text}`,
    hint: "look with --dry-run; if it is right, allow more",
  });
}

/** Whoever deletes by name must not take what could not be deleted for gone; prune goes on without it. */
function requireDecodable({ location }: SessionStore, { name }: RemovalCommand, plan: RemovalPlan): void {
  if (name === "prune" || plan.keptUndecodable === 0) return;
  const { count: findingCount, findings } = plan.undecodable;
  throw new SessionsError("STORE_DAMAGED", {
    path: location,
    reason: `${count(plan.keptUndecodable, "selected record")} cannot be decoded, and such records are never deleted`,
    findings,
    findingCount,
    hint: "mend or remove these lines in an editor while no backend runs, or select others; then run the command again",
  });
}

function isOverHalf({ removed, total }: RemovalPlan): boolean {
  return removed * 2 > total;
}

function requireConfirmedCount(command: RemovalCommand, plan: RemovalPlan, { confirm }: RemovalOptions): void {
  if (confirm !== undefined && confirm !== plan.removed) {
    throw new SessionsError("LIMIT_EXCEEDED", {
      reason: `${count(plan.removed, "session")} would go, and --confirm says ${groupDigits(confirm)}`,
      hint: "look with --dry-run, then give the right count",
    });
  }
  if (confirm === undefined && command.guardsHalf && isOverHalf(plan)) {
    throw new SessionsError("USAGE", {
      reason: `this deletes ${groupDigits(plan.removed)} of ${count(plan.total, "session")}, over half of the file; nothing was changed`,
      hint: `if that is right, add: --confirm ${plan.removed}`,
    });
  }
}

/** What was shown may shrink while somebody thinks, but nothing may go that was not shown. */
function requireNothingMore({ location }: SessionStore, shown: RemovalPlan, final: RemovalPlan): void {
  const added = [...(final.ids ?? [])].filter((id) => shown.ids?.has(id) !== true);
  if (added.length > 0 || final.removed > shown.removed) {
    throw new SessionsError("STORE_CHANGED", {
      path: location,
      reason: "since the question was asked, other sessions have come to be selected",
      hint: "run the command again",
    });
  }
}

async function ask(context: CliContext, settings: Settings, command: RemovalCommand, plan: RemovalPlan): Promise<void> {
  const { renderSessionTable } = await import("./render/session-table.js");
  const { stderr } = context;
  const style = settings.styleOf("stderr");
  const sample = renderSessionTable(plan.sample, {
    fields: undefined,
    retention: settings.retention,
    style,
    width: stderr.isTerminal ? stderr.columns : Infinity,
  });
  const rest = plan.removed - plan.sample.length;
  const { criterion } = command;
  const text = await removalText(context, settings, plan, { criterion, verb: "will be deleted", stream: "stderr" });
  await stderr.write(`${text}${sample}`);
  if (rest > 0) await stderr.write(style.dim(`and ${groupDigits(rest)} more\n`));
  const mustType = command.guardsHalf && isOverHalf(plan);
  const question = mustType
    ? `That is over half of the file. Type ${plan.removed} to delete them: `
    : `Delete ${count(plan.removed, "session")}? [y/N] `;
  const answer = (await context.prompt(question))?.trim().toLowerCase();
  if (mustType ? answer === String(plan.removed) : isYes(answer)) return;
  const isMistyped = mustType && answer !== undefined && answer !== "";
  throw new SessionsError("CANCELLED", {
    reason: isMistyped ? `"${answer}" is not ${plan.removed}: nothing was changed` : "nothing was changed",
  });
}

async function report(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  { criterion }: RemovalCommand,
  plan: RemovalPlan,
  done: { readonly isDryRun: boolean; readonly warnings: readonly string[] },
): Promise<void> {
  const verb = done.isDryRun ? "would be deleted" : "deleted";
  const text = settings.isJson
    ? removalJson(store.location, plan, done)
    : await removalText(context, settings, plan, { criterion, verb, stream: "stdout" });
  const write = async (): Promise<void> => context.stdout.write(text);
  await (done.isDryRun ? write() : reportDone("the sessions are deleted", write));
  await reportUndecodable(context, settings, plan.undecodable);
}
