import { lstatSync } from "node:fs";
import { MICROSECONDS_PER_SECOND } from "../session/timestamp.js";
import { openSnapshot, type Snapshot } from "../storage/snapshot.js";
import { prepareRepair, repairedPieces, type PreparedRepair } from "../store/csv-repair.js";
import { reportDone } from "./report-done.js";
import { repairInPlace, repairTo, writeSalvaged, type RepairWriting } from "../store/csv-repair-writing.js";
import { memorySource } from "../store/csv-source.js";
import { plannedFiles, quarantinePathFor, takenFile, type RepairFiles } from "../store/repair-files.js";
import { requireTerminal, requireYes } from "./asking.js";
import { originOf } from "./change-origin.js";
import type { CliContext } from "./context.js";
import { openExisting } from "./explain-missing-file.js";
import { lockingOf } from "./locking.js";
import { warn } from "./notes.js";
import { readStandardInput, requireFile, STANDARD_INPUT_NAME } from "./open-store.js";
import { printDiff } from "./print-diff.js";
import { isDryRun, repairTargets, type RepairTargets } from "./repair-targets.js";
import type { RepairOptions } from "./repair-options.js";
import { warningText } from "./report-removal.js";
import { repairJson, repairText } from "./report-repair.js";
import { shellQuote } from "./shell-quote.js";
import type { Settings } from "./settings.js";
import { shownPath } from "./shown-path.js";
import { ageOfForeignSnapshot, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

/**
 * Plans, shows, asks and repairs, in this order; a dry run stops after showing. Ends with exit code 4 where something was
 * set aside, or errors remain.
 *
 * @param location the file, `-` for standard input
 * @throws SessionsError USAGE, STORE_CHANGED, CANCELLED and others; nothing was changed. DURABILITY_UNKNOWN: all is done
 */
export async function repairFile(
  context: CliContext,
  settings: Settings,
  location: string,
  options: RepairOptions,
): Promise<void> {
  requireFile(location);
  const targets = repairTargets(context, location, options);
  const open = (file: string): Snapshot => openExisting(context, () => openSnapshot(file));
  using backup = targets.fromBackup === undefined ? undefined : open(targets.fromBackup);
  using snapshot = targets.input === undefined ? undefined : open(targets.input);
  const input = {
    source: snapshot ?? memorySource(await readStandardInput(context)),
    location: targets.input ?? STANDARD_INPUT_NAME,
    ...(backup === undefined || targets.fromBackup === undefined
      ? {}
      : { backup: { source: backup, location: targets.fromBackup } }),
  };
  const prepared = prepareRepair(input, { lossy: options.lossy === true, onRead: context.onRead });
  const repair = new Repair(context, settings, targets, options, prepared);
  if (isDryRun(options)) await repair.show();
  else if (targets.output === "standard output") await repair.print();
  else if (targets.output !== "in place") await repair.writeTo(targets.output.path);
  else if (snapshot !== undefined) await repair.replace(snapshot);
  const { plan, proof } = prepared;
  if (proof.quarantined.count > 0 || plan.unresolved > 0) context.endWith?.(4);
}

/** One repair on its way from the plan to the report. */
class Repair {
  readonly #context: CliContext;
  readonly #settings: Settings;
  readonly #targets: RepairTargets;
  readonly #options: RepairOptions;
  readonly #prepared: PreparedRepair;
  readonly #now: Date;

  constructor(
    context: CliContext,
    settings: Settings,
    targets: RepairTargets,
    options: RepairOptions,
    prepared: PreparedRepair,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#targets = targets;
    this.#options = options;
    this.#prepared = prepared;
    this.#now = new Date(context.clock() / (MICROSECONDS_PER_SECOND / 1000));
  }

  async show(): Promise<void> {
    await this.#warnWhereNothingIsLeft();
    await this.#report("dry run", this.#planned(), []);
    this.#requireFree();
  }

  /** The repaired file to standard output; what is set aside goes nowhere, and is still in the input. */
  async print(): Promise<void> {
    const { partial } = this.#targets;
    await this.#warnWhereNothingIsLeft();
    if (partial !== undefined) await writeSalvaged(this.#prepared, this.#writing(), partial);
    for (const piece of joined(repairedPieces(this.#prepared))) await this.#context.stdout.write(piece);
    await this.#report("done", this.#planned(), []);
    if (this.#prepared.proof.quarantined.count === 0) return;
    const text = "what is set aside is not written anywhere; with -o <path> it goes to <path>.quarantine.jsonl";
    await warn(this.#context, this.#settings, text);
  }

  async writeTo(path: string): Promise<void> {
    await this.#warnWhereNothingIsLeft();
    const { warnings, ...files } = await repairTo(this.#prepared, path, this.#writing());
    await this.#report("done", files, warnings);
    const left = quarantinePathFor(path);
    if (files.quarantine !== undefined || !isThere(left)) return;
    const text = `${shownPath(this.#context, left)} is from an earlier run; this one set nothing aside`;
    await warn(this.#context, this.#settings, text);
  }

  async replace(snapshot: Snapshot): Promise<void> {
    const { partial } = this.#targets;
    this.#requireFree();
    if (this.#prepared.plan.isIdentity) {
      if (partial !== undefined) await writeSalvaged(this.#prepared, this.#writing(), partial);
      await this.#report("done", this.#planned(), []);
      return;
    }
    const foreignAge = await ageOfForeignSnapshot(this.#context, snapshot);
    const isAgreed = this.#options.yes === true;
    if (!isAgreed) {
      const hint =
        "add --yes to repair without asking, --dry-run to only see what would be done, or -o to write another file";
      requireTerminal(this.#context, "repair", "replaces the file", hint);
      await this.#context.stderr.write(await this.#text("question", this.#planned(), "stderr"));
    }
    if (foreignAge !== undefined) await warnOfForeignWriter(this.#context, this.#settings, foreignAge);
    await this.#warnWhereNothingIsLeft();
    if (!isAgreed) await requireYes(this.#context, this.#question(shellQuote(shownPath(this.#context, snapshot.path))));
    const { warnings, ...files } = await repairInPlace(this.#prepared, snapshot, this.#writing());
    await this.#report("done", files, [...(foreignAge === undefined ? [] : ["FOREIGN_WRITER"]), ...warnings]);
    for (const warning of warnings) await warn(this.#context, this.#settings, warningText(warning));
  }

  #question(file: string): string {
    return this.#isNothingLeft() ? `Leave only the header of ${file}, and no session?` : `Repair ${file}?`;
  }

  /** There was text, and no record can be read off it. */
  #isNothingLeft(): boolean {
    const { plan, proof } = this.#prepared;
    return plan.records.kept + plan.records.healed === 0 && proof.quarantined.count > 0;
  }

  async #warnWhereNothingIsLeft(): Promise<void> {
    if (!this.#isNothingLeft()) return;
    const file = shownPath(this.#context, this.#prepared.input.location);
    const text = `no session can be read in ${file}: the repaired file holds only its header. Is it the right file?`;
    await warn(this.#context, this.#settings, text);
  }

  #planned(): RepairFiles {
    const { output, partial } = this.#targets;
    return plannedFiles(this.#prepared, output, { now: this.#now, partial });
  }

  /** @throws SessionsError STORE_EXISTS where a file that was named would be replaced, and nobody said that it may */
  #requireFree(): void {
    const { output, partial } = this.#targets;
    const isSetAside = this.#prepared.proof.quarantined.count > 0;
    const beside =
      typeof output === "object" ? [output.path, ...(isSetAside ? [quarantinePathFor(output.path)] : [])] : [];
    const named = [...beside, partial];
    const taken = named.find((file) => file !== undefined && isThere(file));
    if (taken !== undefined && this.#options.force !== true) throw takenFile(taken);
  }

  /** From here on an interrupt calls the writing off. */
  #writing(): RepairWriting {
    return {
      lock: lockingOf(this.#context, this.#settings),
      signal: this.#context.interruptSignal(),
      now: this.#now,
      origin: originOf(this.#context, this.#settings),
      partial: this.#targets.partial,
      mayReplace: this.#options.force === true,
    };
  }

  async #text(
    stage: "dry run" | "question" | "done",
    files: RepairFiles,
    stream: "stdout" | "stderr",
  ): Promise<string> {
    return repairText(this.#context, this.#prepared, { stage, files }, stream);
  }

  /** On standard output, unless that holds the repaired file or the differences. */
  async #report(stage: "dry run" | "done", files: RepairFiles, warnings: readonly string[]): Promise<void> {
    const { stdout, stderr } = this.#context;
    const isTaken = this.#options.diff === true || this.#targets.output === "standard output";
    const write = async (): Promise<void> => {
      if (this.#options.diff === true) {
        await printDiff(this.#context, this.#settings, this.#prepared, files.output ?? this.#prepared.input.location);
      }
      if (this.#settings.isJson) await stdout.write(repairJson(this.#prepared, { stage, files }, warnings));
      else if (isTaken) await stderr.write(await this.#text(stage, files, "stderr"));
      else await stdout.write(await this.#text(stage, files, "stdout"));
    };
    await (stage === "dry run" || files.output === undefined ? write() : reportDone("the file is repaired", write));
  }
}

const JOINED_BYTES = 64 * 1024;

/** Copies of pieces that are valid only until the next one, joined to larger ones. */
function* joined(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  let held: Uint8Array[] = [];
  let byteLength = 0;
  for (const piece of pieces) {
    held.push(Buffer.from(piece));
    byteLength += piece.length;
    if (byteLength < JOINED_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    byteLength = 0;
  }
  yield Buffer.concat(held);
}

function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
