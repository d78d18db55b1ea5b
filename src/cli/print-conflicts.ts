import type { ConflictHistory } from "../copies/conflict-history.js";
import type { ConflictLine } from "../store/conflict-log.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { CliContext } from "./context.js";
import { note, warn } from "./notes.js";
import { groupDigits } from "./render/numbers.js";
import { escapeControls, escapeControlsInJson, visibleText } from "./render/visible.js";
import type { Settings } from "./settings.js";

/** The sessions that a server and a program without the lock both changed, the latest first. */
export async function printConflicts(
  context: CliContext,
  settings: Settings,
  { conflicts, unreadable }: ConflictHistory,
  limit?: number,
): Promise<void> {
  const shown = [...conflicts].reverse().slice(0, limit);
  const { stdout } = context;
  if (settings.isJson) {
    await stdout.write(`${escapeControlsInJson(JSON.stringify(shown.map(objectOf), undefined, 2))}\n`);
  } else {
    await stdout.write(stdout.isTerminal ? await blocksOf(context, settings, shown) : tsvOf(shown));
  }
  if (unreadable.length > 0) {
    await warn(context, settings, `damaged, or not to be read, and left out: ${unreadable.join(", ")}`);
  }
  if (settings.isJson) return;
  if (shown.length < conflicts.length) {
    await note(context, `showing ${groupDigits(shown.length)} of ${groupDigits(conflicts.length)} conflicts`);
  } else if (conflicts.length > 0) {
    await note(context, "Of each session: what counts, and its record as the server had it and as the file had it.");
  } else if (unreadable.length === 0) {
    await note(context, "No session came into conflict between a server and an editor.");
  }
}

function objectOf({ time, sessionId, kept, manager, managerBase64, file, fileBase64 }: ConflictLine): object {
  const counts = Object.fromEntries(Object.entries(kept).map(([column, side]) => [column, nameOf(side)]));
  const [server, serverBase64] = [manager, managerBase64];
  return { time, session_id: sessionId, counts, server, server_base64: serverBase64, file, file_base64: fileBase64 };
}

function nameOf(side: "manager" | "file"): string {
  return side === "manager" ? "server" : "file";
}

/** A block for each: a table would cut the records off before they differ. */
async function blocksOf(
  { clock }: CliContext,
  settings: Settings,
  conflicts: readonly ConflictLine[],
): Promise<string> {
  const { relativeTime } = await import("./render/time.js");
  const style = settings.styleOf("stdout");
  return conflicts
    .map((conflict) => {
      const when = relativeTime(Date.parse(conflict.time) * (MICROSECONDS_PER_SECOND / 1000), clock());
      const [server, file] = recordsOf(conflict).map(visibleText);
      return [
        `${style.bold(visibleText(conflict.sessionId))}  ${when}  ${visibleText(whatCounts(conflict))}\n`,
        server === "" ? "" : `  server  ${server}\n`,
        file === "" ? "" : `  file    ${file}\n`,
      ].join("");
    })
    .join("");
}

const COLUMNS = ["time", "session_id", "what_counts", "server", "file"];

function tsvOf(conflicts: readonly ConflictLine[]): string {
  const rows = conflicts.map((conflict) => [
    conflict.time,
    conflict.sessionId,
    whatCounts(conflict),
    ...recordsOf(conflict),
  ]);
  return [COLUMNS, ...rows].map((row) => `${row.map(escapeControls).join("\t")}\n`).join("");
}

/** Whose version stands in the file now, by column. */
function whatCounts({ kept }: ConflictLine): string {
  const sides = Object.entries(kept);
  const { session_id: there } = kept;
  if (there !== undefined) return there === "manager" ? "put back by the server" : "there again";
  if (sides.length === 0) return "deleted";
  return sides.map(([column, side]) => `${column}: ${nameOf(side)}`).join(", ");
}

/** Empty where one of them had none. */
function recordsOf({ manager, managerBase64, file, fileBase64 }: ConflictLine): [string, string] {
  return [manager ?? decoded(managerBase64), file ?? decoded(fileBase64)];
}

/** What is no UTF-8 is shown as far as it can be. */
function decoded(base64 = ""): string {
  return Buffer.from(base64, "base64").toString();
}
