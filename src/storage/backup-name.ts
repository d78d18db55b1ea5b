import path from "node:path";
import type { SidecarFileName } from "./sidecar-file.js";

/** How the bytes of a backup are stored. */
export interface BackupForm {
  readonly isCompressed: boolean;
  readonly isEncrypted: boolean;
}

/** What the name of a backup says. */
export interface BackupNameParts {
  /** The name of the file that it is of, without `.csv`. */
  readonly stem: string;
  /** When it was made, to the second. */
  readonly time: Date;
  /** 1, or more where several were made in one second. */
  readonly counter: number;
}

const AS_IT_IS: BackupForm = { isCompressed: false, isEncrypted: false };
const NAME = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-([1-9]\d{0,5}))?\.csv(?:\.gz)?(?:\.age)?$/s;

/** `<name>-<UTC time>.csv`, with `.gz` and `.age` behind it; a name that ends otherwise than in `.csv` is kept whole. Pure. */
export function backupName(realPath: string, now: Date, form: BackupForm = AS_IT_IS): SidecarFileName {
  const extension = `.csv${form.isCompressed ? ".gz" : ""}${form.isEncrypted ? ".age" : ""}`;
  return { kind: "backups", stem: `${backupStem(realPath)}-${compactTime(now)}`, extension };
}

/** What the names of a file's backups begin with. Pure. */
export function backupStem(realPath: string): string {
  return path.basename(realPath).replace(/\.csv$/i, "");
}

/** Undefined for a name that `backupName` does not make. Pure. */
export function parseBackupName(name: string): BackupNameParts | undefined {
  const [, stem, year, month, day, hour, minute, second, counter = "1"] = NAME.exec(name) ?? [];
  if (stem === undefined) return undefined;
  const time = new Date(`${year ?? ""}-${month ?? ""}-${day ?? ""}T${hour ?? ""}:${minute ?? ""}:${second ?? ""}Z`);
  // The 31st of February is another day to Date, or none.
  if (Number.isNaN(time.getTime()) || !name.includes(compactTime(time))) return undefined;
  return { stem, time, counter: Number(counter) };
}

/** `20250930T104500Z`. Pure. */
export function compactTime(now: Date): string {
  return now
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}
