import type { ConflictPolicy, Faults, MergePlan } from "../store/store.js";
import type { TextOutput } from "./context.js";
import { paragraph } from "./notes.js";
import { findingsJson } from "./render/findings-json.js";
import { count, groupDigits } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";

/** What is told of an import. */
export interface ImportReport {
  readonly stage: "dry run" | "question" | "done";
  readonly plan: MergePlan;
  readonly input: string;
  /** How the input is written: "gzip, csv". */
  readonly form: string;
  readonly isHeaderless: boolean;
  readonly store: string;
  readonly shownStore: string;
  readonly onConflict: ConflictPolicy;
  readonly isCreated: boolean;
  readonly converted: number;
  /** False where a dry run ends with an error, because an import would. */
  readonly isTakable: boolean;
  readonly refused: Faults;
  readonly rejects: string | undefined;
}

/** An import in a sentence or more. */
export async function importText(output: TextOutput, report: ImportReport): Promise<string> {
  const { stage, plan, input, form, isHeaderless, shownStore, onConflict, isCreated, refused, converted, isTakable } =
    report;
  const planned = isTakable ? "would be imported" : "could be imported";
  const verb = { "dry run": planned, question: "will be imported", done: "imported" }[stage];
  const where = `${isCreated ? "a new file " : ""}${shownStore}`;
  const rows = plan.incoming + refused.count;
  const parts = [
    `${groupDigits(plan.added + plan.replaced)} of ${count(rows, "session")} in ${input} (${form}) ${verb} into ${where}: ${groupDigits(plan.added)} added, ${groupDigits(plan.replaced)} replaced.`,
    isHeaderless ? " It has no header: its columns are taken in the usual order." : "",
    plan.skipped === 0 ? "" : ` ${groupDigits(plan.skipped)} skipped: another with the same id ${counts(report)}.`,
    plan.unchanged === 0 ? "" : ` ${groupDigits(plan.unchanged)} there already, the very same.`,
    plan.repeated === 0
      ? ""
      : ` ${groupDigits(plan.repeated)} stand in it again with the same id; the ${onConflict === "newest" ? "newest" : "last"} one counts.`,
    converted === 0 ? "" : ` ${count(converted, "value")} rewritten in the file's form.`,
    refused.count === 0 ? "" : ` ${groupDigits(refused.count)} refused.`,
  ];
  return paragraph(output, parts.join(""));
}

function counts({ onConflict, stage }: ImportReport): string {
  if (onConflict === "fail" && stage === "dry run") return "is there";
  return onConflict === "newest" ? "is there and no older" : "is there";
}

/** The same for programs. @param warnings closed codes */
export function importJson(report: ImportReport, warnings: readonly string[]): string {
  const { stage, plan, input, form, isHeaderless, store, isCreated, converted, refused, rejects } = report;
  const body = {
    store,
    input,
    form,
    dry_run: stage === "dry run",
    created: isCreated,
    rows: plan.incoming + refused.count,
    added: plan.added,
    replaced: plan.replaced,
    skipped: plan.skipped,
    unchanged: plan.unchanged,
    repeated: plan.repeated,
    conflicts: plan.conflicts.count,
    conflict_ids: plan.conflicts.ids,
    converted,
    refused: refused.count,
    refused_findings: findingsJson(refused.findings),
    rejects_file: rejects ?? null,
    warnings,
    headerless: isHeaderless,
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}
