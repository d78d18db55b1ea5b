import { isGood, knownProblem, type Backup } from "../copies/backup-list.js";
import type { ForgetPlan } from "../copies/forget-backups.js";
import { whyNotGood, type VerifiedBackup } from "../copies/verify-backup.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { CliContext } from "./context.js";
import { count, groupDigits, humanBytes } from "./render/numbers.js";
import { renderTable, type TableColumn } from "./render/table.js";
import { relativeTime } from "./render/time.js";
import { escapeControls, escapeControlsInJson } from "./render/visible.js";
import type { Settings } from "./settings.js";

const COLUMNS: readonly TableColumn[] = [
  { header: "AGE", minWidth: 6 },
  { header: "ROWS", minWidth: 4, align: "right" },
  { header: "SIZE", minWidth: 6, align: "right" },
  { header: "ENCRYPTED", minWidth: 9, dropOrder: 2 },
  { header: "CHECKED", minWidth: 9, flexible: true },
  { header: "NAME", minWidth: 20, flexible: true },
];

const FIELDS = ["name", "time", "rows", "bytes", "encrypted", "checked", "problem"] as const;

/** What to type where a backup is as damaged as the file was. */
export const VALIDATE_HINT = "see what is wrong with: sessions validate";

/** A line for each backup: on a terminal a table, in a pipe everything. */
export function backupLines(context: CliContext, settings: Settings, backups: readonly Backup[]): string {
  const { stdout } = context;
  if (!stdout.isTerminal) return [FIELDS, ...backups.map(texts)].map((line) => `${line.join("\t")}\n`).join("");
  const style = settings.styleOf("stdout");
  const { now } = settings.retention;
  const rows = backups.map((backup) => [
    { text: ago(backup.time, now) },
    { text: rowsText(backup) },
    { text: humanBytes(backup.byteLength) },
    { text: isEncrypted(backup) ? "yes" : "no" },
    { text: checkedText(backup, now), ...(knownProblem(backup) === undefined ? {} : { style: style.red }) },
    { text: backup.name },
  ]);
  return renderTable({ columns: COLUMNS, rows, width: stdout.columns, style });
}

/** A backup for programs. Append-only. */
export function backupJson(backup: Backup): object {
  const { manifest } = backup;
  return {
    name: backup.name,
    path: backup.path,
    time: backup.time.toISOString(),
    bytes: backup.byteLength,
    rows: manifest?.rows ?? null,
    broken: manifest?.broken ?? null,
    plain_bytes: manifest?.plain.bytes ?? null,
    plain_sha256: manifest?.plain.sha256 ?? null,
    sha256: manifest?.stored.sha256 ?? null,
    compressed: manifest?.isCompressed ?? /\.gz(?:\.age)?$/.test(backup.name),
    encrypted: isEncrypted(backup),
    has_manifest: manifest !== undefined,
    source: manifest?.source ?? null,
    tool: manifest?.tool ?? null,
    reason: manifest?.reason ?? null,
    checked_at: manifest?.checked?.at ?? null,
    problem: knownProblem(backup) ?? null,
    good: isGood(backup),
  };
}

/** One sentence on a backup that was verified. */
export function verifiedText(settings: Settings, verified: VerifiedBackup): string {
  const { backup, rows = 0 } = verified;
  const { byteLength, manifest, name } = backup;
  const problem = whyNotGood(verified);
  if (problem !== undefined) {
    return `${name}: NOT GOOD: ${problem}${verified.problem === undefined ? `; ${settings.hint(VALIDATE_HINT)}` : ""}`;
  }
  const against = manifest === undefined ? "no manifest to compare with" : "as it was written";
  return `${name}: good: ${count(rows, "session")}, ${humanBytes(byteLength)}, ${against}`;
}

/** What a policy does, a line for each backup. */
export function forgetText(
  { kept, removed }: ForgetPlan,
  verb: "would be removed" | "will be removed" | "removed",
): string {
  const total = kept.length + removed.length;
  return [
    `${groupDigits(removed.length)} of ${count(total, "backup")} ${verb}\n`,
    ...removed.map(({ name }) => `  remove  ${escapeControls(name)}\n`),
    ...kept.map(({ item, reasons }) => `  keep    ${escapeControls(item.name)}  (${reasons.join(", ")})\n`),
  ].join("");
}

export function forgetJson({ kept, removed }: ForgetPlan): object {
  return {
    removed: removed.map(backupJson),
    kept: kept.map(({ item, reasons }) => ({ name: item.name, reasons })),
  };
}

export function jsonText(body: unknown): string {
  return `${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`;
}

/** How long ago a backup was made. */
export function ago(time: Date, now: number): string {
  return relativeTime(time.getTime() * (MICROSECONDS_PER_SECOND / 1000), now);
}

function texts(backup: Backup): readonly string[] {
  const { name, time, manifest, byteLength } = backup;
  const checked = manifest === undefined ? "unchecked" : (manifest.checked?.at ?? "");
  const encrypted = isEncrypted(backup) ? "yes" : "no";
  const values = [name, time.toISOString(), manifest?.rows, byteLength, encrypted, checked, knownProblem(backup)];
  return values.map((value) => escapeControls(String(value ?? "")));
}

function isEncrypted({ manifest, name }: Backup): boolean {
  return manifest?.isEncrypted ?? name.endsWith(".age");
}

function rowsText({ manifest }: Backup): string {
  return manifest?.rows === undefined ? "?" : groupDigits(manifest.rows);
}

function checkedText(backup: Backup, now: number): string {
  const { manifest } = backup;
  const problem = knownProblem(backup);
  if (problem !== undefined) return `NOT GOOD: ${problem}`;
  if (manifest === undefined) return "unchecked";
  return manifest.checked === undefined ? "not yet" : ago(new Date(manifest.checked.at), now);
}
