import { hostname } from "node:os";
import { isatty } from "node:tty";
import { systemErrorCode } from "../errors.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { ioFailure } from "../storage/io-failure.js";
import type { CliContext, TextOutput } from "./context.js";
import { main } from "./main.js";
import { withoutSecrets } from "./redact.js";

declare const SESSIONS_VERSION: string;

/** The context of the real process. */
function processContext(argv: readonly string[]): CliContext {
  return {
    stdout: outputTo(1, () => process.stdout),
    stderr: outputTo(2, () => process.stderr),
    stdin: { isTerminal: isatty(0), readAll: readStandardInput },
    env: process.env,
    workingDirectory: process.cwd(),
    clock: () => Date.now() * (MICROSECONDS_PER_SECOND / 1000),
    process: { pid: process.pid, host: hostname(), command: withoutSecrets(`sessions ${argv.join(" ")}`) },
    prompt: askOnTerminal,
    interruptSignal,
  };
}

/** A standard stream, opened when something is written to it: opening costs a millisecond of start-up. */
function outputTo(fd: number, open: () => NodeJS.WriteStream): TextOutput {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => {
    if (opened !== undefined) return opened;
    opened = open();
    // Told to whoever waits for the write; without a listener it would end the process.
    opened.on("error", () => undefined);
    return opened;
  };
  const isTerminal = isatty(fd);
  const sizeOf = (side: "columns" | "rows", otherwise: number): number => {
    const size = isTerminal ? stream()[side] : 0;
    return size > 0 ? size : otherwise;
  };
  return {
    isTerminal,
    get columns() {
      return sizeOf("columns", 80);
    },
    get rows() {
      return sizeOf("rows", 24);
    },
    write: (text) =>
      new Promise((resolve, reject) => {
        stream().write(text, (error) => {
          // What goes to stderr is said beside the work: a reader that is gone must not end it half done.
          if (!error || fd === 2) resolve();
          // The reader has seen enough (`| head`): end quietly.
          else if (systemErrorCode(error) === "EPIPE") process.exit(0);
          else reject(ioFailure("write", "standard output", error));
        });
      }),
  };
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function askOnTerminal(question: string): Promise<string | undefined> {
  const { createInterface } = await import("node:readline");
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    const end = (answer: string | undefined): void => {
      resolve(answer);
      lines.close();
    };
    lines.on("SIGINT", () => {
      process.stderr.write("\n");
      end(undefined);
    });
    lines.on("close", () => end(undefined));
    lines.question(question, end);
  });
}

let interrupts: AbortController | undefined;

function interruptSignal(): AbortSignal {
  if (interrupts === undefined) {
    const controller = (interrupts = new AbortController());
    for (const [name, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const) {
      process.on(name, () => {
        // Asked twice: end at once. The file is whole at every moment, and the next command cleans up.
        if (controller.signal.aborted) process.exit(exitCode);
        controller.abort(name);
      });
    }
  }
  return interrupts.signal;
}

/** Runs the command line of this process; its exit code is set when the promise resolves. */
export async function run(argv: readonly string[]): Promise<void> {
  process.exitCode = await main(argv, processContext(argv), SESSIONS_VERSION);
}
