import type { Outcome } from "../check/diagnostic.js";
import { RULES, type DiagnosticCode } from "../check/rules/index.js";
import type { PreparedRepair } from "../store/csv-repair.js";
import type { RepairFiles } from "../store/repair-files.js";
import type { CliContext } from "./context.js";
import { paragraph } from "./notes.js";
import { findingsJson } from "./render/findings-json.js";
import { count, groupDigits } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";
import { findingLines } from "./report-faults.js";
import { repairNextSteps } from "./repair-next-steps.js";
import { shownPath } from "./shown-path.js";

/** How far a repair has come, for those who are told of it. */
export interface RepairProgress {
  readonly stage: "dry run" | "question" | "done";
  readonly files: RepairFiles;
}

const HEADINGS: readonly (readonly [Outcome, string])[] = [
  ["healed", "Healed:"],
  ["quarantined", "Set aside:"],
  ["dropped", "Left out as structure without values:"],
  ["kept", "Kept as it stands:"],
];

/** What a repair does with a file: counts, findings by outcome, the proof, and which files it writes. */
export async function repairText(
  context: CliContext,
  prepared: PreparedRepair,
  progress: RepairProgress,
  stream: "stdout" | "stderr",
): Promise<string> {
  const say = (text: string, indent = ""): Promise<string> => paragraph(context[stream], text, indent);
  const parts = [await say(summary(prepared, shownPath(context, prepared.input.location)))];
  for (const [outcome, heading] of HEADINGS) {
    const lines = outcomeLines(prepared, outcome);
    if (lines.length === 0) continue;
    parts.push(await say(heading));
    for (const line of lines) parts.push(await say(line, "  "));
  }
  parts.push(...piecesText(prepared), await say(proofText(prepared, progress.files)));
  parts.push(await filesText(say, context, prepared, progress));
  if (progress.stage === "done") parts.push(repairNextSteps(context, prepared, progress.files, stream));
  return parts.join("");
}

function summary(prepared: PreparedRepair, name: string): string {
  const { plan } = prepared;
  const { before, after, copies } = recordCounts(prepared);
  const stays =
    plan.unresolved === 0
      ? ""
      : ` ${count(plan.unresolved, "error")} ${plan.unresolved === 1 ? "stays" : "stay"}, because only a person can decide; sessions validate shows where.`;
  if (plan.isIdentity) return `Nothing to repair in ${name}: ${count(after, "record")}.${stays}`;
  const { kept, healed, quarantined } = plan.records;
  const parts = [
    ...(kept === 0 ? [] : [`${groupDigits(kept)} as ${kept === 1 ? "it stands" : "they stand"}`]),
    ...(healed === 0 ? [] : [`${groupDigits(healed)} healed`]),
    ...(quarantined === 0 ? [] : [`${groupDigits(quarantined)} set aside`]),
    ...(copies === 0 ? [] : [`${count(copies, "further copy", "further copies")} left out`]),
  ];
  const counts = `${count(before, "record or piece", "records and pieces")} before, ${count(after, "record")} after`;
  return `${name}: ${[counts, ...(parts.length === 0 ? [] : [parts.join(", ")])].join(": ")}.${stays}`;
}

/** Older versions of a session count among what is set aside, and copies are left out. */
function recordCounts({ plan, proof }: PreparedRepair): { before: number; after: number; copies: number } {
  const { kept, healed, quarantined } = plan.records;
  const after = kept + healed;
  const copies = proof.dropped.get("duplicate-record")?.count ?? 0;
  return { before: after + quarantined + copies, after, copies };
}

/** What was found with one outcome, a line for each code. What is left out is listed by the plan itself. */
function outcomeLines(prepared: PreparedRepair, outcome: Outcome): readonly string[] {
  const { findings, proof } = prepared;
  const tallies = findings.filter((tally) => tally.outcome === outcome);
  const counts = new Map<DiagnosticCode, number>(tallies.map((tally) => [tally.code, tally.count]));
  if (outcome === "dropped") for (const [code, { count: found }] of proof.dropped) counts.set(code, found);
  return [...counts].map(([code, found]) => {
    const tally = tallies.find((candidate) => candidate.code === code);
    const lines = tally?.firstLines ?? [];
    const dropped = outcome === "dropped" ? proof.dropped.get(code) : undefined;
    const places = [
      ...(lines.length === 0
        ? []
        : [`${lines.length === 1 ? "line" : "lines"} ${lines.join(", ")}${found > lines.length ? ", …" : ""}`]),
      ...(dropped === undefined ? [] : [count(dropped.byteLength, "byte")]),
    ];
    const where = places.length === 0 ? "" : ` (${places.join("; ")})`;
    const isAdded = code === "missing-column" && outcome === "healed" && tally !== undefined;
    return `${groupDigits(found)} ${code}${where}: ${isAdded ? addedColumns(prepared, tally.message) : RULES[code].title}`;
  });
}

/** @param missing which columns are missing */
function addedColumns(prepared: PreparedRepair, missing: string): string {
  const { after } = recordCounts(prepared);
  // Another header of the file may name them.
  if (after === 0 || prepared.plan.counts.has("header-repeated")) return missing;
  return `${missing}; empty in ${after === 1 ? "the 1 session" : `all ${count(after, "session")}`}`;
}

/** The pieces that are set aside, first ones first. */
function piecesText({ proof }: PreparedRepair): readonly string[] {
  const { count: total, first } = proof.quarantined;
  if (total === 0) return [];
  const findings = first.map(({ line, reason }) => ({ line, message: reason }));
  return [`Pieces set aside:\n${findingLines({ count: total, findings })}`];
}

function proofText({ proof, plan }: PreparedRepair, { quarantine }: RepairFiles): string {
  const { kept, healed, dropped, quarantined } = proof.bytes;
  if (plan.isIdentity) return `Proven: each of the ${count(kept, "byte")} stays as it is.`;
  const aside = quarantine === undefined && quarantined > 0 ? "set aside" : "in the quarantine";
  const stays = groupDigits(kept);
  const made = groupDigits(proof.outputByteLength - kept);
  return (
    `Proven: of the content's ${count(proof.contentByteLength, "byte")} ${stays} stay as they are, ${groupDigits(healed)} are healed, ` +
    `${groupDigits(quarantined)} are ${aside}, and ${groupDigits(dropped)} are left out as structure. ` +
    `The output has ${count(proof.outputByteLength, "byte")}: those ${stays}, and ${made} written anew.`
  );
}

const WRITTEN: Readonly<Record<RepairProgress["stage"], string>> = {
  "dry run": "Would be written:",
  question: "To be written:",
  done: "Written:",
};

/** Which files are written, in that order; a dry run says that none was. */
async function filesText(
  say: (text: string, indent?: string) => Promise<string>,
  context: CliContext,
  { proof }: PreparedRepair,
  { stage, files }: RepairProgress,
): Promise<string> {
  const salvaged = `what is certain of ${count(proof.quarantined.salvageable, "piece")}`;
  const named = [
    ["backup of the old file", files.backup],
    ["quarantine", files.quarantine],
    [salvaged, files.partial],
    ["the repaired file", files.output],
  ] as const;
  const lines: string[] = [];
  for (const [label, file] of named) {
    if (file !== undefined) lines.push(await say(`${shownPath(context, file)}: ${label}`, "  "));
  }
  const heading = lines.length === 0 ? "" : await say(WRITTEN[stage]);
  return `${heading}${lines.join("")}${stage === "dry run" ? await say("Nothing was written.") : ""}`;
}

/** The same for programs. @param warnings closed codes */
export function repairJson(
  prepared: PreparedRepair,
  { stage, files }: RepairProgress,
  warnings: readonly string[],
): string {
  const { input, plan, proof } = prepared;
  const { before, after } = recordCounts(prepared);
  const { kept, healed, quarantined, duplicates } = plan.records;
  const body = {
    store: input.location,
    dry_run: stage === "dry run",
    changed: !plan.isIdentity,
    output: files.output ?? null,
    backup: files.backup ?? null,
    quarantine: files.quarantine ?? null,
    partial: files.partial ?? null,
    records_before: before,
    records_after: after,
    kept,
    healed,
    quarantined,
    duplicates,
    unresolved: plan.unresolved,
    counts: Object.fromEntries(plan.counts),
    dropped: Object.fromEntries(
      [...proof.dropped].map(([code, { count: n, byteLength }]) => [code, { count: n, bytes: byteLength }]),
    ),
    quarantine_findings: findingsJson(
      proof.quarantined.first.map(({ line, byteOffset, reason }) => ({ line, byteOffset, message: reason })),
    ),
    bytes: { content: proof.contentByteLength, ...proof.bytes, output: proof.outputByteLength },
    proven: true,
    warnings,
  };
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}
