import { tmpdir } from "node:os";
import type { Command } from "commander";
import type { BackupEncryption } from "../copies/encode-backup.js";
import type { BackupKeys } from "../copies/open-backup.js";
import type { OpenVersionOptions } from "../copies/open-version.js";
import { SessionsError } from "../errors.js";
import type { CliContext } from "./context.js";
import {
  chooseNewPassphrase,
  namesPassphrase,
  readPassphrase,
  secretText,
  type PassphraseOptions,
} from "./passphrase.js";
import { parseSize } from "./parse/numbers.js";

/** What opens a backup, and how much of it is taken. */
export interface KeyOptions extends PassphraseOptions {
  readonly identity?: readonly string[];
  readonly maxSize?: number;
}

/** Who a backup is encrypted for. */
export interface EncryptionOptions extends PassphraseOptions {
  readonly encrypt?: boolean;
  readonly recipient?: readonly string[];
  readonly recipientsFile?: readonly string[];
}

/** For commands that open backups. */
export function addKeyOptions(command: Command): Command {
  return addPassphraseOptions(
    command.option("-i, --identity <file>", "file with the age key that opens it (repeatable)", collect),
  ).option("--max-size <size>", "refuse what holds more than this (default: 16GiB)", parseSize);
}

/** For commands that make backups. */
export function addEncryptionOptions(command: Command): Command {
  return addPassphraseOptions(
    command
      .option("--encrypt", "encrypt it, with a passphrase that is asked for unless one is named")
      .option("-r, --recipient <age1…>", "encrypt it for the owner of this age key (repeatable)", collect)
      .option("-R, --recipients-file <file>", "the same, one key a line (repeatable)", collect),
  );
}

/** @throws SessionsError IO_FAILED, or USAGE where a file holds no key */
export function keysFrom(context: CliContext, options: KeyOptions): BackupKeys {
  let passphrase: Promise<string> | undefined;
  return {
    identities: (options.identity ?? []).flatMap((file) => identitiesIn(context, file)),
    // One passphrase opens all backups of a command.
    ...(canAsk(context) || namesPassphrase(options)
      ? { passphrase: () => (passphrase ??= readPassphrase(context, options, "Passphrase of the backup: ")) }
      : {}),
  };
}

/** How a version is opened, in whatever form it is stored. @throws SessionsError as `keysFrom` */
export function openingOptions(context: CliContext, options: KeyOptions): OpenVersionOptions {
  const { maxSize } = options;
  const limit = maxSize === undefined ? {} : { maxBytes: maxSize };
  return { temporaryFolder: tmpdir(), keys: keysFrom(context, options), ...limit };
}

/** Undefined where nothing asks for encryption. @throws SessionsError USAGE, IO_FAILED, CANCELLED */
export async function encryptionFrom(
  context: CliContext,
  options: EncryptionOptions,
): Promise<BackupEncryption | undefined> {
  const { recipient = [], recipientsFile = [] } = options;
  const recipients = [...recipient, ...recipientsFile.flatMap((file) => recipientsIn(context, file))];
  const isForRecipients = recipient.length > 0 || recipientsFile.length > 0;
  if (isForRecipients && namesPassphrase(options)) {
    throw new SessionsError("USAGE", {
      reason: "a backup is encrypted for recipients or with a passphrase, not both",
      hint: "leave one of them out",
    });
  }
  if (isForRecipients) return { recipients };
  if (options.encrypt !== true && !namesPassphrase(options)) return undefined;
  return { passphrase: await chooseNewPassphrase(context, options) };
}

function addPassphraseOptions(command: Command): Command {
  return command
    .option("--passphrase-file <file>", "take the passphrase from the first line of a file")
    .option("--passphrase-command <command>", "take it from the first line that a command prints");
}

function canAsk({ stdin, stderr }: CliContext): boolean {
  return stdin.isTerminal && stderr.isTerminal;
}

function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function identitiesIn(context: CliContext, file: string): readonly string[] {
  const lines = keyLines(secretText(context, file));
  if (lines.length > 0 && lines.every((line) => /^AGE-SECRET-KEY-(?:PQ-)?1[0-9A-Z]+$/.test(line))) return lines;
  throw new SessionsError("USAGE", {
    path: file,
    reason: `${file} is no file of age identities`,
    hint: "name one that age-keygen wrote; keys of ssh, and files that are encrypted themselves, cannot be used",
  });
}

function recipientsIn(context: CliContext, file: string): readonly string[] {
  const lines = keyLines(secretText(context, file));
  if (lines.length > 0) return lines;
  throw new SessionsError("USAGE", { reason: `${file} names no recipient`, hint: "write one on each line: age1…" });
}

/** Without blank lines and comments. */
function keyLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
