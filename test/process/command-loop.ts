// Runs one command after the other on a file, kills some of them, and keeps what each of them answered.
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { monotonicTime } from "./history.js";

export const COMMAND_KINDS = ["import", "delete", "prune", "undo"] as const;
export type CommandKind = (typeof COMMAND_KINDS)[number];

/** A command that is over. Times in microseconds, monotonic. */
export interface CommandRun {
  readonly kind: CommandKind;
  /** Stands in the command line, and so in its entry of the change log; the values that it sets are this. */
  readonly operation: string;
  readonly begin: number;
  readonly end: number;
  /** Undefined where it was killed. */
  readonly exitCode: number | undefined;
}

export interface CommandLoopOptions {
  /** bin/sessions.js. */
  readonly command: string;
  readonly file: string;
  /** How often a command is killed, from 0 to 1. */
  readonly killRate: number;
  readonly isStopping: () => boolean;
}

let commands = 0;

/** Runs commands of one kind until it is to stop; kills are at a random moment of the first 150 milliseconds. */
export async function runCommands(kind: CommandKind, options: CommandLoopOptions, runs: CommandRun[]): Promise<void> {
  while (!options.isStopping()) {
    // A number of seconds that no other command waits for the lock: a mark that its line in the log has too.
    const operation = String(100_000 + (commands += 1));
    const argv = argumentsOf(kind, operation, options.file);
    if (argv !== undefined) {
      const killAfterMs = Math.random() < options.killRate ? Math.random() * 150 : undefined;
      runs.push(await run(kind, operation, argv, options, killAfterMs));
    }
    await pause(Math.random() * 20);
  }
}

async function run(
  kind: CommandKind,
  operation: string,
  argv: readonly string[],
  { command, file }: CommandLoopOptions,
  killAfterMs: number | undefined,
): Promise<CommandRun> {
  const begin = monotonicTime();
  const common = ["--yes", "--json", "--lock-wait", `${operation}s`];
  const child = spawn(process.execPath, [command, "-s", file, ...argv, ...common], { stdio: "ignore" });
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const exitCode = await new Promise<number | undefined>((resolve) =>
    child.on("exit", (code) => resolve(code ?? undefined)),
  );
  clearTimeout(timer);
  return { kind, operation, begin, end: monotonicTime(), exitCode };
}

/** @returns undefined where there is nothing to do it with */
function argumentsOf(kind: CommandKind, operation: string, file: string): readonly string[] | undefined {
  if (kind === "undo") return ["undo"];
  if (kind === "prune") return ["prune", "--idle", "7d"];
  const ids = parse<Record<string, string>>(fs.readFileSync(file), { columns: true, relax_column_count: true })
    .map(({ session_id: id = "", metadata }) => (metadata === undefined ? "" : id))
    .filter((id) => id !== "");
  const one = ids[Math.floor(Math.random() * ids.length)];
  if (kind === "delete") return one === undefined ? undefined : ["delete", one];
  const source = path.join(path.dirname(file), `in-${kind}.csv`);
  const incoming = [`${operation}-0`, `${operation}-1`, ...(one === undefined ? [] : [one])];
  // Old enough for the prune, unless a server works with them.
  const rows = incoming.map(
    (id) => `${id},api_${id},api,t-${id},2020-01-01T00:00:00,2020-01-01T00:00:00,,"{""v"": ""${operation}""}"`,
  );
  fs.writeFileSync(source, [COLUMN_NAMES.join(","), ...rows, ""].join("\r\n"));
  return ["import", source, "--on-conflict", "replace"];
}
