import type { ExitCode } from "./exit-codes.js";
import type { Style } from "./render/style.js";
import type { Instant } from "../session/timestamp.js";

/** A stream that a command writes to. */
export interface TextOutput {
  /**
   * Resolves when the text has been taken over, so that a slow reader slows us down instead of filling memory.
   * @param text bytes are UTF-8 and must not change any more
   */
  write(text: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Of the terminal, in character cells; 80 and 24 where it does not say. */
  readonly columns: number;
  readonly rows: number;
}

/** Everything that a command knows of the world outside its arguments; tests inject their own. */
export interface CliContext {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly stdin: {
    readonly isTerminal: boolean;
    readAll(): Promise<Buffer>;
    /** All of it as it comes, instead of at once. */
    chunks(): AsyncIterable<Uint8Array>;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** The real clock; `--now` does not change it. */
  readonly clock: () => Instant;
  /** Who we are, for those who wait for our lock and those who read the change log. */
  readonly process: { readonly pid: number; readonly host: string; readonly command: string; readonly user: string };
  /** How to colour, where that may be wanted; loaded before the command runs. */
  readonly colours?: Style;
  /** Is told how many bytes of a file have been read, of how many. */
  readonly onRead?: (done: number, total: number) => void;
  /** Is told the exit code of a command that did its work and says something by that code; else it is 0. */
  readonly endWith?: (exitCode: ExitCode) => void;
  /** Where what is said on stderr is held until the command ends: says it now, and holds no more. For what runs for long. */
  sayAtOnce?(): Promise<void>;
  /** Asks on the terminal; undefined when the input ends or Ctrl-C is pressed. */
  prompt(question: string): Promise<string | undefined>;
  /** The same, and what is typed is not shown. */
  promptSecret(question: string): Promise<string | undefined>;
  /**
   * From the first call on, SIGINT and SIGTERM no longer end the process but abort this signal, with the signal's name as
   * the reason, so that a write can be called off cleanly.
   */
  interruptSignal(): AbortSignal;
}
