import path from "node:path";
import { SessionsError, type Finding } from "../errors.js";
import { sessionConflict } from "../store/merge-conflict.js";
import type { MergePlan, MergeRequest, SessionStore } from "../store/store.js";
import { requireUnchangedInput, type ImportInput } from "../transfer/import-input.js";
import { prepareImport, type PreparedImport } from "../transfer/import.js";
import type { Refusal } from "../transfer/refusal.js";
import { writeRejects } from "../transfer/rejects-file.js";
import { requireTerminal, requireYes } from "./asking.js";
import { originOf } from "./change-origin.js";
import type { CliContext } from "./context.js";
import type { ImportOptions } from "./import-options.js";
import { note, warn } from "./notes.js";
import { openImportInput, requireImportInput } from "./open-import-input.js";
import { chooseStore, openStoreAt, STANDARD_INPUT, STANDARD_INPUT_NAME } from "./open-store.js";
import { count, groupDigits } from "./render/numbers.js";
import { reportDone } from "./report-done.js";
import { importJson, importText, type ImportReport } from "./report-import.js";
import { findingLines } from "./report-faults.js";
import { warningText } from "./report-removal.js";
import type { Settings } from "./settings.js";
import { shellQuote } from "./shell-quote.js";
import { shownPath } from "./shown-path.js";
import { foreignWriteAge, warnOfForeignWriter } from "./warn-of-foreign-writer.js";

const FINDINGS_KEPT = 20;

/**
 * Plans, shows, asks and imports, in this order; a dry run stops after showing. Ends with exit code 4 where rows were left out.
 *
 * @param file the input, `-` for standard input
 * @throws SessionsError USAGE, INPUT_REFUSED, SESSION_CONFLICT, CANCELLED and others; nothing was changed
 */
export async function importFile(
  context: CliContext,
  settings: Settings,
  file: string,
  options: ImportOptions,
): Promise<void> {
  const location = await targetOf(context, settings, options);
  requireApart(file, location);
  try {
    await importInto(context, settings, file, location, options);
  } catch (error) {
    throw error instanceof SessionsError && error.code === "INPUT_REFUSED" ? withInput(context, error, file) : error;
  }
}

async function importInto(
  context: CliContext,
  settings: Settings,
  file: string,
  location: string,
  options: ImportOptions,
): Promise<void> {
  requireImportInput(context, file);
  const store = await openStoreAt(context, settings, location);
  if (options.dryRun !== true && options.yes !== true) {
    await columnsOf(store, options);
    requireTerminal(
      context,
      "import",
      "writes",
      "add --yes to import without asking, or --dry-run to only see the plan",
    );
  }
  using input = await openImportInput(context, file, options);
  const columns = await columnsOf(store, options);
  const prepared = await prepareImport(input, {
    columns,
    addsColumns: options.addColumns === true,
    map: options.map,
    format: options.format,
    isUtc: settings.naiveOffset === undefined,
    onRead: context.onRead,
  });
  await new Import(context, settings, options, store, input, prepared).run();
}

/** One import on its way from the plan to the report. */
class Import {
  readonly #context: CliContext;
  readonly #settings: Settings;
  readonly #options: ImportOptions;
  readonly #store: SessionStore;
  readonly #input: ImportInput;
  readonly #prepared: PreparedImport;
  /** What was refused in the last reading. */
  #refusedCount = 0;
  #refusals: Finding[] = [];
  /** The file that they were written to. */
  #rejectsPath: string | undefined;

  constructor(
    context: CliContext,
    settings: Settings,
    options: ImportOptions,
    store: SessionStore,
    input: ImportInput,
    prepared: PreparedImport,
  ) {
    this.#context = context;
    this.#settings = settings;
    this.#options = options;
    this.#store = store;
    this.#input = input;
    this.#prepared = prepared;
  }

  async run(): Promise<void> {
    const { dryRun, yes, partial } = this.#options;
    if (dryRun === true) {
      const plan = await this.#store.planMerge(this.#request());
      await this.#report("dry run", plan, []);
      this.#requireTakable(plan);
      if (this.#refusedCount > 0) this.#context.endWith?.(4);
      return;
    }
    const foreignAge =
      this.#prepared.createWith === undefined ? await foreignWriteAge(this.#context, this.#store) : undefined;
    let shown: MergePlan | undefined;
    if (yes !== true || partial === true) {
      shown = await this.#store.planMerge(this.#request());
      this.#requireTakable(shown);
    }
    if (foreignAge !== undefined) await warnOfForeignWriter(this.#context, this.#settings, foreignAge);
    if (yes !== true && shown !== undefined) await this.#ask(shown);
    const signal = this.#context.interruptSignal();
    if (this.#refusedCount > 0) this.#rejectsPath = await writeRejects(this.#besideRejects, this.#prepared, signal);
    const { plan, warnings } = await this.#store.merge(this.#request(), {
      signal,
      origin: originOf(this.#context, this.#settings),
      approve: (final) => {
        this.#requireTakable(final);
        if (shown !== undefined) this.#requireAsShown(shown, final);
      },
    });
    await this.#report("done", plan, [...(foreignAge === undefined ? [] : ["FOREIGN_WRITER"]), ...warnings]);
    for (const warning of warnings) await warn(this.#context, this.#settings, warningText(warning));
    if (this.#refusedCount > 0) this.#context.endWith?.(4);
  }

  /** The file that the refused rows go beside. */
  get #besideRejects(): string {
    const { name } = this.#input;
    return name === STANDARD_INPUT_NAME ? this.#store.location : name;
  }

  #request(): MergeRequest {
    return {
      incoming: () => {
        this.#refusedCount = 0;
        this.#refusals = [];
        return this.#prepared.sessions((refusal) => this.#noteRefusal(refusal));
      },
      onConflict: this.#options.onConflict,
      createWith: this.#prepared.createWith,
    };
  }

  #noteRefusal({ line, reason }: Refusal): void {
    this.#refusedCount += 1;
    if (this.#refusals.length < FINDINGS_KEPT) this.#refusals.push({ line, message: reason });
  }

  /** Whoever imports all must not take a part for it, and whoever says "fail" no session for another. */
  #requireTakable(plan: MergePlan): void {
    requireUnchangedInput(this.#input);
    if (this.#refusedCount > 0 && this.#options.partial !== true) {
      throw new SessionsError("INPUT_REFUSED", {
        path: this.#input.name,
        reason: `${groupDigits(this.#refusedCount)} of ${count(plan.incoming + this.#refusedCount, "row")} cannot be taken`,
        findings: this.#refusals,
        findingCount: this.#refusedCount,
        hint: "mend these rows, or take the others with --partial",
      });
    }
    if (this.#options.onConflict !== "fail" || plan.conflicts.count === 0) return;
    throw sessionConflict(this.#store.location, plan.conflicts);
  }

  /** What was shown may come to nothing while somebody thinks, but nothing may be replaced that was not shown. */
  #requireAsShown(shown: MergePlan, final: MergePlan): void {
    if (final.replaced <= shown.replaced && final.added <= shown.added) return;
    throw new SessionsError("STORE_CHANGED", {
      path: this.#store.location,
      reason: "since the question was asked, more would be added or replaced",
      hint: "run the command again",
    });
  }

  async #ask(plan: MergePlan): Promise<void> {
    const { stderr } = this.#context;
    await stderr.write(await importText(stderr, this.#reportOf("question", plan)));
    await stderr.write(findingLines({ count: this.#refusedCount, findings: this.#refusals }));
    if (plan.added + plan.replaced === 0) return;
    await requireYes(this.#context, `Import ${count(plan.added + plan.replaced, "session")}?`);
  }

  async #report(stage: "dry run" | "done", plan: MergePlan, warnings: readonly string[]): Promise<void> {
    const { stdout, stderr } = this.#context;
    const report = this.#reportOf(stage, plan);
    const write = async (): Promise<void> =>
      stdout.write(this.#settings.isJson ? importJson(report, warnings) : await importText(stdout, report));
    await (stage === "dry run" ? write() : reportDone("the sessions are imported", write));
    const isTold = this.#settings.isJson || this.#refusedCount === 0 || this.#options.partial !== true;
    if (!isTold) await stderr.write(findingLines({ count: this.#refusedCount, findings: this.#refusals }));
    if (this.#rejectsPath === undefined) return;
    await note(this.#context, `The refused rows are in ${shownPath(this.#context, this.#rejectsPath)}.`);
  }

  #reportOf(stage: ImportReport["stage"], plan: MergePlan): ImportReport {
    return {
      stage,
      plan,
      input: shownPath(this.#context, this.#input.name),
      form: [...this.#input.layers, this.#prepared.form].join(", "),
      isHeaderless: this.#prepared.isHeaderless,
      store: this.#store.location,
      shownStore: shownPath(this.#context, this.#store.location),
      onConflict: this.#options.onConflict,
      isCreated: this.#prepared.createWith !== undefined,
      converted: this.#prepared.convertedCount,
      isTakable:
        (this.#refusedCount === 0 || this.#options.partial === true) &&
        (plan.conflicts.count === 0 || this.#options.onConflict !== "fail"),
      refused: { count: this.#refusedCount, findings: this.#refusals },
      rejects: this.#rejectsPath,
    };
  }
}

/** Below the command line nobody knows how a shell names the input. */
function withInput(context: CliContext, { code, details }: SessionsError, file: string): SessionsError {
  const isStandardInput = file === STANDARD_INPUT;
  const location = isStandardInput ? STANDARD_INPUT_NAME : path.resolve(context.workingDirectory, file);
  const word = isStandardInput ? file : shellQuote(location);
  const hint = details.hint?.replaceAll("<file>", () => word);
  return new SessionsError(code, { path: location, ...details, ...(hint === undefined ? {} : { hint }) });
}

/** With `--create` a file that nobody named is made where `init` would make it. */
async function targetOf(context: CliContext, settings: Settings, { create }: ImportOptions): Promise<string> {
  try {
    return await chooseStore(context, settings);
  } catch (error) {
    if (create !== true || !(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    return "sessions.csv";
  }
}

function requireApart(file: string, location: string): void {
  if (location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", {
      reason: "sessions cannot be imported into standard input",
      hint: "name the file that they are to go to with --store <path>",
    });
  }
  if (file.trim() === "") {
    throw new SessionsError("USAGE", { reason: "the name of the file is empty", hint: "name the file to import" });
  }
}

/** Undefined where the file is to be made. */
async function columnsOf(store: SessionStore, options: ImportOptions): Promise<readonly string[] | undefined> {
  try {
    const { columns } = await store.describe();
    if (options.addColumns !== true) return columns.names;
  } catch (error) {
    if (!(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    if (options.create === true) return undefined;
    throw new SessionsError("STORE_NOT_FOUND", {
      ...error.details,
      hint: "make it on the way with --create, or before with: sessions init",
    });
  }
  throw new SessionsError("USAGE", {
    path: store.location,
    reason:
      "columns can only be added to a file that --create makes: every record of this one would have to be rewritten",
    hint: "import into a new file with --create --add-columns, then this file into that one",
  });
}
