import { fstatSync, writeSync } from "node:fs";
import { hostname, userInfo } from "node:os";
import { systemErrorCode } from "../errors.js";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { ioFailure } from "../storage/io-failure.js";
import type { CliContext, TextOutput } from "./context.js";
import { main } from "./main.js";
import { withoutSecrets } from "./redact.js";
import { shellQuote } from "./shell-quote.js";

declare const SESSIONS_VERSION: string;

/** The context of the real process. */
function processContext(argv: readonly string[]): CliContext {
  return {
    stdout: outputTo(1),
    stderr: outputTo(2),
    stdin: { isTerminal: isTerminalAt(0), readAll: readStandardInput, chunks: () => process.stdin },
    env: process.env,
    workingDirectory: workingDirectory(),
    clock: () => Date.now() * (MICROSECONDS_PER_SECOND / 1000),
    process: {
      pid: process.pid,
      host: hostname(),
      command: commandOf(argv),
      user: userName(),
    },
    prompt: (question) => askOnTerminal(question, { isSecret: false }),
    promptSecret: (question) => askOnTerminal(question, { isSecret: true }),
    interruptSignal,
  };
}

/**
 * One of the standard streams. Node's own stream is opened for a terminal only: for pipes and files it costs milliseconds
 * of start-up and waits for the reader no better than a plain write.
 */
function outputTo(fd: 1 | 2): TextOutput {
  const isTerminal = isTerminalAt(fd);
  const stream = (): NodeJS.WriteStream => (fd === 1 ? process.stdout : process.stderr);
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
    write: async (text) => {
      try {
        if (isTerminal) await writeToStream(stream(), text);
        else writeFully(fd, typeof text === "string" ? Buffer.from(text) : text);
      } catch (error) {
        // What goes to stderr is said beside the work: a reader that is gone must not end it half done.
        if (fd === 2) return;
        // The reader has seen enough (`| head`): end quietly.
        if (systemErrorCode(error) === "EPIPE") process.exit(0);
        throw ioFailure("write", "standard output", error);
      }
    },
  };
}

/** Relative paths cannot be used in a folder that was deleted, absolute ones can. */
function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    return "/";
  }
}

/** Only a character device can be a terminal; asking further loads Node's network modules. */
function isTerminalAt(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule("node:tty").isatty(fd);
  } catch {
    // The stream is closed.
    return false;
  }
}

/** The write's callback is told of a failure; the event of the same failure would end the process if nobody listened. */
function writeToStream(stream: NodeJS.WriteStream, text: string | Uint8Array): Promise<void> {
  if (stream.listenerCount("error") === 0) stream.on("error", () => undefined);
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

const FULL_PIPE_PAUSE_MS = 2;

/** Writes all of it, waiting where somebody made the pipe non-blocking and its reader is slow. */
function writeFully(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      if (systemErrorCode(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
    }
  }
}

async function readStandardInput(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function askOnTerminal(question: string, { isSecret }: { isSecret: boolean }): Promise<string | undefined> {
  const { createInterface } = await import("node:readline");
  // The line editor keeps the terminal from echoing, and echoes itself: for a secret into nothing.
  const output = isSecret ? new (await import("node:stream")).Writable({ write: (_c, _e, done) => done() }) : undefined;
  const lines = createInterface({ input: process.stdin, output: output ?? process.stderr, terminal: true });
  if (isSecret) process.stderr.write(question);
  return new Promise((resolve) => {
    const end = (answer: string | undefined): void => {
      if (isSecret) process.stderr.write("\n");
      resolve(answer);
      lines.close();
    };
    lines.on("SIGINT", () => {
      if (!isSecret) process.stderr.write("\n");
      end(undefined);
    });
    lines.on("close", () => resolve(undefined));
    lines.question(isSecret ? "" : question, end);
  });
}

let interrupts: AbortController | undefined;

function interruptSignal(): AbortSignal {
  if (interrupts === undefined) {
    const controller = (interrupts = new AbortController());
    for (const [name, exitCode] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      // The terminal is gone: a closed window, a dropped connection.
      ["SIGHUP", 129],
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

/** The command as it can be typed again, without secrets. */
function commandOf(argv: readonly string[]): string {
  const words = argv.map((word, place) => {
    if (SECRET_OPTION.test(argv[place - 1] ?? "")) return "***";
    return SECRET_OPTION.test(word.split("=", 1)[0] ?? "") && word.includes("=")
      ? `${word.split("=", 1)[0] ?? ""}=***`
      : shellQuote(word);
  });
  return withoutSecrets(["sessions", ...words].join(" "));
}

/** What follows these may hold a secret. */
const SECRET_OPTION = /^--passphrase-command$/;

/** The name of the user; the number where the system has none. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? "");
  }
}
