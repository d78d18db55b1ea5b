import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { prepareRestore, writeRestore, type RestoreWritten } from "../../src/copies/restore.js";
import { readManifest } from "../../src/copies/manifest.js";
import { HEADER } from "../session/records.js";

const NOW = new Date("2025-09-30T10:45:00Z");
export const SAFETY = "s-20250930T104500Z.csv";
const BACKUP = "s-20250929T100000Z.csv";

function sessions(name: string, count: number): string {
  const rows = Array.from({ length: count }, (_, number) => {
    const filler = "x".repeat(200);
    return `${name}-${number},telegram_${number},telegram,t,2025-09-29T10:00:00,2025-09-29T10:00:00,,"{""f"": ""${filler}""}"\n`;
  });
  return [`${HEADER}\n`, ...rows].join("");
}

/** What stands in the file before the restore, and what after; each is longer than one write. */
export const CURRENT = sessions("current", 5000);
export const RESTORED = sessions("restored", 4500);

/** Puts the file, and the backup that is to be restored, into a folder. */
export function layOut(target: string): void {
  fs.writeFileSync(target, CURRENT);
  fs.mkdirSync(`${target}.d/backups`, { recursive: true, mode: 0o700 });
  fs.writeFileSync(path.join(`${target}.d/backups`, BACKUP), RESTORED);
}

/** One whole restore as the command makes it. */
export async function restoreBackup(target: string): Promise<RestoreWritten> {
  const [pid, host, command] = [process.pid, "test", "restore"];
  const holder = { pid, host, command, since: "2026-01-01T00:00:00Z" };
  const backup = path.join(`${target}.d/backups`, BACKUP);
  using prepared = await prepareRestore(backup, target, { temporaryFolder: os.tmpdir() });
  const origin = { time: NOW, user: "test", host, command };
  return await writeRestore(prepared, { lock: { waitMs: 10_000, holder }, now: NOW, tool: "test", origin });
}

/** The copy of the old file: absent, whole with its manifest, whole without, or torn. */
export function safetyCopyOf(target: string): string {
  const copy = path.join(`${target}.d/backups`, SAFETY);
  if (!fs.existsSync(copy)) return "absent";
  if (fs.readFileSync(copy, "utf8") !== CURRENT) return "torn";
  return readManifest(copy)?.plain.bytes === CURRENT.length ? "whole" : "without manifest";
}
