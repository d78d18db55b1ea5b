import { Readable } from "node:stream";
import { isAscii, isUtf8 } from "node:buffer";
import type { BackupKeys } from "../copies/open-backup.js";
import { SessionsError } from "../errors.js";
import { throwIfCancelled } from "../storage/io-failure.js";
import { openSnapshot } from "../storage/snapshot.js";
import { Spool } from "../storage/spool.js";

/** What is to be imported, as UTF-8 text that can be read from any place, as often as it takes. */
export interface ImportInput extends Disposable {
  /** How people name it. */
  readonly name: string;
  readonly byteLength: number;
  /** What was around the text, outermost first: "gzip", "UTF-16LE". */
  readonly layers: readonly string[];
  /** Reads up to `target.length` bytes at an offset; 0 at the end. */
  readAt(target: Uint8Array, byteOffset: number): number;
  /** False: it was written since it was opened, so that one reading may differ from the next. */
  looksUnchanged(): boolean;
  close(): void;
}

export interface InputOptions {
  /** Where what is no plain file in UTF-8 is kept meanwhile, without a name and for nobody else to read. */
  readonly spoolFolder: string;
  /** What is not a file yet (standard input, decompressed text) has at most so many bytes. */
  readonly maxBytes: number;
  /** What opens an encrypted one. */
  readonly keys?: BackupKeys | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK_BYTES = 256 * 1024;
const SAMPLE_BYTES = 64 * 1024;
const MOST_LAYERS = 4;

/**
 * Opens what is to be imported, and takes compression and encodings other than UTF-8 away.
 * @param from a file's path, or bytes that come once
 * @throws SessionsError STORE_NOT_FOUND, STORE_NOT_A_FILE, IO_FAILED; WRONG_KEY, STORE_DAMAGED where it cannot be unpacked;
 * LIMIT_EXCEEDED where it is longer than allowed; INPUT_REFUSED for what is no text; STORE_CHANGED where it changes meanwhile
 */
export async function openInput(
  from: { readonly path: string } | { readonly name: string; readonly chunks: AsyncIterable<Uint8Array> },
  options: InputOptions,
): Promise<ImportInput> {
  let input = "path" in from ? openFile(from.path) : await spooled(from.name, [], from.chunks, options);
  try {
    for (let layer = 0; layer < MOST_LAYERS; layer += 1) {
      const inner = await withoutLayer(input, options);
      if (inner === undefined) return input;
      try {
        requireUnchangedInput(input);
      } catch (error) {
        inner.close();
        throw error;
      }
      input.close();
      input = inner;
    }
    throw refused(input.name, `it is packed more than ${MOST_LAYERS} times`);
  } catch (error) {
    input.close();
    throw error;
  }
}

/** @throws SessionsError STORE_CHANGED where what was read may be a mixture of what the file held before and after */
export function requireUnchangedInput(input: ImportInput): void {
  if (input.looksUnchanged()) return;
  throw new SessionsError("STORE_CHANGED", {
    path: input.name,
    reason: "it was written while it was read",
    hint: "run the command again when nothing writes it any more, or import a copy of it",
  });
}

/** All bytes in chunks, each with memory of its own. */
export function* chunksOf(input: Pick<ImportInput, "readAt">, byteOffset = 0): Generator<Buffer> {
  for (let at = byteOffset; ;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = input.readAt(chunk, at);
    if (count === 0) return;
    yield chunk.subarray(0, count);
    at += count;
  }
}

/** The first bytes, as many as there are. */
export function startOf(input: Pick<ImportInput, "readAt">, byteLength: number): Buffer {
  const start = Buffer.alloc(byteLength);
  let fill = 0;
  for (let count = -1; count !== 0 && fill < byteLength; fill += count)
    count = input.readAt(start.subarray(fill), fill);
  return start.subarray(0, fill);
}

function openFile(path: string): ImportInput {
  const snapshot = openSnapshot(path);
  return Object.assign(snapshot, { name: path, layers: [] });
}

async function spooled(
  name: string,
  layers: readonly string[],
  chunks: AsyncIterable<Uint8Array>,
  { spoolFolder, maxBytes, signal }: InputOptions,
): Promise<ImportInput> {
  const spool = new Spool(spoolFolder);
  try {
    for await (const chunk of chunks) {
      throwIfCancelled(signal, "read", name);
      if (spool.byteLength + chunk.length > maxBytes) {
        throw new SessionsError("LIMIT_EXCEEDED", {
          path: name,
          reason: `${name} holds more than ${maxBytes} bytes`,
          hint: "if that is right, allow more with --max-size",
        });
      }
      spool.append(chunk);
    }
  } catch (error) {
    spool.close();
    throw error;
  }
  const { byteLength } = spool;
  const readAt = (target: Uint8Array, at: number): number => spool.readAt(target, at);
  const close = (): void => spool.close();
  return { name, layers, byteLength, readAt, looksUnchanged: () => true, close, [Symbol.dispose]: close };
}

async function withoutLayer(input: ImportInput, options: InputOptions): Promise<ImportInput | undefined> {
  const sample = startOf(input, SAMPLE_BYTES);
  const { name, layers } = input;
  const foreign = FOREIGN.find(([start]) => sample.toString("latin1", 0, start.length) === start);
  if (foreign !== undefined) throw refused(name, `it is ${foreign[1]}`, foreign[2]);
  if (PACKED.some((start) => sample.toString("latin1", 0, start.length) === start)) return unpacked(input, options);
  const encoding = encodingOf(sample);
  if (encoding === undefined) return undefined;
  return spooled(name, [...layers, encoding.toUpperCase()], decoded(input, encoding), options);
}

/** gzip and age, which backups are packed with. */
const PACKED = ["\u001f\u008b", "age-encryption.org/v1", "-----BEGIN AGE ENCRYPTED FILE-----"];

const FOREIGN: readonly (readonly [start: string, what: string, hint: string])[] = [
  ["PK\u0003\u0004", "a ZIP archive or a spreadsheet", "save it as CSV, or unzip it first"],
  ["BZh", "bzip2-compressed", "decompress it: bunzip2 -c <file> | sessions import -"],
  ["\u00fd7zXZ", "xz-compressed", "decompress it: xz -dc <file> | sessions import -"],
  ["(\u00b5/\u00fd", "Zstandard-compressed", "decompress it: zstd -dc <file> | sessions import -"],
  ["SQLite format 3", "an SQLite database", "export it as CSV first"],
];

async function unpacked(input: ImportInput, options: InputOptions): Promise<ImportInput> {
  const { openStored, OTHER_BACKUP_HINT } = await import("../copies/open-backup.js");
  const { keys, maxBytes, signal } = options;
  try {
    const { isEncrypted, isCompressed, plain } = await openStored(input.name, Readable.from(chunksOf(input)), {
      maxBytes,
      ...(keys === undefined ? {} : { keys }),
      ...(signal === undefined ? {} : { signal }),
    });
    const layers = [...input.layers, ...(isEncrypted ? ["age"] : []), ...(isCompressed ? ["gzip"] : [])];
    return await spooled(input.name, layers, plain, options);
  } catch (error) {
    if (!(error instanceof SessionsError) || error.details.hint !== OTHER_BACKUP_HINT) throw error;
    throw new SessionsError(error.code, { ...error.details, hint: "get it again from where it comes from" });
  }
}

async function* decoded(input: ImportInput, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const decode = (chunk?: Buffer): Uint8Array => {
    try {
      return Buffer.from(decoder.decode(chunk, { stream: chunk !== undefined }));
    } catch {
      throw refused(input.name, `it is not the ${encoding.toUpperCase()} that it looks like`);
    }
  };
  for (const chunk of chunksOf(input)) yield decode(chunk);
  yield decode();
}

/** By a byte order mark, by NUL bytes, or by letters that are never UTF-8; undefined for UTF-8. */
function encodingOf(sample: Buffer): string | undefined {
  if (sample[0] === 0xff && sample[1] === 0xfe) return "utf-16le";
  if (sample[0] === 0xfe && sample[1] === 0xff) return "utf-16be";
  if (isAscii(sample) && !sample.includes(0)) return undefined;
  const [first, second, third, fourth] = sample;
  if (first !== 0 && second === 0 && third !== 0 && fourth === 0) return "utf-16le";
  if (first === 0 && second !== 0 && third === 0 && fourth !== 0) return "utf-16be";
  // Where some letters are UTF-8 the others are damage, which is judged value by value.
  const text = sample.toString("latin1");
  const isUtf8Somewhere = /[\u00c3-\u00f4][\u0080-\u00bf]/.test(text);
  return isUtf8Somewhere || isUtf8(sample.subarray(0, wholeCharacters(sample))) ? undefined : "windows-1252";
}

/** The length without a character that the end of the sample cuts. */
function wholeCharacters(sample: Buffer): number {
  let end = sample.length;
  while (end > 0 && sample.length - end < 4 && ((sample[end - 1] ?? 0) & 0xc0) === 0x80) end -= 1;
  return ((sample[end - 1] ?? 0) & 0xc0) === 0xc0 ? end - 1 : sample.length;
}

export function refused(path: string, reason: string, hint?: string): SessionsError {
  return new SessionsError("INPUT_REFUSED", { path, reason, ...(hint === undefined ? {} : { hint }) });
}
