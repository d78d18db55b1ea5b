import type { SessionReading } from "../store/store.js";
import type { CliContext } from "./context.js";
import type { ExportPlan } from "./export-options.js";
import type { ExportFlags } from "./export-sessions.js";
import type { WrittenExport } from "./export-target.js";
import { note, warn } from "./notes.js";
import { count, humanBytes } from "./render/numbers.js";
import { escapeControlsInJson } from "./render/visible.js";
import { warningText } from "./report-removal.js";
import type { Settings } from "./settings.js";

interface ExportReport extends WrittenExport<ExportFlags> {
  readonly plan: ExportPlan;
  readonly store: string;
  readonly reading: SessionReading;
}

/** Says what was written to a file. */
export async function reportWritten(context: CliContext, settings: Settings, report: ExportReport): Promise<void> {
  const { plan, store, reading, answer, byteLength, warnings } = report;
  const { output = "", format } = plan;
  const sessions = reading.count ?? 0;
  if (settings.isJson) {
    const body = {
      store,
      output,
      format,
      sessions,
      bytes: byteLength,
      redacted: plan.isRedacted,
      invalid_json: answer.invalidJson,
      repeated_ids: answer.repeatedIds,
      lost_times: answer.lostTimes,
      long_cells: answer.longCells,
      left_out: reading.leftOut.count,
      warnings,
    };
    await context.stdout.write(`${escapeControlsInJson(JSON.stringify(body, undefined, 2))}\n`);
  } else
    await note(context, `Wrote ${count(sessions, "session")} to ${output} (${format}, ${humanBytes(byteLength)}).`);
  await reportFlags(context, settings, answer);
  for (const warning of warnings) await warn(context, settings, warningText(warning));
}

/** Warns of what could not go out as it stands. */
export async function reportFlags(context: CliContext, settings: Settings, flags: ExportFlags): Promise<void> {
  const { invalidJson, repeatedIds, lostTimes, longCells } = flags;
  const texts = [
    [
      invalidJson,
      `${count(invalidJson, "session")} with JSON that is not valid: it stands as text; ${settings.hint("see: sessions validate")}`,
    ],
    [repeatedIds, `${count(repeatedIds, "record")} with an id that stood before: of each id the last record stays`],
    [lostTimes, `${count(lostTimes, "time")} that cannot be read: NULL stands for them`],
    [longCells, `${count(longCells, "cell")} longer than the 32,767 characters that Excel takes`],
  ] as const;
  for (const [howMany, text] of texts) if (howMany > 0) await warn(context, settings, text);
}
