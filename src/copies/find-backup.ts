import { lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { systemErrorCode } from "../errors.js";
import { parseTimestamp, type Instant } from "../session/timestamp.js";
import { ioFailure } from "../storage/io-failure.js";
import { sidecarSubfolder } from "../storage/sidecar.js";

/** A backup among those of a file, as its name says. */
export interface BackupFile {
  readonly name: string;
  readonly path: string;
  /** When it was made, to the second. */
  readonly time: Instant;
}

const NAME = /^(.+)-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z(?:-(\d{1,6}))?\.csv(?:\.gz)?(?:\.age)?$/s;

/**
 * The backups in the folder of a file, oldest first; empty where there is no such folder. Names alone are looked at, and
 * nothing but regular files: what a link leads to is not a backup of ours. IO_FAILED: the folder cannot be read.
 */
export function backupFiles(realPath: string): readonly BackupFile[] {
  const folder = sidecarSubfolder(realPath, "backups");
  const stem = path.basename(realPath).replace(/\.csv$/i, "");
  try {
    return readdirSync(folder)
      .flatMap((name) => {
        const parsed = parseName(name);
        const file = path.join(folder, name);
        if (parsed?.stem !== stem || lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return [];
        return [{ name, path: file, time: parsed.time, counter: parsed.counter }];
      })
      .sort((left, right) => left.time - right.time || left.counter - right.counter);
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw ioFailure("read the folder", folder, error);
  }
}

/** The newest backup that is not younger than a time; undefined where all are younger. Pure. */
export function newestUntil(backups: readonly BackupFile[], time: Instant): BackupFile | undefined {
  return backups.findLast((backup) => backup.time <= time);
}

/** The backup that has a name, which may leave out what stands behind the time. Pure. */
export function backupNamed(backups: readonly BackupFile[], name: string): BackupFile | undefined {
  return backups.find((backup) => backup.name === name || bareName(backup.name) === name);
}

function bareName(name: string): string {
  return name.replace(/\.csv(?:\.gz)?(?:\.age)?$/, "");
}

function parseName(
  name: string,
): { readonly stem: string; readonly time: Instant; readonly counter: number } | undefined {
  const [, stem, year, month, day, hour, minute, second, counter = "1"] = NAME.exec(name) ?? [];
  if (stem === undefined) return undefined;
  const time = parseTimestamp(`${[year, month, day].join("-")}T${[hour, minute, second].join(":")}`);
  return Number.isNaN(time) ? undefined : { stem, time, counter: Number(counter) };
}
