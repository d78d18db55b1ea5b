import { SessionsError } from "../errors.js";
import { backupName, compactTime } from "../storage/backup-name.js";
import { sidecarFilePath, type SidecarFileName } from "../storage/sidecar-file.js";
import type { PreparedRepair } from "./csv-repair.js";

/** The files of a repair; undefined where it has none of the kind. */
export interface RepairFiles {
  /** The repaired file; undefined for standard output. */
  readonly output: string | undefined;
  /** The exact bytes of the file that was replaced. */
  readonly backup: string | undefined;
  readonly quarantine: string | undefined;
  readonly partial: string | undefined;
}

export function quarantineName(now: Date): SidecarFileName {
  return { kind: "quarantine", stem: compactTime(now), extension: ".jsonl" };
}

/** Where the quarantine of a repair that writes another file goes. Pure. */
export function quarantinePathFor(target: string): string {
  return `${target}.quarantine.jsonl`;
}

/** The error where a file that is to be written new is there. Pure. */
export function takenFile(path: string): SessionsError {
  return new SessionsError("STORE_EXISTS", {
    path,
    hint: "name another file with -o or --partial, or write over it with --force",
  });
}

/** The files that a repair would write now, without writing any. */
export function plannedFiles(
  { input, proof, plan }: PreparedRepair,
  target: "in place" | "standard output" | { readonly path: string },
  { now, partial }: { readonly now: Date; readonly partial: string | undefined },
): RepairFiles {
  const isSetAside = proof.quarantined.count > 0;
  if (target === "standard output") return { output: undefined, backup: undefined, quarantine: undefined, partial };
  if (target !== "in place") {
    const quarantine = isSetAside ? quarantinePathFor(target.path) : undefined;
    return { output: target.path, backup: undefined, quarantine, partial };
  }
  const { realPath } = input.source;
  if (plan.isIdentity || realPath === undefined)
    return { output: undefined, backup: undefined, quarantine: undefined, partial };
  return {
    output: realPath,
    backup: sidecarFilePath(realPath, backupName(realPath, now)),
    quarantine: isSetAside ? sidecarFilePath(realPath, quarantineName(now)) : undefined,
    partial,
  };
}
