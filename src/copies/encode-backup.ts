import { pipeline, Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { createGzip } from "node:zlib";
import { SessionsError } from "../errors.js";

/** Who can open a backup: the owners of the keys behind `age1…`, or whoever knows the passphrase. */
export type BackupEncryption = { readonly recipients: readonly string[] } | { readonly passphrase: string };

/** How a backup is to be stored. */
export interface BackupEncoding {
  readonly isCompressed: boolean;
  /** Undefined stores it as it is. */
  readonly encryption: BackupEncryption | undefined;
}

/**
 * Bytes as a backup stores them: compressed by gzip, then encrypted by age. Each piece belongs to the reader, unless
 * nothing is done to them.
 *
 * USAGE: a recipient is none. What `plain` throws is thrown on.
 */
export async function encodeBackup(
  plain: AsyncIterable<Uint8Array>,
  { isCompressed, encryption }: BackupEncoding,
): Promise<AsyncIterable<Uint8Array>> {
  const encrypter = encryption === undefined ? undefined : await encrypterFor(encryption);
  const content: AsyncIterable<Uint8Array> = isCompressed
    ? pipeline(Readable.from(plain, { objectMode: false }), createGzip(), () => undefined)
    : plain;
  if (encrypter === undefined) return content;
  return encrypter.encrypt(ReadableStream.from(content));
}

/** @throws SessionsError USAGE where one of them is no recipient that can be encrypted for */
export async function requireRecipients(recipients: readonly string[]): Promise<void> {
  await encrypterFor({ recipients });
}

async function encrypterFor(encryption: BackupEncryption): Promise<import("age-encryption").Encrypter> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  if ("passphrase" in encryption) encrypter.setPassphrase(encryption.passphrase);
  else for (const recipient of encryption.recipients) addRecipient(encrypter, recipient);
  return encrypter;
}

function addRecipient(encrypter: import("age-encryption").Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    // A secret key here is a mistake that must not be repeated into a log.
    const isSecret = recipient.toUpperCase().startsWith("AGE-SECRET-KEY-");
    throw new SessionsError("USAGE", {
      reason: isSecret ? "an identity was given for a recipient" : `"${recipient}" is no recipient of age`,
      hint: isSecret
        ? "encrypt for its recipient, which age-keygen -y prints; the identity is for opening the backup"
        : "write one that begins with age1; keys of ssh cannot be used",
      ...(isSecret ? {} : { cause: error }),
    });
  }
}
