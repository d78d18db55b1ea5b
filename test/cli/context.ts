import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import type { CliContext, TextOutput } from "../../src/cli/context.js";
import { main } from "../../src/cli/main.js";
import { parseTimestamp } from "../../src/session/timestamp.js";

/** The clock of every test: the three sessions of `three-rows.csv` were active 15, 20 and 25 minutes before. */
export const NOW = "2025-09-30T10:45:00Z";

const FIXTURES = path.join(import.meta.dirname, "..", "..", "fixtures");

export interface RunOptions {
  /** All three streams are a terminal of this many columns and rows. */
  readonly terminal?: boolean | { readonly columns: number; readonly rows: number };
  readonly env?: Readonly<Record<string, string>>;
  /** What the person types, one answer a question; undefined is Ctrl-C. */
  readonly answers?: readonly (string | undefined)[];
  /** What the person types unseen, in the same way. */
  readonly secrets?: readonly (string | undefined)[];
  readonly stdin?: string | Uint8Array;
  /** Runs while the question stands, before the answer. */
  readonly whileAsked?: () => void;
  readonly interrupt?: AbortSignal;
}

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** A folder of its own, removed when the test ends, in which command lines run. */
export class Folder {
  readonly path = realpathSync(mkdtempSync(path.join(tmpdir(), "sessions-cli-")));

  constructor() {
    onTestFinished(() => rmSync(this.path, { recursive: true, force: true }));
  }

  file(name: string): string {
    return path.join(this.path, name);
  }

  /** Writes a file that was last changed a day ago, so that it does not look like a running backend's. */
  write(name: string, content: string | Uint8Array): string {
    const file = this.file(name);
    writeFileSync(file, content);
    return aged(file);
  }

  fixture(name: "three-rows.csv" | "python-backend.csv", as = "sessions.csv"): string {
    copyFileSync(path.join(FIXTURES, name), this.file(as));
    return aged(this.file(as));
  }

  /** What lies in the folder. */
  names(): string[] {
    return readdirSync(this.path).sort();
  }

  read(name: string): string {
    return readFileSync(this.file(name), "utf8");
  }

  /** Runs one command line in this folder. The folder's own name is replaced by `<dir>` in what it prints. */
  async run(argv: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    const stdout = new CapturedOutput(options.terminal);
    const stderr = new CapturedOutput(options.terminal);
    const exitCode = await main(argv, this.#context(stdout, stderr, argv, options), "1.2.3");
    const shown = (text: string): string => text.replaceAll(this.path, "<dir>");
    return { stdout: shown(stdout.text), stderr: shown(stderr.text), exitCode };
  }

  #context(stdout: CapturedOutput, stderr: CapturedOutput, argv: readonly string[], options: RunOptions): CliContext {
    const answers = [...(options.answers ?? [])];
    const secrets = [...(options.secrets ?? [])];
    return {
      stdout,
      stderr,
      stdin: {
        isTerminal: options.terminal !== undefined && options.terminal !== false,
        readAll: async () => Buffer.from(options.stdin ?? ""),
        async *chunks() {
          yield Buffer.from(options.stdin ?? "");
        },
      },
      env: { TZ: "UTC", ...options.env },
      workingDirectory: this.path,
      clock: () => parseTimestamp(NOW),
      process: { pid: 4711, host: "test-host", command: `sessions ${argv.join(" ")}`, user: "tester" },
      prompt: async (question) => {
        if (answers.length === 0) throw new Error(`nobody was to be asked: ${question}`);
        options.whileAsked?.();
        const answer = answers.shift();
        await stderr.write(`${question}${answer ?? "^C"}\n`);
        return answer;
      },
      promptSecret: async (question) => {
        if (secrets.length === 0) throw new Error(`nobody was to be asked: ${question}`);
        await stderr.write(`${question}\n`);
        return secrets.shift();
      },
      interruptSignal: () => options.interrupt ?? new AbortController().signal,
    };
  }
}

/** The lines of a session file as short ids need them: `id user` and whatever differs from the default. */
export function csvRow(
  fields: Partial<Record<"id" | "user" | "platform" | "created" | "active" | "pending" | "metadata", string>>,
): string {
  const { id = "s1", user = "telegram_1", platform = "telegram", pending = "", metadata = "{}" } = fields;
  const { created = "2025-09-30T08:00:00", active = "2025-09-30T09:00:00" } = fields;
  return [id, user, platform, `t-${id}`, created, active, pending, metadata].map(quoted).join(",");
}

export const HEADER = "session_id,user_id,platform,thread_id,created_at,last_activity,pending_approval,metadata";

/** A whole file with LF line ends. */
export function csvFile(...rows: readonly string[]): string {
  return [HEADER, ...rows].map((line) => `${line}\n`).join("");
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

function aged(file: string): string {
  const dayBefore = new Date(Date.parse(NOW) - 86_400_000);
  utimesSync(file, dayBefore, dayBefore);
  return file;
}

class CapturedOutput implements TextOutput {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  text = "";

  constructor(terminal: RunOptions["terminal"]) {
    this.isTerminal = terminal !== undefined && terminal !== false;
    ({ columns: this.columns, rows: this.rows } = typeof terminal === "object" ? terminal : { columns: 80, rows: 24 });
  }

  async write(text: string | Uint8Array): Promise<void> {
    this.text += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
  }
}
