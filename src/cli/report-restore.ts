import { isDifferent, type DiffSummary } from "../copies/diff.js";
import type { PreparedRestore, RestoreWritten } from "../copies/restore.js";
import type { CliContext } from "./context.js";
import { paragraph } from "./notes.js";
import { summaryFields } from "./render/difference-json.js";
import { count, groupDigits } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";
import { summaryText, type FirstDifferences } from "./report-diff.js";
import { shellQuote } from "./shell-quote.js";
import type { Settings } from "./settings.js";
import { shownPath } from "./shown-path.js";

/** What a restore does, as data: shown before, told after. */
export interface RestorePlan {
  readonly prepared: PreparedRestore;
  readonly first: FirstDifferences;
  /** From the file to the backup; undefined where there is no file, or it cannot be read. */
  readonly summary: DiffSummary | undefined;
  /** Why the file cannot be compared; undefined where it can. */
  readonly unreadable: string | undefined;
}

export type RestoreStage = "dry run" | "question" | "done";

/** What is restored, what that changes, and where the old file is kept. */
export async function restoreText(
  context: CliContext,
  settings: Settings,
  plan: RestorePlan,
  stage: RestoreStage,
  written: RestoreWritten | undefined,
): Promise<string> {
  const stream = stage === "question" ? "stderr" : "stdout";
  const say = (text: string): Promise<string> => paragraph(context[stream], text);
  const { prepared, summary, first, unreadable } = plan;
  const names = { from: shownPath(context, prepared.current?.path ?? prepared.realPath), to: prepared.backup.name };
  const parts = [await say(verifiedText(context, prepared))];
  if (summary?.isIdentical === true)
    return `${parts.join("")}${await say(`Nothing to do: ${names.from} is the same.`)}`;
  if (summary !== undefined) {
    const seeAll = `all of them: sessions diff current ${shellQuote(shownPath(context, prepared.backup.path))}`;
    const isShown = stage !== "done" && isDifferent(summary);
    parts.push(await say(summaryText(summary, names)));
    if (isShown) parts.push(`${first.text(context, settings, summary, stream, seeAll)}\n`);
  } else if (unreadable === undefined) parts.push(await say(`There is no ${names.from}; it is made.`));
  else parts.push(await say(`${names.from} cannot be read (${unreadable}); all of it is replaced.`));
  parts.push(await say(endText(context, plan, stage, written)));
  return parts.join("");
}

function verifiedText(context: CliContext, { backup, rows, content }: PreparedRestore): string {
  const size = `${count(rows, "session")}, ${groupDigits(content.bytes)} bytes`;
  const proof =
    backup.manifest === undefined
      ? "can be read to its end, but has no manifest that tells whether it is all"
      : "verified, its bytes are those that were backed up";
  return `${shownPath(context, backup.path)} (${size}): ${proof}.`;
}

function endText(
  context: CliContext,
  { prepared }: RestorePlan,
  stage: RestoreStage,
  written: RestoreWritten | undefined,
): string {
  if (stage === "dry run") return "Nothing was written.";
  const keeps = prepared.current !== undefined;
  if (stage === "question") return keeps ? "The file as it is now is kept among its backups." : "";
  const copy = written?.safetyCopy;
  if (copy !== undefined) return `Restored. The old file is kept: ${shownPath(context, copy)}`;
  return "Restored. There was no file before, so sessions log does not have it, and sessions undo takes nothing back.";
}

/** The same for programs. @param warnings closed codes */
export function restoreJson(
  { prepared, summary, unreadable }: RestorePlan,
  stage: RestoreStage,
  written: RestoreWritten | undefined,
  warnings: readonly string[],
): string {
  const { backup, content, rows, current, realPath } = prepared;
  const body = {
    store: current?.path ?? realPath,
    backup: backup.path,
    dry_run: stage === "dry run",
    changed: summary?.isIdentical !== true,
    rows,
    bytes: content.bytes,
    sha256: content.sha256,
    has_manifest: backup.manifest !== undefined,
    current: current === undefined ? "missing" : unreadable === undefined ? "compared" : "unreadable",
    difference: summary === undefined ? null : summaryFields(summary),
    safety_copy: written?.safetyCopy ?? null,
    change: written?.number ?? null,
    warnings,
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}
