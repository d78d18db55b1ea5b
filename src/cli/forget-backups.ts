import type { Command } from "commander";
import { forgetBackups, type ForgetPlan } from "../copies/forget-backups.js";
import { SessionsError } from "../errors.js";
import { requireTerminal } from "./asking.js";
import type { CliContext } from "./context.js";
import { count, groupDigits } from "./render/numbers.js";
import { forgetText } from "./report-backups.js";

/** The options of commands that remove backups. */
export interface ForgetOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  /** The count that the caller expects, typed in advance. */
  readonly confirm?: number;
}

export function addForgetOptions(command: Command): Command {
  return command
    .option("-n, --dry-run", "only say what would be done, and why")
    .option("-y, --yes", "do not ask before backups are removed");
}

/** @throws SessionsError USAGE where nobody can be asked, before anything is done */
export function requireAnswerable(context: CliContext, name: string, options: ForgetOptions): void {
  if (options.yes === true || options.confirm !== undefined || options.dryRun === true) return;
  const hint = "add --yes to remove them without asking, or --dry-run to only see what would go";
  requireTerminal(context, name, "removes backups", hint);
}

/**
 * Shows, asks and removes.
 *
 * @param options.guardsHalf over half of them need the count to be typed, or given with `--confirm`
 * @throws SessionsError USAGE, LIMIT_EXCEEDED, CANCELLED: nothing was removed. IO_FAILED: some may be
 */
export async function carryOutForget(
  context: CliContext,
  plan: ForgetPlan,
  options: ForgetOptions & { readonly guardsHalf: boolean },
): Promise<void> {
  const { removed, kept } = plan;
  if (removed.length === 0) return;
  const isOverHalf = options.guardsHalf && removed.length > kept.length;
  if (options.confirm !== undefined && options.confirm !== removed.length) {
    throw new SessionsError("LIMIT_EXCEEDED", {
      reason: `${count(removed.length, "backup")} would go, and --confirm says ${groupDigits(options.confirm)}`,
      hint: "look with --dry-run, then give the right count",
    });
  }
  if (options.yes === true && options.confirm === undefined && isOverHalf) {
    throw new SessionsError("USAGE", {
      reason: `this removes ${groupDigits(removed.length)} of ${count(removed.length + kept.length, "backup")}, over half of them; nothing was changed`,
      hint: `if that is right, add: --confirm ${removed.length}`,
    });
  }
  if (options.yes !== true && options.confirm === undefined) await ask(context, plan, isOverHalf);
  forgetBackups(removed);
}

async function ask(context: CliContext, plan: ForgetPlan, isOverHalf: boolean): Promise<void> {
  await context.stderr.write(forgetText(plan, "will be removed"));
  const number = String(plan.removed.length);
  const question = isOverHalf
    ? `That is over half of them. Type ${number} to remove them: `
    : `Remove ${count(plan.removed.length, "backup")}? [y/N] `;
  const answer = (await context.prompt(question))?.trim().toLowerCase();
  if (isOverHalf ? answer === number : answer === "y" || answer === "yes") return;
  throw new SessionsError("CANCELLED", { reason: "no backup was removed" });
}
