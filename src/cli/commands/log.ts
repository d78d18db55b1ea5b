import type { Command } from "commander";
import type { HistoryEntry } from "../../copies/change-history.js";
import type { CliContext } from "../context.js";
import { SessionsError } from "../../errors.js";
import { note, warn } from "../notes.js";
import { chooseStore, requireFile, STANDARD_INPUT } from "../open-store.js";
import { parseCount } from "../parse/numbers.js";
import { count, groupDigits } from "../render/numbers.js";
import { escapeControlsInJson } from "../render/visible.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { MICROSECONDS_PER_SECOND } from "../../session/timestamp.js";
import path from "node:path";

export interface LogOptions extends GlobalOptions {
  readonly limit?: number;
  readonly conflicts?: boolean;
}

export function logCommand(program: Command, context: CliContext): Command {
  const command = program.command("log").description("Show what was changed, when, by whom and how; the latest first.");
  return command
    .option("--limit <count>", "at most this many", parseCount)
    .option(
      "--conflicts",
      "instead: the sessions that a server and an editor changed at the same time, with both versions",
    )
    .addHelpText("after", EXAMPLES)
    .action(async () => runLog(context, command.optsWithGlobals<LogOptions>()));
}

export async function runLog(context: CliContext, options: LogOptions): Promise<void> {
  const settings = new Settings(context, options);
  const location = await chooseStore(context, settings);
  requireFile(location);
  if (location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", { reason: "standard input has no log", hint: "name a file with --store <path>" });
  }
  const file = path.resolve(context.workingDirectory, location);
  const { readConflicts } = await import("../../copies/conflict-history.js");
  if (options.conflicts === true) {
    const { printConflicts } = await import("../print-conflicts.js");
    await printConflicts(context, settings, readConflicts(file), options.limit);
    return;
  }
  const { readHistory } = await import("../../copies/change-history.js");
  const { entries, unreadable } = readHistory(file);
  const latest = [...entries].reverse();
  const shown = latest.slice(0, options.limit);
  const { stdout } = context;
  if (settings.isJson) {
    const objects = shown.map(objectOf);
    await stdout.write(`${escapeControlsInJson(JSON.stringify(objects, undefined, 2))}\n`);
  } else {
    await stdout.write(stdout.isTerminal ? await tableOf(context, settings, shown) : tsvOf(shown));
  }
  if (unreadable.length > 0) {
    await warn(context, settings, `not whole, or damaged, and left out: ${unreadable.join(", ")}`);
  }
  if (settings.isJson) return;
  if (entries.length === 0 && unreadable.length === 0) {
    await note(context, "The log is empty: no command has changed this file since it began to keep one.");
  } else if (shown.length < latest.length) {
    await note(context, `showing ${groupDigits(shown.length)} of ${groupDigits(latest.length)} changes`);
  }
  const conflicts = readConflicts(file).conflicts.length;
  if (conflicts > 0) {
    const what = `${count(conflicts, "session")} came into conflict between a server and an editor`;
    await note(context, `${what}; ${settings.hint("see them with: sessions log --conflicts")}`);
  }
}

const COUNTED = ["removed", "replaced", "added"] as const;
const UNKNOWN = { removed: null, replaced: null, added: null };

function objectOf(entry: HistoryEntry): object {
  const { number, time, user, host, command, selection, counts, undoes, undoneBy, isGone, before, after, backup } =
    entry;
  return {
    number,
    time,
    user,
    host,
    command,
    selection,
    ...(counts ?? UNKNOWN),
    undoes,
    undone_by: undoneBy,
    gone: isGone,
    before: versionJson(before),
    after: versionJson(after),
    backup,
  };
}

function versionJson({ byteLength, sha256 }: HistoryEntry["before"]): object {
  return { bytes: byteLength, sha256 };
}

async function tableOf(
  { stdout, clock }: CliContext,
  settings: Settings,
  entries: readonly HistoryEntry[],
): Promise<string> {
  const { renderTable } = await import("../render/table.js");
  const { relativeTime } = await import("../render/time.js");
  if (entries.length === 0) return "";
  return renderTable({
    columns: [
      { header: "CHANGE", align: "right", minWidth: 6 },
      { header: "WHEN", minWidth: 8 },
      { header: "WHO", minWidth: 4, flexible: true, dropOrder: 1 },
      { header: "REMOVED", align: "right", minWidth: 7 },
      { header: "REPLACED", align: "right", minWidth: 8 },
      { header: "ADDED", align: "right", minWidth: 5 },
      { header: "COMMAND", minWidth: 16, flexible: true },
    ],
    rows: entries.map((entry) =>
      [
        String(entry.number),
        relativeTime(Date.parse(entry.time) * (MICROSECONDS_PER_SECOND / 1000), clock()),
        entry.user,
        ...COUNTED.map((name) => (entry.counts === undefined ? "?" : groupDigits(entry.counts[name]))),
        `${remarkOf(entry)}${entry.command}`,
      ].map((text) => ({ text })),
    ),
    width: stdout.columns,
    style: settings.styleOf("stdout"),
  });
}

function remarkOf({ undoes, undoneBy, isGone }: HistoryEntry): string {
  const parts = [
    isGone ? "not in the file" : undefined,
    undoes === undefined ? undefined : `takes back ${undoes}`,
    undoneBy === undefined ? undefined : `taken back by ${undoneBy}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? "" : `(${parts.join(", ")}) `;
}

const COLUMNS = ["change", "time", "user", "host", "removed", "replaced", "added", "undoes", "undone_by", "command"];

function tsvOf(entries: readonly HistoryEntry[]): string {
  const rows = entries.map(({ number, time, user, host, counts, undoes, undoneBy, command }) => [
    number,
    time,
    user,
    host,
    counts?.removed ?? "",
    counts?.replaced ?? "",
    counts?.added ?? "",
    undoes ?? "",
    undoneBy ?? "",
    command,
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map((value) => tsvText(String(value))).join("\t")}\n`).join("");
}

/** A field of a TSV line: what would end it, or does something to a terminal, is escaped. */
function tsvText(text: string): string {
  return escapeControlsInJson(JSON.stringify(text)).slice(1, -1).replaceAll('\\"', '"');
}

const EXAMPLES = `
Examples:
  sessions log                the latest changes first
  sessions log --limit 5
  sessions log --conflicts    what an editor and a server both changed
  sessions undo               take the last one back`;
