import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { InvalidArgumentError, Option, type Command } from "commander";
import { tzOffset } from "@date-fns/tz/tzOffset";
import { SessionsError, systemErrorCode } from "../errors.js";
import type { Retention } from "../session/retention.js";
import type { NaiveOffset } from "../session/timestamp.js";
import type { CliContext } from "./context.js";
import { withStoreNamed } from "./name-store.js";
import { parseDuration, parsePositiveDuration } from "./parse/duration.js";
import { parseTime, resolveTime, type TimeInput } from "./parse/time.js";
import { colourWanted, PLAIN_STYLE, type ColourChoice, type Style } from "./render/style.js";
import { isTimeZone } from "./render/time.js";

/** The options that every command takes, typed. */
export interface GlobalOptions {
  readonly store?: string;
  readonly timeout?: number;
  readonly now?: TimeInput;
  readonly tz?: string;
  readonly fileTz?: string;
  readonly color: ColourChoice;
  readonly json?: boolean;
  readonly lockWait: number;
  readonly log?: boolean;
}

const DEFAULT_TIMEOUT_MINUTES = 60;
const STORE_VARIABLES = ["SESSIONS_STORE", "SESSIONS_CSV_PATH"] as const;
const DEFAULT_PATHS = ["sessions.csv", path.join("backend", "sessions.csv")] as const;

export function addGlobalOptions(program: Command): Command {
  return program
    .option(
      "-s, --store <path>",
      "the sessions file, - for standard input (default: $SESSIONS_STORE, ./sessions.csv, …)",
    )
    .option("--timeout <duration>", "idle for this long or longer is expired (default: 60m)", parsePositiveDuration)
    .option("--json", "machine-readable output, errors included")
    .addOption(new Option("--color <when>", "colour").choices(["auto", "always", "never"]).default("auto"))
    .option("--tz <zone>", "time zone of times that people read, for example Europe/Berlin", parseTimeZone)
    .option("--file-tz <zone>", "time zone of times in the file that name none (default: UTC)", parseTimeZone)
    .option("--no-log", "keep a change out of the log; it cannot be undone then")
    .option("--now <time>", "take this for the current time", parseTime)
    .addOption(
      new Option("--lock-wait <duration>", "how long to wait for another writer")
        .argParser(parseDuration)
        .default(10, "10s"),
    );
}

/** What the options, the environment and `.env` together say. */
export class Settings {
  readonly #context: CliContext;
  readonly #options: GlobalOptions;
  #dotEnv: Readonly<Record<string, string | undefined>> | undefined;
  #retention: Retention | undefined;

  constructor(context: CliContext, options: GlobalOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** When a session counts as expired; the clock is read once. */
  get retention(): Retention {
    this.#retention ??= { now: this.#now(), timeoutSeconds: this.#timeoutSeconds() };
    return this.#retention;
  }

  get lockWaitMs(): number {
    return this.#options.lockWait * 1000;
  }

  /** Changes are written into the change log. */
  get logsChanges(): boolean {
    const wanted = this.#variable("SESSIONS_LOG")?.value.toLowerCase();
    return this.#options.log !== false && wanted !== "off" && wanted !== "0" && wanted !== "no" && wanted !== "false";
  }

  /** What to type next, so that it looks at the store that `--store` names. */
  hint(text: string): string {
    return withStoreNamed(text, this.#options.store);
  }

  get isJson(): boolean {
    return this.#options.json === true;
  }

  /** Of times that people read. */
  get timeZone(): string {
    // The option was checked when it was parsed, the variable was not.
    const zone = this.#options.tz ?? this.#context.env["TZ"];
    return zone !== undefined && isTimeZone(zone) ? zone : systemTimeZone();
  }

  get naiveOffset(): NaiveOffset {
    const zone = this.#options.fileTz ?? this.#variable("SESSIONS_FILE_TZ")?.value;
    if (zone === undefined || zone === "") return undefined;
    if (!isTimeZone(zone)) throw usage(`SESSIONS_FILE_TZ is no time zone: "${zone}"`, "name one such as Europe/Berlin");
    return (localSeconds) => localOffset(zone, localSeconds);
  }

  styleOf(stream: "stdout" | "stderr"): Style {
    const { isTerminal } = this.#context[stream];
    const isWanted = colourWanted({ choice: this.#options.color, isTerminal, env: this.#context.env });
    return (isWanted ? this.#context.colours : undefined) ?? PLAIN_STYLE;
  }

  /** The store that an option or the environment names. @throws SessionsError USAGE for an option without a name */
  givenStore(): string | undefined {
    const given = this.#options.store?.trim();
    if (given === "") throw usage("--store is empty", "name the file, for example: --store sessions.csv");
    if (given !== undefined) return given;
    return STORE_VARIABLES.map((name) => this.#context.env[name]?.trim()).find((value) => (value ?? "") !== "");
  }

  /** The store to use, and how it was found where nobody gave it on the command line or in the environment. */
  findStore(): { readonly location: string; readonly found: string | undefined } {
    const given = this.givenStore();
    if (given !== undefined) return { location: given, found: undefined };
    for (const name of STORE_VARIABLES) {
      const location = this.#readDotEnv()[name]?.trim() ?? "";
      if (location !== "") return { location, found: `named by ${name} in .env` };
    }
    const found = DEFAULT_PATHS.find((candidate) => isThere(path.resolve(this.#context.workingDirectory, candidate)));
    if (found !== undefined) return { location: found, found: "found here; --store names another" };
    const gone = DEFAULT_PATHS.find((candidate) =>
      isThere(path.resolve(this.#context.workingDirectory, `${candidate}.d/backups`)),
    );
    throw new SessionsError("STORE_NOT_FOUND", {
      path: DEFAULT_PATHS[0],
      reason: `there is no ${DEFAULT_PATHS.join(" and no ")} here`,
      hint:
        gone === undefined
          ? "name it with --store <path> or $SESSIONS_STORE; or make an empty one with: sessions init"
          : `the backups of ${gone} are still there: sessions -s ${gone} restore latest`,
    });
  }

  #now(): number {
    const clock = this.#context.clock();
    return this.#options.now === undefined ? clock : resolveTime(this.#options.now, clock);
  }

  #timeoutSeconds(): number {
    if (this.#options.timeout !== undefined) return this.#options.timeout;
    const variable = this.#variable("SESSION_TIMEOUT_MINUTES");
    if (variable === undefined) return DEFAULT_TIMEOUT_MINUTES * 60;
    const minutes = Number(variable.value);
    if (variable.value.trim() !== "" && minutes > 0 && Number.isFinite(minutes)) return minutes * 60;
    throw usage(
      `SESSION_TIMEOUT_MINUTES${variable.from} is no number of minutes above 0: "${variable.value}"`,
      "set it to a number such as 60, or give --timeout 60m",
    );
  }

  #variable(name: string): { readonly value: string; readonly from: string } | undefined {
    const given = this.#context.env[name];
    if (given !== undefined && given !== "") return { value: given, from: "" };
    const written = this.#readDotEnv()[name];
    return written === undefined || written === "" ? undefined : { value: written, from: " in .env" };
  }

  #readDotEnv(): Readonly<Record<string, string | undefined>> {
    this.#dotEnv ??= readDotEnv(path.join(this.#context.workingDirectory, ".env"));
    return this.#dotEnv;
  }
}

function readDotEnv(file: string): Readonly<Record<string, string | undefined>> {
  try {
    return parseEnv(readFileSync(file, "utf8").replace(/^\ufeff/, ""));
  } catch (error) {
    // Not there, a directory (Python virtual environments are often called .env), or not ours to read.
    if (systemErrorCode(error) !== undefined) return {};
    throw error;
  }
}

/** Something that cannot be looked at is there too: opening it says what is wrong. */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

function parseTimeZone(name: string): string {
  if (isTimeZone(name)) return name;
  throw new InvalidArgumentError(`"${name}" is no time zone. Write for example UTC or Europe/Berlin.`);
}

function systemTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Seconds that a zone's local time is ahead of UTC; in the hour that repeats, the earlier meaning. */
function localOffset(zone: string, localSeconds: number): number {
  const offsetAt = (utcSeconds: number): number => tzOffset(zone, new Date(utcSeconds * 1000)) * 60;
  const before = offsetAt(localSeconds - 86_400);
  return offsetAt(localSeconds - before) === before ? before : offsetAt(localSeconds - offsetAt(localSeconds + 86_400));
}

function usage(reason: string, hint: string): SessionsError {
  return new SessionsError("USAGE", { reason, hint });
}
