import fs from "node:fs";
import path from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { backupAt, type Backup } from "../../src/copies/backup-list.js";
import { writeBackup, type BackupRequest, type BackupWritten } from "../../src/copies/write-backup.js";
import { HEADER } from "../session/records.js";
import { temporaryFolder } from "../storage/folder.js";

export const NOW = new Date("2025-09-30T10:45:00.123Z");
const TOOL = "sessions 1.2.3";

/** A file with two sessions, written the day before. */
export const CONTENT = `${HEADER}\r\n${[1, 2]
  .map((n) => `s${n},telegram_${n},telegram,t${n},2025-09-29T10:00:00,2025-09-29T10:00:00,,{}\r\n`)
  .join("")}`;

const PLAIN = { isCompressed: false, encryption: undefined };
export const GZIP = { isCompressed: true, encryption: undefined };

/** A fresh folder with `sessions.csv` in it; returns the path of the file. */
export function sessionFile(content: string | Uint8Array = CONTENT): string {
  const file = path.join(temporaryFolder(), "sessions.csv");
  fs.writeFileSync(file, content);
  fs.utimesSync(file, new Date("2025-09-29T11:00:00Z"), new Date("2025-09-29T11:00:00Z"));
  return file;
}

/** One that is so large that another thread hashes it; returns the path of the file. */
export function largeFile(): string {
  const file = sessionFile();
  const line = CONTENT.split("\r\n")[1] ?? "";
  fs.appendFileSync(file, `${line}\r\n`.repeat(LARGE_ROWS - 2));
  return file;
}

export const LARGE_ROWS = 500_000;

export function backUp(file: string, request: Partial<BackupRequest> = {}): Promise<BackupWritten> {
  return writeBackup(file, { encoding: PLAIN, destination: "beside the file", now: NOW, tool: TOOL, ...request });
}

/** What the list knows of a backup. */
export function listed(file: string): Backup {
  const backup = backupAt(file);
  if (backup === undefined) throw new Error(`${file} is no backup`);
  return backup;
}

/** A key pair of age. */
export async function keyPair(): Promise<{ readonly identity: string; readonly recipient: string }> {
  const identity = await generateX25519Identity();
  return { identity, recipient: await identityToRecipient(identity) };
}
