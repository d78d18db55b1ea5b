import { formatInstant } from "../session/timestamp.js";
import type { RemovalPlan } from "../store/store.js";
import type { CliContext } from "./context.js";
import { paragraph } from "./notes.js";
import { findingsJson } from "./render/findings-json.js";
import { count, groupDigits } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";
import type { Settings } from "./settings.js";

/** How a plan is told: to whom, and whether it has been carried out. */
interface Telling {
  /** What is deleted, in words: "idle for 1h or longer". */
  readonly criterion: string;
  readonly verb: "would be deleted" | "will be deleted" | "deleted";
  readonly stream: "stdout" | "stderr";
}

/** What a removal does in one sentence or two. Times are absolute; on a terminal also relative, in the reader's zone. */
export async function removalText(
  context: CliContext,
  settings: Settings,
  plan: RemovalPlan,
  { criterion, verb, stream }: Telling,
): Promise<string> {
  const { removed, removedPending, total, keptPending, keptUndecodable } = plan;
  const span = await activitySpan(settings, plan, context[stream].isTerminal);
  const pending = removedPending === 0 ? "" : `, ${groupDigits(removedPending)} of them with a pending approval`;
  const kept = [
    keptPending === 0 ? "" : ` ${keptPart(keptPending)}: an approval is pending.`,
    keptUndecodable === 0 ? "" : ` ${keptPart(keptUndecodable)}: not decodable.`,
  ].join("");
  return paragraph(
    context[stream],
    `${groupDigits(removed)} of ${count(total, "session")} ${verb}${pending}: ${criterion}.${span}${kept}`,
  );
}

function keptPart(n: number): string {
  return `${count(n, "other")} ${n === 1 ? "is" : "are"} kept`;
}

async function activitySpan(settings: Settings, { oldest, newest }: RemovalPlan, isTerminal: boolean): Promise<string> {
  if (oldest === undefined || newest === undefined) return "";
  const { absoluteTime, relativeTime } = await import("./render/time.js");
  const { timeZone, retention } = settings;
  const [from, to] = [oldest, newest].map((instant) =>
    isTerminal
      ? `${absoluteTime(instant, timeZone)} (${relativeTime(instant, retention.now)})`
      : formatInstant(instant),
  );
  return ` Last activity: ${oldest === newest ? (from ?? "") : `${from ?? ""} to ${to ?? ""}`}.`;
}

/** The same for programs. @param warnings closed codes */
export function removalJson(
  location: string,
  plan: RemovalPlan,
  { isDryRun, warnings }: { readonly isDryRun: boolean; readonly warnings: readonly string[] },
): string {
  const { removed, removedPending, total, keptPending, keptUndecodable, undecodable, oldest, newest } = plan;
  const body = {
    store: location,
    dry_run: isDryRun,
    total,
    removed,
    removed_pending: removedPending,
    kept: total - removed,
    kept_pending: keptPending,
    kept_undecodable: keptUndecodable,
    oldest_activity: oldest === undefined ? null : formatInstant(oldest),
    newest_activity: newest === undefined ? null : formatInstant(newest),
    undecodable: undecodable.count,
    undecodable_findings: findingsJson(undecodable.findings),
    warnings,
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}

/** A warning of the store in words. */
export function warningText(code: string): string {
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
