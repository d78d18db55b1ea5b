import { readdirSync } from "node:fs";
import path from "node:path";
import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";
import { count } from "./render/numbers.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";
import { suggest } from "./suggest.js";

const MOST_NAMED = 5;

/**
 * Does what opens a file that must hold something already. Where the file is not there, the error names the CSV files that
 * are in its folder.
 */
export function openExisting<T>(context: CliContext, open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    const { path: missing = "" } = error.details;
    const names = csvFilesBeside(missing);
    throw new SessionsError(error.code, {
      ...error.details,
      suggestions: suggest(path.basename(missing), names).map((name) => typed(context, missing, name)),
      hint: names.length === 0 ? "check the path" : `check the path; there ${listed(context, missing, names)}`,
    });
  }
}

function listed(context: CliContext, missing: string, names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).map((name) => typed(context, missing, name));
  const others = names.length - shown.length;
  const verb = names.length === 1 ? "is" : "are";
  return `${verb} ${shown.join(", ")}${others === 0 ? "" : ` and ${count(others, "other CSV file")}`}`;
}

function typed(context: CliContext, missing: string, name: string): string {
  return shellQuote(shownPath(context, path.join(path.dirname(missing), name)));
}

function csvFilesBeside(missing: string): readonly string[] {
  try {
    const entries = readdirSync(path.dirname(missing), { withFileTypes: true });
    return entries
      .filter((entry) => /\.csv$/i.test(entry.name) && !entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    // The folder is not there either, or may not be read.
    return [];
  }
}
