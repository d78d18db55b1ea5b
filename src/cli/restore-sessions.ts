import { columnNamesOf, inputOf } from "../copies/version.js";
import { prepareRestore, type PreparedRestore } from "../copies/restore.js";
import { restoredSessions } from "../copies/restored-sessions.js";
import { SessionsError } from "../errors.js";
import { NEW_FILE_HEADER } from "../session/columns.js";
import type { Condition, Selection } from "../session/query.js";
import { CsvStore } from "../store/csv-store.js";
import type { ConflictPolicy, MergePlan, MergeRequest, SessionStore, WriteResult } from "../store/store.js";
import { requireTerminal, requireYes } from "./asking.js";
import { originOf } from "./change-origin.js";
import type { CliContext } from "./context.js";
import { openingOptions, type KeyOptions } from "./key-options.js";
import { note, paragraph, warn } from "./notes.js";
import { openStoreAt } from "./open-store.js";
import { count, groupDigits } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";
import { reportDone } from "./report-done.js";
import { warningText } from "./report-removal.js";
import { requireSessions } from "./require-sessions.js";
import type { RestoreTargets } from "./restore-file.js";
import { selectionFrom, type SelectionOptions } from "./selection-options.js";
import { selectionText } from "./selection-words.js";
import { shellQuote } from "./shell-quote.js";
import type { Settings } from "./settings.js";
import { shownPath } from "./shown-path.js";
import { foreignWriteAge, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

/** Which of two sessions with one id counts, as it is typed. */
export const CONFLICT_CHOICES = ["newest", "backup", "current", "fail"] as const;
type ConflictChoice = (typeof CONFLICT_CHOICES)[number];

export interface RestoreSelectionOptions extends SelectionOptions, KeyOptions {
  readonly id?: readonly string[];
  readonly onConflict?: ConflictChoice;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

const POLICIES: Readonly<Record<ConflictChoice, ConflictPolicy>> = {
  newest: "newest",
  backup: "replace",
  current: "skip",
  fail: "fail",
};

type Stage = "dry run" | "question" | "done";

/** What is restored of a backup, as data: shown before, told after. */
interface SessionsPlan {
  readonly prepared: PreparedRestore;
  readonly store: SessionStore;
  readonly choice: ConflictChoice;
  readonly merge: MergePlan;
}

/**
 * Brings the selected sessions of a backup back into the file, and leaves the others as they are: verifies, plans, shows,
 * asks and merges, in this order; a dry run stops after showing.
 *
 * @throws SessionsError USAGE, STORE_DAMAGED, STORE_CHANGED, SESSION_CONFLICT, CANCELLED and others; nothing was changed
 */
export async function restoreSessions(
  context: CliContext,
  settings: Settings,
  { backup, target }: RestoreTargets,
  options: RestoreSelectionOptions,
): Promise<void> {
  using prepared = await prepareRestore(backup, target, openingOptions(context, options));
  const store = await openStoreAt(context, settings, target);
  const names = columnNamesOf(prepared.version);
  const columnNames = prepared.current === undefined ? DEFAULT_NAMES : (await store.describe()).columns.names;
  const { retention, naiveOffset } = settings;
  const selection = await selectedFrom(settings, prepared, options, names);
  const { onConflict: choice = "newest" } = options;
  const request: MergeRequest = {
    incoming: () => restoredSessions(prepared.version, { selection, retention, naiveOffset, columnNames }),
    onConflict: POLICIES[choice],
    ...(prepared.current === undefined ? { createWith: NEW_FILE_HEADER } : {}),
  };
  const plan = { prepared, store, choice, merge: await store.planMerge(request) };
  requireNoConflict(store, choice, plan.merge);
  const lost = names.filter((name) => name !== "" && !columnNames.includes(name));
  if (lost.length > 0)
    await warn(context, settings, `the file has no column ${lost.join(", ")}; its values are left out`);
  if (options.dryRun === true || changesNothing(plan.merge)) {
    await report(context, settings, plan, options.dryRun === true ? "dry run" : "done", undefined);
    return;
  }
  const foreignAge = prepared.current === undefined ? undefined : await foreignWriteAge(context, store);
  if (options.yes !== true) {
    const hint = "add --yes to restore without asking, or --dry-run to only see what would change";
    requireTerminal(context, "restore", "changes the file", hint);
    await note(context, planText(context, plan, "question"));
  }
  if (foreignAge !== undefined) await warnOfForeignWriter(context, settings, foreignAge);
  if (options.yes !== true) await requireYes(context, `Change ${shellQuote(shownPath(context, target))}?`);
  const result = await store.merge(request, {
    signal: context.interruptSignal(),
    origin: originOf(context, settings, selectionText(options.id ?? [], options, retention)),
    approve: (final) => {
      requireNoConflict(store, choice, final);
      requireAsShown(store, plan.merge, final);
    },
  });
  const warnings = [...(foreignAge === undefined ? [] : ["FOREIGN_WRITER"]), ...result.warnings];
  await reportDone("the sessions are restored", async () =>
    report(context, settings, { ...plan, merge: result.plan }, "done", { ...result, warnings }),
  );
  for (const warning of result.warnings) await warn(context, settings, warningText(warning));
}

const DEFAULT_NAMES = NEW_FILE_HEADER.trimEnd().split(",");

async function selectedFrom(
  settings: Settings,
  { version }: PreparedRestore,
  options: RestoreSelectionOptions,
  names: readonly string[],
): Promise<Selection> {
  const { retention, naiveOffset } = settings;
  const byId: Condition[] = [];
  if (options.id !== undefined) {
    const backup = CsvStore.ofInput(inputOf(version, naiveOffset));
    const found = await requireSessions(backup, options.id, retention);
    byId.push({ type: "id", ids: new Set(found.flat().map(({ sessionId }) => sessionId)) });
  }
  return [...byId, ...(await selectionFrom(options, retention, async () => names))];
}

function changesNothing({ added, replaced, conflicts }: MergePlan): boolean {
  return added + replaced + conflicts.count === 0;
}

/** @throws SessionsError SESSION_CONFLICT where the file has sessions of its own, and none may be replaced or left out */
function requireNoConflict({ location }: SessionStore, choice: ConflictChoice, { conflicts }: MergePlan): void {
  if (choice !== "fail" || conflicts.count === 0) return;
  throw new SessionsError("SESSION_CONFLICT", {
    path: location,
    ids: conflicts.ids,
    idCount: conflicts.count,
    hint: "say which one counts with --on-conflict newest, backup or current",
  });
}

/** @throws SessionsError STORE_CHANGED where not what was shown would be done */
function requireAsShown({ location }: SessionStore, shown: MergePlan, final: MergePlan): void {
  if (shown.added === final.added && shown.replaced === final.replaced && shown.skipped === final.skipped) return;
  throw new SessionsError("STORE_CHANGED", {
    path: location,
    reason: "since the backup was compared with it, its sessions have changed",
    hint: "run the command again",
  });
}

const VERBS: Readonly<Record<Stage, readonly [added: string, replaced: string]>> = {
  "dry run": ["would be added", "would be replaced"],
  question: ["will be added", "will be replaced"],
  done: ["added", "replaced"],
};

function planText(context: CliContext, { prepared, merge, choice }: SessionsPlan, stage: Stage): string {
  const { incoming, added, replaced, skipped, unchanged, repeated } = merge;
  const [addedVerb, replacedVerb] = VERBS[stage];
  const reason = choice === "newest" ? "the one in the file is as new or newer" : "the one in the file counts";
  const parts = [
    `${groupDigits(added)} ${addedVerb}`,
    `${groupDigits(replaced)} ${replacedVerb}`,
    ...(skipped === 0
      ? []
      : [`${groupDigits(skipped)} left as ${skipped === 1 ? "it is" : "they are"}, because ${reason}`]),
    ...(unchanged === 0 ? [] : [`${groupDigits(unchanged)} the same already`]),
  ];
  const name = shownPath(context, prepared.backup.path);
  const end = stage === "dry run" ? " Nothing was written." : "";
  return `${count(incoming - repeated, "session")} selected in ${name}: ${parts.join(", ")}.${end}`;
}

async function report(
  context: CliContext,
  settings: Settings,
  plan: SessionsPlan,
  stage: Stage,
  result: WriteResult<MergePlan> | undefined,
): Promise<void> {
  const text = settings.isJson
    ? planJson(plan, stage, result)
    : await paragraph(context.stdout, planText(context, plan, stage));
  await context.stdout.write(text);
}

function planJson(
  { prepared, store, merge, choice }: SessionsPlan,
  stage: Stage,
  result?: WriteResult<MergePlan>,
): string {
  const { incoming, added, replaced, skipped, unchanged, conflicts } = merge;
  const body = {
    store: store.location,
    backup: prepared.backup.path,
    dry_run: stage === "dry run",
    changed: added + replaced > 0,
    on_conflict: choice,
    ...{ selected: incoming, added, replaced, skipped, unchanged },
    conflicts: { count: conflicts.count, ids: conflicts.ids },
    change: result?.number ?? null,
    warnings: result?.warnings ?? [],
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}
