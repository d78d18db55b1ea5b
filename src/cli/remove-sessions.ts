import { SessionsError } from "../errors.js";
import { formatInstant, MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { RemovalPlan, RemovalRequest, SessionStore } from "../store/store.js";
import type { CliContext } from "./context.js";
import type { RemovalOptions } from "./removal-options.js";
import { count, groupDigits } from "./render/numbers.js";
import { visibleText } from "./render/visible.js";
import { reportUndecodable } from "./report-faults.js";
import type { Settings } from "./settings.js";

/** What a command that deletes says about itself. */
export interface RemovalCommand {
  readonly name: "prune" | "delete";
  /** What is deleted, in words: "idle for 1h or longer". */
  readonly criterion: string;
  readonly request: RemovalRequest;
  /** Deleting over half of the file needs the count to be typed, or given with `--confirm`. */
  readonly guardsHalf: boolean;
}

/** A file that another program wrote to this recently belongs to a running backend. */
const FOREIGN_WRITER_SECONDS = 300;

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
    await report(context, settings, store, command, plan, true);
    requireLimit(plan, options);
    return;
  }
  const isAgreed = options.yes === true || options.confirm !== undefined;
  if (!isAgreed) requireTerminal(context, command);
  await warnOfForeignWriter(context, settings, store, isAgreed);
  const shown = isAgreed ? undefined : await store.planRemoval({ ...request, collectIds: true });
  if (shown !== undefined) {
    requireLimit(shown, options);
    if (shown.removed > 0) await ask(context, settings, command, shown);
  }
  const { plan, warnings } = await store.remove(
    { ...request, collectIds: shown !== undefined },
    {
      signal: context.interruptSignal(),
      approve: (final) => {
        requireLimit(final, options);
        if (shown !== undefined) requireNothingMore(shown, final);
        else requireConfirmedCount(command, final, options);
      },
    },
  );
  await report(context, settings, store, command, plan, false);
  for (const warning of warnings) {
    await context.stderr.write(`${settings.styleOf("stderr").yellow("warning:")} ${replacementWarning(warning)}\n`);
  }
}

function requireTerminal(context: CliContext, { name }: RemovalCommand): void {
  if (context.stdin.isTerminal && context.stderr.isTerminal) return;
  throw new SessionsError("USAGE", {
    reason: `${name} asks before it deletes, and there is no terminal to ask on`,
    hint: "add --yes to delete without asking, or --dry-run to only see what would go",
  });
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
function requireNothingMore(shown: RemovalPlan, final: RemovalPlan): void {
  for (const id of final.ids ?? []) {
    if (shown.ids?.has(id) === true) continue;
    throw new SessionsError("STORE_CHANGED", {
      path: "the file",
      reason: "since the question was asked, other sessions have come to be selected",
      hint: "run the command again",
    });
  }
}

async function warnOfForeignWriter(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  isAgreed: boolean,
): Promise<void> {
  const { modifiedAt, lastWrittenByUs } = await store.describe();
  if (modifiedAt === undefined || lastWrittenByUs === true) return;
  const seconds = (context.clock() - modifiedAt) / MICROSECONDS_PER_SECOND;
  if (seconds > FOREIGN_WRITER_SECONDS) return;
  const { humanDuration } = await import("./render/time.js");
  const when = `${humanDuration(Math.max(0, seconds))} ago`;
  const consequence = isAgreed
    ? "will undo this change with its next save"
    : "would undo this change with its next save";
  await context.stderr.write(
    `${settings.styleOf("stderr").yellow("warning:")} another program wrote this file ${when}, without our lock. ` +
      `A running backend keeps its sessions in memory and ${consequence}: stop it first.\n`,
  );
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
  await stderr.write(`${style.bold(summary(command, plan, "will be deleted"))}\n${sample}`);
  if (rest > 0) await stderr.write(style.dim(`and ${groupDigits(rest)} more\n`));
  const mustType = command.guardsHalf && isOverHalf(plan);
  const question = mustType
    ? `That is over half of the file. Type ${plan.removed} to delete them: `
    : `Delete ${count(plan.removed, "session")}? [y/N] `;
  const answer = (await context.prompt(question))?.trim().toLowerCase();
  if (mustType ? answer === String(plan.removed) : answer === "y" || answer === "yes") return;
  throw new SessionsError("CANCELLED", { reason: "nothing was changed" });
}

async function report(
  context: CliContext,
  settings: Settings,
  store: SessionStore,
  command: RemovalCommand,
  plan: RemovalPlan,
  isDryRun: boolean,
): Promise<void> {
  const text = settings.isJson
    ? planJson(store.location, plan, isDryRun)
    : `${summary(command, plan, isDryRun ? "would be deleted" : "deleted")}\n`;
  await context.stdout.write(text);
  await reportUndecodable(context, settings, plan.undecodable);
}

function summary({ criterion }: RemovalCommand, plan: RemovalPlan, verb: string): string {
  const { removed, total, keptPending, keptUndecodable, oldest, newest } = plan;
  const span =
    oldest === undefined || newest === undefined
      ? ""
      : `; last activity ${formatInstant(oldest)} to ${formatInstant(newest)}`;
  const kept = [
    keptPending === 0 ? "" : ` ${count(keptPending, "other")} kept: an approval is pending.`,
    keptUndecodable === 0 ? "" : ` ${count(keptUndecodable, "other")} kept: not decodable.`,
  ].join("");
  return visibleText(`${groupDigits(removed)} of ${count(total, "session")} ${verb} (${criterion}${span}).${kept}`);
}

function planJson(location: string, plan: RemovalPlan, isDryRun: boolean): string {
  const { removed, total, keptPending, keptUndecodable, undecodable, oldest, newest } = plan;
  const body = {
    store: location,
    dry_run: isDryRun,
    total,
    removed,
    kept: total - removed,
    kept_pending: keptPending,
    kept_undecodable: keptUndecodable,
    oldest_activity: oldest === undefined ? null : formatInstant(oldest),
    newest_activity: newest === undefined ? null : formatInstant(newest),
    undecodable: undecodable.count,
    undecodable_findings: undecodable.findings.map(({ line, byteOffset, message }) => ({
      line,
      byte_offset: byteOffset,
      message,
    })),
  };
  return `${JSON.stringify(body, undefined, 2)}\n`;
}

function replacementWarning(code: string): string {
  switch (code) {
    case "HARD_LINKS_BROKEN":
      return "the file had other hard links; they still show the old version";
    case "OWNER_NOT_KEPT":
      return "the file's owner or group could not be kept; it belongs to you now";
    case "XATTRS_NOT_KEPT":
      return "extended attributes or access control lists of the file could not be kept";
    default:
      return code;
  }
}
