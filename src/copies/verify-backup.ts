// Law 7. Checks never write: only what was found is noted in the manifest, by a function of its own.
import { createHash } from "node:crypto";
import { SessionsError } from "../errors.js";
import { beginReplacement } from "../storage/atomic-replace.js";
import { openSnapshot } from "../storage/snapshot.js";
import type { Backup } from "./backup-list.js";
import { contentProblem, manifestPath, manifestText, type Fingerprint } from "./manifest.js";
import { openBackup, type OpenBackupOptions } from "./open-backup.js";
import { RecordCount, type CountedRecords } from "./record-count.js";
import { uniqueTemp } from "../storage/unique-temp.js";

/** What the whole backup was found to be. */
export interface VerifiedBackup {
  readonly backup: Backup;
  /** What is wrong; undefined where nothing is. */
  readonly problem: string | undefined;
  /** Sessions in it; undefined where it cannot be read as a session file, or not to its end. */
  readonly rows: number | undefined;
  /** Records of which it is in doubt where they end; undefined where `content` is. */
  readonly broken: number | undefined;
  /** What it really holds; undefined where it cannot be read to its end. */
  readonly content: BackupContent | undefined;
}

interface BackupContent {
  readonly plain: Fingerprint;
  readonly stored: Fingerprint;
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
}

/**
 * Decrypts, decompresses and parses a backup to its end, and compares it with its manifest. Without a manifest it has to
 * be a session file whose records are all whole, the last one with a line break: others may have been cut.
 *
 * WRONG_KEY: it cannot be looked into, and what is stored is as it was written, as far as there is a manifest. IO_FAILED,
 * LIMIT_EXCEEDED, CANCELLED: nothing is known. What is wrong with the backup itself is in the result.
 */
export async function verifyBackup(backup: Backup, options: OpenBackupOptions = {}): Promise<VerifiedBackup> {
  const storedHash = createHash("sha256");
  let storedBytes = 0;
  const onStored = (bytes: Uint8Array): void => {
    storedHash.update(bytes);
    storedBytes += bytes.length;
  };
  const failed = (problem: string): VerifiedBackup => ({
    backup,
    problem,
    rows: undefined,
    broken: undefined,
    content: undefined,
  });
  try {
    const { plain, isCompressed, isEncrypted } = await openBackup(backup.path, { ...options, onStored });
    const count = new RecordCount(backup.manifest === undefined);
    const plainHash = createHash("sha256");
    let plainBytes = 0;
    for await (const piece of plain) {
      count.push(piece);
      plainHash.update(piece);
      plainBytes += piece.length;
    }
    const counted = count.end();
    const { rows, broken } = counted;
    const content: BackupContent = {
      plain: { bytes: plainBytes, sha256: plainHash.digest("hex") },
      stored: { bytes: storedBytes, sha256: storedHash.digest("hex") },
      isCompressed,
      isEncrypted,
    };
    return { backup, rows, broken, content, problem: problemOf(backup, content, counted) };
  } catch (error) {
    if (!(error instanceof SessionsError)) throw error;
    const { code, details } = error;
    if (code === "WRONG_KEY" && !hasItsBytes(backup)) return failed(OTHER_BYTES);
    if (code !== "STORE_DAMAGED") throw error;
    return failed(details.reason ?? "it cannot be read");
  }
}

const OTHER_BYTES = "its bytes are not those that were written";

function problemOf(
  { manifest, problem }: Backup,
  { plain, stored }: BackupContent,
  { rows, unreadable, hasLineEnd }: CountedRecords,
): string | undefined {
  if (manifest === undefined) {
    if (problem !== undefined) return problem;
    if (rows === undefined) return "it is no session file that can be read";
    if (!hasLineEnd) return "its last line has no end, and no manifest tells whether it was cut";
    if (unreadable === 0) return undefined;
    return `${unreadable} of its records ${unreadable === 1 ? "is" : "are"} not whole, and no manifest tells whether that is new`;
  }
  if (!isSame(manifest.stored, stored)) return OTHER_BYTES;
  if (!isSame(manifest.plain, plain)) return "its content is not what was backed up";
  if (manifest.rows !== rows) return `it has ${rows ?? "no"} records, and had ${manifest.rows ?? "none"}`;
  return undefined;
}

/** Why a backup that was verified is no good one, whether it was spoilt since or made of a damaged file. Undefined for a good one. */
export function whyNotGood({ problem, content, ...counted }: VerifiedBackup): string | undefined {
  return problem ?? (content && contentProblem(counted));
}

function isSame(one: Fingerprint, other: Fingerprint): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256;
}

/** What a wrong key cannot tell: whether a bit of the header was flipped. True where there is no manifest. */
function hasItsBytes({ path, manifest }: Backup): boolean {
  if (manifest === undefined) return true;
  using snapshot = openSnapshot(path);
  const hash = createHash("sha256");
  const buffer = Buffer.alloc(256 * 1024);
  for (let count = snapshot.read(buffer); count > 0; count = snapshot.read(buffer)) {
    hash.update(buffer.subarray(0, count));
  }
  return hash.digest("hex") === manifest.stored.sha256;
}

/**
 * Notes in the manifest what a verification found. A backup without one gets none: nobody knows whether it is all.
 *
 * IO_FAILED, STORE_CHANGED and others: the manifest is as it was.
 */
export async function rememberVerification(
  { backup, problem, broken }: VerifiedBackup,
  { now }: { readonly now: Date },
): Promise<void> {
  const { manifest } = backup;
  if (manifest === undefined) return;
  const checked = { at: now.toISOString(), problem };
  const target = manifestPath(backup.path);
  using old = openSnapshot(target);
  const tempPath = uniqueTemp(target);
  await using replacement = await beginReplacement(target, { replaces: old, tempPath });
  await replacement.write(Buffer.from(manifestText({ ...manifest, broken: broken ?? manifest.broken, checked })));
  await replacement.commit();
}
