// What commands did to each session, by the change log of the file, as steps of a history.
import fs from "node:fs";
import path from "node:path";
import { parse } from "csv-parse/sync";
import type { LoggedChange, LoggedEdit } from "../../src/store/change-log.js";
import type { CommandRun } from "./command-loop.js";
import { sameState, stateText, type State, type Step } from "./history.js";

interface Entry {
  readonly change: LoggedChange;
  readonly edits: readonly LoggedEdit[];
}

/** Done, and done though the disk did not confirm it. */
const MADE: ReadonlySet<number> = new Set([0, 16]);

/**
 * A command that ended well did what its entry in the log says; one that was killed may have, or left the entry before it
 * did anything.
 * @param columns of the file, in their order
 */
export function stepsOfCommands(file: string, columns: readonly string[], runs: readonly CommandRun[]): Step[] {
  const entries = entriesOf(file);
  const byNumber = new Map(entries.map((entry) => [entry.change.number, entry]));
  return entries.flatMap((entry) => {
    const { command, number, undoes } = entry.change;
    const run = runs.find(({ operation }) => command.includes(`--lock-wait ${operation}s`));
    if (run === undefined) throw new Error(`Change ${number} is of no command of ours: ${command}`);
    const { kind, operation, begin, end, exitCode } = run;
    if (exitCode !== undefined && !MADE.has(exitCode)) return [];
    return entry.edits.flatMap(({ sessionId, removed }): Step[] => {
      if (sessionId === undefined) return [];
      const from = stateOf(removed, columns);
      const to = kind === "import" ? { version: operation, approval: "" } : undefined;
      const undone = undoes === undefined ? undefined : byNumber.get(undoes);
      const target = kind === "undo" ? stateBefore(undone, sessionId, columns) : to;
      const what = `${kind} ${operation} as change ${number}, ${stateText(from)} to ${stateText(target)}`;
      const apply: Step["apply"] = (before) => (sameState(before, from) ? target : "impossible");
      return [{ sessionId, what, begin, end, isUncertain: exitCode === undefined, apply }];
    });
  });
}

function entriesOf(file: string): Entry[] {
  const folder = `${file}.d/log`;
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => /^\d.*\.jsonl$/.test(name))
    .sort()
    .map((name) => {
      const lines = fs.readFileSync(path.join(folder, name), "utf8").trimEnd().split("\n");
      const values = lines.map((line) => JSON.parse(line) as LoggedChange | LoggedEdit);
      return { change: values.at(-1) as LoggedChange, edits: values.slice(0, -1) as LoggedEdit[] };
    });
}

/** What a change found, for one that takes it back. */
function stateBefore(entry: Entry | undefined, sessionId: string, columns: readonly string[]): State {
  return stateOf(entry?.edits.find((edit) => edit.sessionId === sessionId)?.removed, columns);
}

/** @param record its text, with or without line breaks; undefined where there was none */
function stateOf(record: string | undefined, columns: readonly string[]): State {
  if (record === undefined) return undefined;
  const [fields = {}] = parse<Record<string, string>>(record.trim(), { columns: [...columns] });
  return stateOfFields(fields);
}

/** The state of a session, by its fields. */
export function stateOfFields({ metadata = "", pending_approval: approval = "" }: Record<string, string>): State {
  return {
    version: (JSON.parse(metadata) as { v: string }).v,
    approval: approval === "" ? "" : (JSON.parse(approval) as { tag: string }).tag,
  };
}
