import path from "node:path";
import { SessionsError } from "../errors.js";
import { replacementTemp } from "../storage/atomic-replace.js";
import { sidecarLock } from "../storage/sidecar.js";
import { quarantinePathFor } from "../store/repair-files.js";
import type { CliContext } from "./context.js";
import { STANDARD_INPUT } from "./open-store.js";
import type { RepairOptions } from "./repair-options.js";
import { isSameFile, realPathOf } from "./same-file.js";

/** Where a repair reads and writes; paths are absolute. */
export interface RepairTargets {
  /** Undefined for standard input. */
  readonly input: string | undefined;
  readonly output: "in place" | "standard output" | { readonly path: string };
  readonly partial: string | undefined;
  readonly fromBackup: string | undefined;
}

/**
 * The files that a command line names, which must not be in each other's way.
 *
 * @param location the input, `-` for standard input
 * @throws SessionsError USAGE
 */
export function repairTargets(context: CliContext, location: string, options: RepairOptions): RepairTargets {
  requireOneAnswer(options);
  const absolute = (option: string, file: string | undefined): string | undefined => {
    if (file === undefined) return undefined;
    if (file.trim() === "" || file === STANDARD_INPUT) {
      throw usage(`${option} needs the path of a file`, `for example: ${option} recovered.csv`);
    }
    return path.resolve(context.workingDirectory, file);
  };
  const { output } = options;
  const outputPath = output === STANDARD_INPUT ? undefined : absolute("-o", output);
  const targets: RepairTargets = {
    input: location === STANDARD_INPUT ? undefined : path.resolve(context.workingDirectory, location),
    output:
      output === STANDARD_INPUT ? "standard output" : outputPath === undefined ? "in place" : { path: outputPath },
    partial: absolute("--partial", options.partial),
    fromBackup: absolute("--from-backup", options.fromBackup),
  };
  if (targets.input === undefined && targets.output === "in place" && !isDryRun(options)) {
    throw usage(
      "standard input cannot be repaired in place",
      "name where the repaired file goes with -o <path>, or -o - for standard output",
    );
  }
  requireApart(targets);
  return targets;
}

/** Nothing is written: that is asked for, or only the differences are. */
export function isDryRun({ dryRun, diff, yes, output }: RepairOptions): boolean {
  return dryRun === true || (diff === true && yes !== true && output === undefined);
}

/** Standard output holds one thing. */
function requireOneAnswer({ output, diff, json }: RepairOptions): void {
  const wanted = [
    ...(output === STANDARD_INPUT ? ["-o -"] : []),
    ...(diff === true ? ["--diff"] : []),
    ...(json === true ? ["--json"] : []),
  ];
  if (wanted.length < 2) return;
  throw usage(
    `${wanted.join(" and ")} each need standard output for themselves`,
    "name a file with -o, or run the command once for each",
  );
}

function requireApart({ input, output, partial, fromBackup }: RepairTargets): void {
  const outputPath = typeof output === "object" ? output.path : undefined;
  if (input !== undefined && outputPath !== undefined && isSameFile(input, outputPath)) {
    throw usage("-o names the file that is to be repaired", "leave out -o to repair in place, with a backup");
  }
  const written = outputPath ?? (output === "in place" ? input : undefined);
  const files = [
    ["the file that is to be repaired", input],
    ["-o", outputPath],
    ["the quarantine", outputPath === undefined ? undefined : quarantinePathFor(outputPath)],
    ["--partial", partial],
    ["--from-backup", fromBackup],
    ["the lock", written === undefined ? undefined : sidecarLock(realPathOf(written))],
    ...[written, partial].map((file) => ["a temporary file", file && replacementTemp(realPathOf(file))] as const),
  ] as const;
  for (const [index, [name, file]] of files.entries()) {
    for (const [otherName, other] of files.slice(0, index)) {
      if (file === undefined || other === undefined || !isSameFile(file, other)) continue;
      throw usage(`${otherName} and ${name} are one file: ${file}`, "give each a path of its own");
    }
  }
}

function usage(reason: string, hint: string): SessionsError {
  return new SessionsError("USAGE", { reason, hint });
}
