import { hostname } from "node:os";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import type { CliContext, TextOutput } from "./context.js";
import { main } from "./main.js";

declare const SESSIONS_VERSION: string;

/** The context of the real process. */
function processContext(): CliContext {
  return {
    stdout: outputTo(process.stdout),
    stderr: outputTo(process.stderr),
    stdin: { isTerminal: process.stdin.isTTY, readAll: readStandardInput },
    env: process.env,
    workingDirectory: process.cwd(),
    clock: () => Date.now() * (MICROSECONDS_PER_SECOND / 1000),
    process: { pid: process.pid, host: hostname(), command: `sessions ${process.argv.slice(2).join(" ")}` },
    prompt: askOnTerminal,
    interruptSignal,
  };
}

function outputTo(stream: NodeJS.WriteStream): TextOutput {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough (`| head`): end quietly, there is nobody to tell.
    if (error.code === "EPIPE") process.exit(0);
    process.exitCode = 15;
  });
  return {
    isTerminal: stream.isTTY,
    columns: stream.columns > 0 ? stream.columns : 80,
    rows: stream.rows > 0 ? stream.rows : 24,
    write: (text) =>
      new Promise((resolve) => {
        if (text === "" || stream.write(text)) resolve();
        else stream.once("drain", resolve);
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

void main(process.argv.slice(2), processContext(), SESSIONS_VERSION).then((exitCode) => {
  process.exitCode = exitCode;
});
