// Laws 4 and 5. A backup is one whole version of the file, and gets its name when it and its manifest are on the disk.
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { SessionsError } from "../errors.js";
import { beginReplacement, type Replacement } from "../storage/atomic-replace.js";
import { commitTogether } from "../storage/commit-together.js";
import { readLockRecord, wasWrittenByUs } from "../storage/lock-record.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { BackgroundHash, HashThreadFailed } from "./background-hash.js";
import { backupPlace, requireFree, type BackupDestination, type BackupPlace } from "./backup-place.js";
import { encodeBackup, type BackupEncoding } from "./encode-backup.js";
import { manifestPath, manifestText, type Manifest } from "./manifest.js";
import { PlainCopy } from "./plain-copy.js";
import { removeStaleTemps, uniqueTemp } from "../storage/unique-temp.js";

export interface BackupRequest {
  readonly encoding: BackupEncoding;
  readonly destination: BackupDestination;
  /** The time that names the backup. */
  readonly now: Date;
  /** The program's name and version, for the manifest. */
  readonly tool: string;
  readonly signal?: AbortSignal;
  /** Is told how many bytes of the file have been read, of how many. */
  readonly onRead?: ((done: number, total: number) => void) | undefined;
}

/** A backup that is on the disk. */
export interface BackupWritten {
  readonly path: string;
  readonly manifest: Manifest;
}

/** From here on another thread, which takes about 15 ms to begin, saves time. */
const LARGE_BYTES = 32 * 1024 * 1024;
/** How often a copy that another program disturbed is begun anew. */
const ATTEMPTS = 3;
/** A file that was written this short a time ago by a program that does not know our lock may be in the middle of it. */
const RECENT_MS = 2_000;
const PAUSE_MS = 250;

/**
 * Copies one whole version of a file, without its lock: writers go on meanwhile.
 *
 * STORE_NOT_FOUND, STORE_NOT_A_FILE: as `openSnapshot`. STORE_CHANGED: another program wrote into the file each time that
 * it was copied. STORE_EXISTS: the path that was asked for is taken. USAGE: a recipient is none. IO_FAILED, CANCELLED: as
 * they say. After all of these there is no backup. DURABILITY_UNKNOWN: it is there and whole, and a power cut may take it.
 * A process that is killed may leave a manifest without a backup, and a hidden file that a later backup removes.
 */
export async function writeBackup(path: string, request: BackupRequest): Promise<BackupWritten> {
  let hasThreads = true;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptBackup(path, request, hasThreads);
    } catch (error) {
      if (error instanceof HashThreadFailed && hasThreads) {
        hasThreads = false;
        continue;
      }
      if (!(error instanceof SessionsError) || attempt === ATTEMPTS) throw error;
      // A name that was free may have been taken by another backup of the same second.
      const isTaken = error.code === "STORE_EXISTS" && !isFile(request.destination);
      if (error.code !== "STORE_CHANGED" && !isTaken) throw error;
    }
  }
}

function isFile(destination: BackupDestination): boolean {
  return typeof destination === "object" && "file" in destination;
}

async function attemptBackup(path: string, request: BackupRequest, hasThreads: boolean): Promise<BackupWritten> {
  using snapshot = openSnapshot(path);
  const { encoding, destination, now } = request;
  const isEncoded = encoding.isCompressed || encoding.encryption !== undefined;
  const place = await backupPlace(snapshot.realPath, destination, {
    now,
    isCompressed: encoding.isCompressed,
    isEncrypted: encoding.encryption !== undefined,
  });
  requireFree(place.path);
  requireFree(manifestPath(place.path));
  const tempPath = uniqueTemp(place.path);
  await using main = await begin(place, { target: place.path, tempPath }, request);
  removeStaleTemps(place.folder, tempPath);
  const plain = new PlainCopy(snapshot, isEncoded, request.onRead);
  const inBackground = hasThreads && !isEncoded && snapshot.byteLength >= LARGE_BYTES;
  using hash = inBackground ? new BackgroundHash(main.fd) : new OwnHash();
  const bytes = await copyInto(main, await encodeBackup(plain.pieces(), encoding), hash);
  if (!(await wasWhole(snapshot, now))) {
    throw new SessionsError("STORE_CHANGED", { path, reason: "another program wrote it while it was copied" });
  }
  const { rows, broken, fingerprint } = plain.end();
  const stored = { bytes, sha256: await hash.digest() };
  const manifest: Manifest = {
    source: snapshot.realPath,
    createdAt: now.toISOString(),
    tool: request.tool,
    rows,
    broken,
    plain: fingerprint ?? stored,
    stored,
    isCompressed: encoding.isCompressed,
    isEncrypted: encoding.encryption !== undefined,
    reason: undefined,
    checked: undefined,
  };
  const beside = manifestPath(place.path);
  await using companion = await begin(place, { target: beside, tempPath: uniqueTemp(beside) }, request);
  await companion.write(Buffer.from(manifestText(manifest)));
  await commitTogether(main, [{ path: beside, replacement: companion, isNew: true }]);
  return { path: place.path, manifest };
}

function begin(
  { owner }: BackupPlace,
  { target, tempPath }: { readonly target: string; readonly tempPath: string },
  { signal }: BackupRequest,
): Promise<Replacement> {
  return beginReplacement(target, {
    replaces: undefined,
    tempPath,
    ...(owner === undefined ? {} : { owner }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** @returns how many bytes were written */
async function copyInto(
  replacement: Replacement,
  pieces: AsyncIterable<Uint8Array>,
  hash: BackgroundHash | OwnHash,
): Promise<number> {
  let bytes = 0;
  let writing: Promise<void> = Promise.resolve();
  for await (const piece of pieces) {
    bytes += piece.length;
    await writing;
    writing = replacement.write(piece).then(() => hash.add(piece));
    // A failure is thrown by the next await; until then it must not count as unhandled.
    writing.catch(() => undefined);
  }
  await writing;
  return bytes;
}

/** As `BackgroundHash`, in this thread. */
class OwnHash implements Disposable {
  readonly #hash = createHash("sha256");

  add(piece: Uint8Array): void {
    this.#hash.update(piece);
  }

  digest(): string {
    return this.#hash.digest("hex");
  }

  [Symbol.dispose](): void {
    // Nothing to end.
  }
}

/** Whether what was read is one version: nobody wrote into the file since it was opened, or was just doing so. */
async function wasWhole(snapshot: Snapshot, now: Date): Promise<boolean> {
  const isRecent = Math.abs(now.getTime() - snapshot.mtime.getTime()) < RECENT_MS;
  const isReplaced = !snapshot.isCurrent() && snapshot.unchangedInPlace();
  if (isRecent && !isReplaced && wasWrittenByUs(readLockRecord(snapshot.realPath), snapshot) !== true) {
    await pause(PAUSE_MS);
  }
  return snapshot.unchangedInPlace();
}
