import { openSnapshot } from "../storage/snapshot.js";
import { openBackup, type OpenBackupOptions } from "./open-backup.js";
import { unpacked } from "./unpacked.js";
import type { Version } from "./version.js";

export interface OpenVersionOptions extends OpenBackupOptions {
  /** Where what is compressed or encrypted is unpacked, into a file without a name. */
  readonly temporaryFolder: string;
}

/** A version that ends with `close`. */
export interface OpenVersion extends Version, Disposable {
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
}

/**
 * Opens a sessions file or a backup of one, in whatever form it is stored, to be read at any place. A file that is
 * stored as it is needs no room; others are unpacked whole, and only then is this done.
 *
 * STORE_NOT_FOUND, STORE_NOT_A_FILE, WRONG_KEY, STORE_DAMAGED, LIMIT_EXCEEDED, STORE_CHANGED, IO_FAILED, CANCELLED: as
 * `openBackup` and its `plain`; nothing stays open.
 */
export async function openVersion(path: string, options: OpenVersionOptions): Promise<OpenVersion> {
  const { isCompressed, isEncrypted, plain, close } = await openBackup(path, options);
  try {
    if (isCompressed || isEncrypted) {
      return versionOf(path, await unpacked(plain, options.temporaryFolder), { isCompressed, isEncrypted });
    }
  } finally {
    close();
  }
  return versionOf(path, openSnapshot(path), { isCompressed, isEncrypted });
}

function versionOf(
  name: string,
  source: Version["source"],
  form: Pick<OpenVersion, "isCompressed" | "isEncrypted">,
): OpenVersion {
  return { name, source, ...form, [Symbol.dispose]: () => source.close() };
}
