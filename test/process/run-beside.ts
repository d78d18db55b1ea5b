// Servers and commands at work on one file, some of them killed, and the history of it.
import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "csv-parse/sync";
import { COLUMN_NAMES } from "../../src/session/columns.js";
import { findViolations } from "./check-history.js";
import { stateOfFields, stepsOfCommands } from "./command-log.js";
import { COMMAND_KINDS, runCommands, type CommandRun } from "./command-loop.js";
import { monotonicTime, sameState, stateText, type State, type Step, type Value } from "./history.js";
import { stepsOfServer } from "./server-log.js";

export interface BesideOptions {
  /** model-server.ts, bundled. */
  readonly server: string;
  /** bin/sessions.js. */
  readonly command: string;
  /** An empty folder. */
  readonly folder: string;
  readonly servers: number;
  readonly callers: number;
  /** How many of the kinds of commands run beside them, each in a loop. */
  readonly loops: number;
  /** It ends after so long; 0: when the servers have reached `operations`. */
  readonly milliseconds: number;
  /** A server ends after so many acknowledged operations. */
  readonly operations: number;
  /** About so often a server is killed, and another one started in its place; 0: never. */
  readonly killEveryMs: number;
  /** How often a command is killed, from 0 to 1. */
  readonly killRate: number;
  /** A step of the protocol that the servers leave out; see break-protocol.ts. */
  readonly broken: string;
}

export interface BesideReport {
  /** Acknowledged by servers. */
  readonly operations: number;
  /** That changed something, whether they lived to say so or not. */
  readonly commands: number;
  readonly kills: number;
  readonly observations: number;
  readonly sessions: number;
  /** Why operations were refused, and how often. */
  readonly refused: ReadonlyMap<string, number>;
  readonly violations: readonly string[];
}

/** A column that is not ours, and a record that is no session: both are to stay. */
const COLUMNS = [...COLUMN_NAMES, "note"];
const TORN = "torn,by hand";
const STOP_MS = 30_000;

export async function runBeside(options: BesideOptions): Promise<BesideReport> {
  const file = path.join(options.folder, "s.csv");
  fs.writeFileSync(file, `${COLUMNS.join(",")}\r\n${TORN}\r\n`);
  const run = new Run(file, options);
  await run.work();
  return run.report();
}

class Run {
  readonly #file: string;
  readonly #options: BesideOptions;
  readonly #observer: Observer;
  readonly #commandRuns: CommandRun[] = [];
  readonly #logs: { readonly file: string; readonly diedAt: number }[] = [];
  readonly #violations: string[] = [];
  #servers: (ChildProcess | undefined)[] = [];
  #kills = 0;
  #isStopping = false;

  constructor(file: string, options: BesideOptions) {
    this.#file = file;
    this.#options = options;
    this.#observer = new Observer(file);
  }

  async work(): Promise<void> {
    const { command, loops, killRate, milliseconds, servers } = this.#options;
    const isStopping = (): boolean => this.#isStopping;
    const commands = COMMAND_KINDS.slice(0, loops).map((kind) =>
      runCommands(kind, { command, file: this.#file, killRate, isStopping }, this.#commandRuns),
    );
    const slots = Array.from({ length: servers }, (_, slot) => this.#keepServer(slot));
    const killing = this.#killNowAndThen();
    const watching = this.#watch();
    if (milliseconds > 0) await pause(milliseconds);
    else await Promise.all(slots);
    this.#isStopping = true;
    for (const server of this.#servers) server?.kill("SIGTERM");
    const deadline = setTimeout(() => {
      this.#violations.push(`a server did not end within ${STOP_MS} ms`);
      for (const server of this.#servers) server?.kill("SIGKILL");
    }, STOP_MS);
    await Promise.all([...commands, ...slots, killing, watching]);
    clearTimeout(deadline);
  }

  report(): BesideReport {
    const steps: Step[] = stepsOfCommands(this.#file, COLUMNS, this.#commandRuns);
    const commands = new Set(steps.map(({ what }) => what.split(",")[0])).size;
    const refused = new Map<string, number>();
    let operations = 0;
    for (const { file, diedAt } of this.#logs) {
      const served = stepsOfServer(fs.readFileSync(file, "utf8"), diedAt);
      for (const step of served.steps) steps.push(step);
      operations += served.acknowledged;
      for (const code of served.refused) refused.set(code, (refused.get(code) ?? 0) + 1);
    }
    const sessionIds = new Set(steps.map(({ sessionId }) => sessionId));
    const seen = this.#observer.finish(sessionIds);
    for (const step of seen) steps.push(step);
    return {
      operations,
      commands,
      kills: this.#kills + this.#commandRuns.filter(({ exitCode }) => exitCode === undefined).length,
      observations: this.#observer.count,
      sessions: sessionIds.size,
      refused,
      violations: [...this.#violations, ...this.#observer.violations, ...findViolations(steps)],
    };
  }

  /** One server after the other, until it is to stop, or one has done what it was to do. */
  async #keepServer(slot: number): Promise<void> {
    const { server, callers, operations, broken, folder } = this.#options;
    for (let number = 0; !this.#isStopping; number += 1) {
      const name = `m${slot}.${number}`;
      const file = path.join(folder, `${name}.log`);
      const log = fs.openSync(file, "a");
      const argv = [server, this.#file, name, String(callers), String(operations), broken];
      const child = spawn(process.execPath, argv, { stdio: ["ignore", log, "inherit"] });
      this.#servers[slot] = child;
      fs.closeSync(log);
      const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
      this.#logs.push({ file, diedAt: monotonicTime() });
      if (code === 0) return;
      if (code !== null) {
        this.#violations.push(`server ${name} ended with exit code ${code}`);
        return;
      }
    }
  }

  async #killNowAndThen(): Promise<void> {
    const { killEveryMs, servers } = this.#options;
    while (killEveryMs > 0 && !this.#isStopping) {
      await pause(killEveryMs * 2 * Math.random());
      if (this.#servers[Math.floor(Math.random() * servers)]?.kill("SIGKILL") === true) this.#kills += 1;
    }
  }

  async #watch(): Promise<void> {
    while (!this.#isStopping) {
      this.#observer.look();
      await pause(10);
    }
  }
}

interface Observation {
  readonly state: State;
  readonly begin: number;
  readonly end: number;
}

/** Reads the file again and again. Of observations that are the same, one after the other, only the first and the last are kept. */
class Observer {
  readonly #file: string;
  readonly #last = new Map<string, Observation>();
  readonly #steps: Step[] = [];
  readonly violations: string[] = [];
  count = 0;
  #lookedAt = 0;

  constructor(file: string) {
    this.#file = file;
  }

  look(): void {
    const begin = monotonicTime();
    const text = fs.readFileSync(this.#file, "utf8");
    const end = monotonicTime();
    this.count += 1;
    try {
      this.#note(statesIn(text), begin, end);
    } catch (error) {
      this.violations.push(`the file cannot be read: ${String(error)}`);
    }
    this.#lookedAt = begin;
  }

  /** Looks once more, at all sessions that there ever were. */
  finish(sessionIds: Iterable<string>): readonly Step[] {
    this.look();
    for (const sessionId of sessionIds) {
      const { state, begin, end } = this.#last.get(sessionId) ?? {
        state: undefined,
        begin: this.#lookedAt,
        end: monotonicTime(),
      };
      this.#steps.push(observed(sessionId, { state, begin, end }));
    }
    return this.#steps;
  }

  #note(states: ReadonlyMap<string, Value>, begin: number, end: number): void {
    for (const sessionId of new Set([...this.#last.keys(), ...states.keys()])) {
      const before = this.#last.get(sessionId);
      const now = { state: states.get(sessionId), begin, end };
      if (before === undefined || !sameState(before.state, now.state)) {
        if (before !== undefined) this.#steps.push(observed(sessionId, before));
        this.#steps.push(observed(sessionId, now));
      }
      this.#last.set(sessionId, now);
    }
  }
}
function observed(sessionId: string, { state, begin, end }: Observation): Step {
  const apply: Step["apply"] = (before) => (sameState(before, state) ? before : "impossible");
  return { sessionId, what: `seen ${stateText(state)}`, begin, end, isUncertain: false, apply };
}

/** @throws where it is not whole: another header, a session twice, a record that nobody wrote, one that is gone */
function statesIn(text: string): Map<string, Value> {
  const lines = text.split("\r\n");
  if (lines[0] !== COLUMNS.join(",") || lines[1] !== TORN || lines.at(-1) !== "") {
    throw new Error(
      `it begins with ${JSON.stringify(text.slice(0, 200))}, and ends with ${JSON.stringify(text.slice(-50))}`,
    );
  }
  const states = new Map<string, Value>();
  const records = parse<Record<string, string>>(lines.slice(2).join("\r\n"), { columns: COLUMNS });
  for (const fields of records) {
    const { session_id: sessionId = "" } = fields;
    if (states.has(sessionId)) throw new Error(`${sessionId} is there twice`);
    const state = stateOfFields(fields);
    if (state !== undefined) states.set(sessionId, state);
  }
  return states;
}
