// Law 7. Checks never write: whatever lies inside of a backup is read as a stream, and nothing of it touches the disk.
import { pipeline, Readable } from "node:stream";
import { ReadableStream } from "node:stream/web";
import { createGunzip } from "node:zlib";
import { SessionsError, systemErrorCode } from "../errors.js";
import { throwIfCancelled } from "../storage/io-failure.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";

/** What opens encrypted backups. */
export interface BackupKeys {
  /** Each `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`. */
  readonly identities: readonly string[];
  /** Asked at most once for each backup, and only for one that is encrypted with a passphrase. */
  readonly passphrase?: () => Promise<string>;
}

export interface OpenBackupOptions {
  readonly keys?: BackupKeys;
  /** How long the plain content may be, in bytes; left out, 16 GiB. A gzip bomb ends here. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
  /** Is given each piece of the stored file as it is read, in order, all of them once `plain` has ended. */
  readonly onStored?: (bytes: Uint8Array) => void;
}

/** A backup that is open; `plain` must be read to its end. */
export interface OpenedBytes {
  readonly isEncrypted: boolean;
  readonly isCompressed: boolean;
  /**
   * The bytes of the CSV file, once. Each piece belongs to the reader.
   *
   * STORE_DAMAGED: what is stored was cut or changed; what was handed on before may be a part only. LIMIT_EXCEEDED: it is
   * longer than `maxBytes`. STORE_CHANGED, IO_FAILED, CANCELLED: as they say.
   */
  readonly plain: AsyncGenerator<Uint8Array, void, undefined>;
}

/** The same of a file; reading `plain` to its end, or returning from it once it has begun, closes it too. */
export interface OpenedBackup extends OpenedBytes {
  /** May be called again. */
  readonly close: () => void;
}

/** What to do about a backup that is damaged; what is no backup has none beside it. */
export const OTHER_BACKUP_HINT = "take another backup: sessions backups";

export const DEFAULT_MAX_BYTES = 16 * 1024 ** 3;

const PIECE_BYTES = 64 * 1024;
const AGE_START = Buffer.from("age-encryption.org/v1\n");
const AGE_HEADER_END = Buffer.from("\n---");
const AGE_ARMOR_START = Buffer.from("-----BEGIN AGE ENCRYPTED FILE-----");
/** age keeps its header in memory, so that one without an end must not be given to it. */
const LONGEST_AGE_HEADER = 1024 * 1024;
const GZIP_START = [0x1f, 0x8b] as const;

/**
 * Opens a file that is a CSV file, one that was compressed by gzip, encrypted by age, or both, told by its content and
 * not by its name.
 *
 * STORE_NOT_FOUND, STORE_NOT_A_FILE, IO_FAILED: as `openSnapshot`. WRONG_KEY: it is encrypted, and no key opens it.
 * STORE_DAMAGED: its beginning was cut or changed. Source: C2SP age, RFC 1952.
 */
export async function openBackup(path: string, options: OpenBackupOptions = {}): Promise<OpenedBackup> {
  const snapshot = openSnapshot(path);
  try {
    const opened = await openStored(path, storedBytes(snapshot, options), options);
    return { ...opened, close: () => snapshot.close() };
  } catch (error) {
    snapshot.close();
    throw error;
  }
}

/**
 * The same for bytes that come from elsewhere, such as standard input.
 * @param location how errors name it
 */
export async function openStored(
  location: string,
  stored: AsyncIterable<Uint8Array>,
  options: OpenBackupOptions = {},
): Promise<OpenedBytes> {
  const layers = new Layers(location, options);
  const whole = await peeked(stored, AGE_ARMOR_START.length);
  const isEncrypted = startsWith(whole.head, AGE_START);
  if (startsWith(whole.head, AGE_ARMOR_START)) throw layers.armored();
  const decrypted = isEncrypted ? await peeked(await layers.decrypted(whole.bytes), GZIP_START.length) : whole;
  const isCompressed = startsWith(decrypted.head, GZIP_START);
  const content = isCompressed ? layers.decompressed(decrypted.bytes) : decrypted.bytes;
  return { isEncrypted, isCompressed, plain: layers.limited(content) };
}

/** Takes the layers of one backup away, and says in its name what is wrong with them. */
class Layers {
  readonly #location: string;
  readonly #options: OpenBackupOptions;

  constructor(location: string, options: OpenBackupOptions) {
    this.#location = location;
    this.#options = options;
  }

  async decrypted(stored: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
    const { head, bytes } = await peeked(stored, LONGEST_AGE_HEADER, AGE_HEADER_END);
    if (!head.includes(AGE_HEADER_END)) throw this.#damaged("its age header has no end");
    const isPassphrase = head.includes("\n-> scrypt ");
    const decrypter = await this.#decrypter(isPassphrase);
    const source = ReadableStream.from(bytes);
    try {
      const plain = await decrypter.decrypt(source);
      return this.#named(plain, "it cannot be decrypted: it was cut or changed");
    } catch (error) {
      await bytes.return(undefined);
      if (!(error instanceof Error) || isSystemError(error)) throw error;
      if (!error.message.startsWith("no identity matched")) {
        throw this.#damaged(`its age header is not in order: ${error.message}`, error);
      }
      throw this.#wrongKey(isPassphrase, isPassphrase ? "the passphrase is wrong" : "none of the identities fits");
    }
  }

  decompressed(stored: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const source = Readable.from(stored, { objectMode: false });
    // What fails in one of them is thrown where the result is read.
    const plain = pipeline(source, createGunzip({ chunkSize: PIECE_BYTES }), () => undefined);
    return this.#named(plain, "it cannot be decompressed: it was cut or changed");
  }

  async *limited(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    const { maxBytes = DEFAULT_MAX_BYTES, signal } = this.#options;
    let byteLength = 0;
    for await (const piece of content) {
      throwIfCancelled(signal, "read", this.#location);
      byteLength += piece.length;
      if (byteLength > maxBytes) {
        throw new SessionsError("LIMIT_EXCEEDED", {
          path: this.#location,
          reason: `${this.#location} holds more than ${maxBytes} bytes`,
          hint: "if that is right, allow more with --max-size",
        });
      }
      yield piece;
    }
  }

  armored(): SessionsError {
    return new SessionsError("STORE_DAMAGED", {
      path: this.#location,
      reason: "it is an age file in its form for text",
      hint: "take that away first, with: age --decrypt",
    });
  }

  async #decrypter(isPassphrase: boolean): Promise<import("age-encryption").Decrypter> {
    const { identities = [], passphrase } = this.#options.keys ?? {};
    if (isPassphrase && passphrase === undefined) {
      throw this.#wrongKey(isPassphrase, "it is encrypted with a passphrase, and none was given");
    }
    if (!isPassphrase && identities.length === 0) {
      throw this.#wrongKey(isPassphrase, "it is encrypted for a key, and no identity file was given");
    }
    const { Decrypter } = await import("age-encryption");
    const decrypter = new Decrypter();
    if (isPassphrase && passphrase !== undefined) decrypter.addPassphrase(await passphrase());
    else for (const identity of identities) decrypter.addIdentity(identity);
    return decrypter;
  }

  /** Errors of libraries become ours; those of the operating system and ours stay. */
  async *#named(content: AsyncIterable<Uint8Array>, reason: string): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      yield* content;
    } catch (error) {
      if (error instanceof SessionsError || isSystemError(error)) throw error;
      throw this.#damaged(reason, error);
    }
  }

  #damaged(reason: string, cause?: unknown): SessionsError {
    return new SessionsError("STORE_DAMAGED", {
      path: this.#location,
      reason,
      hint: OTHER_BACKUP_HINT,
      cause,
    });
  }

  #wrongKey(isPassphrase: boolean, reason: string): SessionsError {
    const hint = isPassphrase
      ? "give the passphrase with --passphrase-file <path> or --passphrase-command <command>"
      : "give the key that it was encrypted for with -i <identity file>";
    return new SessionsError("WRONG_KEY", { path: this.#location, reason, hint });
  }
}

/** zlib's codes begin with Z and are about the content. */
function isSystemError(error: unknown): boolean {
  return /^E[A-Z]+$/.test(systemErrorCode(error) ?? "");
}

/** The whole file; closes it when it has been read or is read no further. */
async function* storedBytes(snapshot: Snapshot, { onStored }: OpenBackupOptions): AsyncGenerator<Uint8Array> {
  using open = snapshot;
  for (;;) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const count = open.read(piece);
    if (count === 0) break;
    const bytes = piece.subarray(0, count);
    onStored?.(bytes);
    yield bytes;
  }
  if (!open.looksUnchanged()) throw new SessionsError("STORE_CHANGED", { path: open.path });
}

interface Peeked {
  /** The first bytes; fewer where there are no more. */
  readonly head: Buffer;
  /** All of them. */
  readonly bytes: AsyncGenerator<Uint8Array>;
}

/**
 * Reads the first bytes of a stream ahead.
 * @param until less is enough where it holds this
 */
async function peeked(source: AsyncIterable<Uint8Array>, byteLength: number, until?: Buffer): Promise<Peeked> {
  const iterator = source[Symbol.asyncIterator]();
  const pieces: Uint8Array[] = [];
  let fill = 0;
  while (fill < byteLength) {
    const next = await iterator.next();
    if (next.done === true) break;
    pieces.push(next.value);
    fill += next.value.length;
    if (until !== undefined && Buffer.concat(pieces).includes(until)) break;
  }
  return { head: Buffer.concat(pieces), bytes: rest(pieces, iterator) };
}

async function* rest(pieces: Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let piece = pieces.shift(); piece !== undefined; piece = pieces.shift()) yield piece;
    yield* { [Symbol.asyncIterator]: () => iterator };
  } finally {
    await iterator.return?.();
  }
}

function startsWith(bytes: Uint8Array, start: ArrayLike<number>): boolean {
  return bytes.length >= start.length && Array.from(start).every((byte, index) => bytes[index] === byte);
}
