import { Option, type Command } from "commander";
import type { Selection } from "../../session/query.js";
import type { StatsGrouping } from "../../session/stats.js";
import type { StoreStats } from "../../store/store.js";
import type { CliContext } from "../context.js";
import { explainNothingFound } from "../explain-nothing-found.js";
import { openStore } from "../open-store.js";
import { parseCount } from "../parse/numbers.js";
import { formatOf } from "../print-sessions.js";
import type { RowFormat } from "../render/formats.js";
import { reportLeftOut } from "../report-faults.js";
import { addSelectionOptions, requireFields, selectionFrom, type SelectionOptions } from "../selection-options.js";
import { Settings, type GlobalOptions } from "../settings.js";

const FORMATS = ["table", "tsv", "csv", "json", "jsonl", "md", "prometheus"] as const;

export interface StatsOptions extends GlobalOptions, SelectionOptions {
  readonly by: string;
  readonly format?: Exclude<RowFormat, "ids"> | "table" | "prometheus";
  readonly limit?: number;
}

export function statsCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("stats")
    .description("Count sessions: in all, active, expired, pending, by platform; idle times; size of the file.");
  addSelectionOptions(command, { takesArguments: false })
    .option("--by <group>", "platform, user, day, hour (of the last activity, UTC) or any field", "platform")
    .option("--limit <count>", "at most this many groups", parseCount)
    .addOption(
      new Option("--format <format>", "how to print (default: table on a terminal, else tsv)").choices(FORMATS),
    );
  return command
    .addHelpText("after", EXAMPLES)
    .action(async () => runStats(context, command.optsWithGlobals<StatsOptions>()));
}

export async function runStats(context: CliContext, options: StatsOptions): Promise<void> {
  const settings = new Settings(context, options);
  const store = await openStore(context, settings);
  const { retention } = settings;
  const columnNames = async (): Promise<readonly string[]> => (await store.describe()).columns.names;
  const grouping = await groupingOf(options.by, columnNames);
  const selection: Selection = await selectionFrom(options, retention, columnNames);
  const stats = await store.stats({ selection, retention, grouping });
  await context.stdout.write(await printed(context, settings, options, store.location, stats));
  await reportLeftOut(context, settings, store.location, stats.leftOut);
  if (stats.total === 0) await explainNothingFound(context, settings, store, options);
}

async function groupingOf(by: string, columnNames: () => Promise<readonly string[]>): Promise<StatsGrouping> {
  if (by === "day" || by === "hour") return by;
  if (by === "platform") return { field: by };
  if (by === "user") return { field: "user_id" };
  requireFields([by], await columnNames());
  return { field: by };
}

async function printed(
  context: CliContext,
  settings: Settings,
  options: StatsOptions,
  location: string,
  stats: StoreStats,
): Promise<string> {
  const { by, limit = Infinity } = options;
  if (options.format === "prometheus") {
    const { renderPrometheus } = await import("../render/prometheus.js");
    return renderPrometheus(stats, by, limit);
  }
  const format = formatOf(context.stdout, settings, options.format);
  if (format === "table") {
    const { renderStats } = await import("../render/stats-table.js");
    const { retention, timeZone } = settings;
    const { isTerminal, columns } = context.stdout;
    const look = { retention, timeZone, style: settings.styleOf("stdout"), width: isTerminal ? columns : 100, limit };
    return renderStats(stats, by, location, look);
  }
  const { statsJson, statsRows } = await import("../render/stats-rows.js");
  if (format === "json") return statsJson(stats, by, location, settings.retention, limit);
  return statsRows(stats, by, format, limit);
}

const EXAMPLES = `
Examples:
  sessions stats                            by platform, with bars
  sessions stats --by user --limit 10       who has the most sessions
  sessions stats --by day --since 7d        activity of the last week
  sessions stats --by metadata.source --expired
  sessions stats --format prometheus > /var/lib/node_exporter/sessions.prom`;
