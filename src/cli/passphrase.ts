import { spawnSync } from "node:child_process";
import { openSync, closeSync, readSync, statSync } from "node:fs";
import path from "node:path";
import { SessionsError } from "../errors.js";
import { ioFailure } from "../storage/io-failure.js";
import type { CliContext } from "./context.js";
import { note } from "./notes.js";

/** Where a passphrase comes from; a prompt where nothing is said. It is never an argument, which others can see. */
export interface PassphraseOptions {
  readonly passphraseFile?: string;
  readonly passphraseCommand?: string;
}

const LONGEST_BYTES = 64 * 1024;
const OTHERS_MAY_READ = 0o044;

/**
 * The passphrase that opens a backup: the first line of the file or of what the command prints, or what is typed.
 *
 * @param question what is asked on a terminal
 * @throws SessionsError USAGE where there is none, IO_FAILED, CANCELLED
 */
export async function readPassphrase(
  context: CliContext,
  options: PassphraseOptions,
  question: string,
): Promise<string> {
  const given = await givenPassphrase(context, options);
  if (given !== undefined) return required(given, "the passphrase is empty");
  requireTerminalForSecret(context);
  return required(await typed(context, question), "the passphrase is empty");
}

/** The same for a new one, which is typed twice. */
export async function chooseNewPassphrase(context: CliContext, options: PassphraseOptions): Promise<string> {
  const given = await givenPassphrase(context, options);
  if (given !== undefined) return required(given, "the passphrase is empty");
  requireTerminalForSecret(context);
  const first = required(await typed(context, "Passphrase: "), "the passphrase is empty");
  if ((await typed(context, "The same again: ")) === first) return first;
  throw new SessionsError("USAGE", { reason: "the passphrases differ", hint: "run the command again" });
}

/** Whether a passphrase is named on the command line. */
export function namesPassphrase({ passphraseFile, passphraseCommand }: PassphraseOptions): boolean {
  return passphraseFile !== undefined || passphraseCommand !== undefined;
}

async function givenPassphrase(
  context: CliContext,
  { passphraseFile, passphraseCommand }: PassphraseOptions,
): Promise<string | undefined> {
  if (passphraseFile !== undefined && passphraseCommand !== undefined) {
    const reason = "a passphrase is named twice: by --passphrase-file, and by --passphrase-command";
    throw new SessionsError("USAGE", { reason, hint: "give one of them" });
  }
  if (passphraseFile !== undefined) {
    const text = secretText(context, passphraseFile);
    await noteReaders(context, passphraseFile);
    return firstLine(text);
  }
  return passphraseCommand === undefined ? undefined : firstLine(printedBy(context, passphraseCommand));
}

/** Says so where a file that holds a secret can be read by others. */
export async function noteReaders(context: CliContext, file: string): Promise<void> {
  const found = statSync(path.resolve(context.workingDirectory, file), { throwIfNoEntry: false });
  if (found?.isFile() !== true || (found.mode & OTHERS_MAY_READ) === 0) return;
  await note(context, `Others can read ${file}: chmod 600 helps.`);
}

const KEYS_HINT = "Name a file that holds keys, or a passphrase in its first line";

/** The text of a small file that holds keys. @throws SessionsError IO_FAILED, USAGE where it is no text of this kind */
export function secretText({ workingDirectory }: CliContext, file: string, hint = KEYS_HINT): string {
  // A secret here is a mistake that must not be repeated into a log.
  if (/^AGE-SECRET-KEY-/i.test(file)) {
    const reason = "an age key was given in the place of the file that holds it";
    throw new SessionsError("USAGE", { reason, hint: "write it into a file that only you can read, and name that" });
  }
  const absolute = path.resolve(workingDirectory, file);
  try {
    const fd = openSync(absolute, "r");
    try {
      const bytes = Buffer.alloc(LONGEST_BYTES);
      let fill = 0;
      for (let count = -1; count !== 0 && fill < bytes.length; fill += count) {
        count = readSync(fd, bytes, fill, bytes.length - fill, null);
      }
      if (fill < bytes.length) return bytes.toString("utf8", 0, fill);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw ioFailure("read", absolute, error, hint);
  }
  throw new SessionsError("USAGE", { reason: `${file} is too long to hold keys`, hint: "name the right file" });
}

/** What it says on stderr is seen by the person; so that it can ask, it has the terminal. */
function printedBy({ env, workingDirectory }: CliContext, command: string): string {
  const { status, stdout, error } = spawnSync(command, {
    shell: true,
    cwd: workingDirectory,
    env: { ...env },
    stdio: ["inherit", "pipe", "inherit"],
    encoding: "utf8",
    maxBuffer: LONGEST_BYTES,
  });
  if (error === undefined && status === 0) return stdout;
  throw new SessionsError("USAGE", {
    reason: `--passphrase-command failed${status === null ? "" : ` with exit code ${status}`}`,
    hint: "run that command by itself, and see that it prints the passphrase",
  });
}

/** Without a byte order mark. */
export function firstLine(text: string): string {
  return /^\ufeff?([^\r\n]*)/.exec(text)?.[1] ?? "";
}

function required(passphrase: string, reason: string): string {
  if (passphrase !== "") return passphrase;
  throw new SessionsError("USAGE", { reason, hint: "choose one of several words" });
}

async function typed(context: CliContext, question: string): Promise<string> {
  const answer = await context.promptSecret(question);
  if (answer === undefined) throw new SessionsError("CANCELLED", { reason: "nothing was changed" });
  return answer;
}

function requireTerminalForSecret(context: CliContext): void {
  if (context.stdin.isTerminal && context.stderr.isTerminal) return;
  throw new SessionsError("USAGE", {
    reason: "a passphrase is needed, and there is no terminal to ask on",
    hint: "add --passphrase-file <path> or --passphrase-command <command>",
  });
}
