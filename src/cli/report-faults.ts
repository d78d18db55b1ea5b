import { existsSync } from "node:fs";
import path from "node:path";
import type { Faults } from "../store/store.js";
import type { CliContext } from "./context.js";
import { warn } from "./notes.js";
import { count } from "./render/numbers.js";
import { visibleText } from "./render/visible.js";
import type { Settings } from "./settings.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";

const LINES_SHOWN = 5;

/** Says on stderr which records a reading command did not show. */
export async function reportLeftOut(
  context: CliContext,
  settings: Settings,
  location: string,
  faults: Faults,
): Promise<void> {
  if (faults.count === 0) return;
  const verb = faults.count === 1 ? "is" : "are";
  // An earlier version of a file is in memory only.
  const isFile = existsSync(path.resolve(context.workingDirectory, location));
  const file = isFile ? shellQuote(shownPath(context, location)) : undefined;
  const next = file === undefined ? "" : `  see what is wrong with them with: sessions validate ${file}\n`;
  await warn(
    context,
    settings,
    `${count(faults.count, "record")} of ${location} ${verb} left out, not whole:`,
    `${findingLines(faults)}${next}`,
  );
}

/** Says on stderr which records a writing command cannot decode and keeps as they are. */
export async function reportUndecodable(context: CliContext, settings: Settings, faults: Faults): Promise<void> {
  if (faults.count === 0) return;
  const verb =
    faults.count === 1 ? "cannot be decoded and is kept as it is" : "cannot be decoded and are kept as they are";
  await warn(context, settings, `${count(faults.count, "record")} ${verb}:`, findingLines(faults));
}

/** The first findings, one a line, then how many more there are. */
export function findingLines({ count: total, findings }: Faults): string {
  const shown = findings.slice(0, LINES_SHOWN);
  const lines = shown.map(
    ({ line, message }) => `  ${line === undefined ? "" : `line ${line}: `}${visibleText(message)}\n`,
  );
  if (total > shown.length) {
    const others = findings.slice(LINES_SHOWN).flatMap(({ line }) => (line === undefined ? [] : [line]));
    const where = others.length === 0 ? "" : `, on lines ${others.join(", ")}${total > findings.length ? ", …" : ""}`;
    lines.push(`  and ${total - shown.length} more${where}\n`);
  }
  return lines.join("");
}
