import path from "node:path";
import type { Command } from "commander";
import { diffVersions, isDifferent, type DiffRequest, type DiffSummary, type Sides } from "../../copies/diff.js";
import { openVersion, type OpenVersion, type OpenVersionOptions } from "../../copies/open-version.js";
import type { ComparedField } from "../../copies/session-changes.js";
import { columnNamesOf } from "../../copies/version.js";
import { SessionsError } from "../../errors.js";
import { COMPUTED_FIELDS } from "../../session/fields.js";
import { memorySource } from "../../store/csv-source.js";
import { chooseVersion, pathOfFile } from "../choose-version.js";
import type { CliContext } from "../context.js";
import { addKeyOptions, openingOptions, type KeyOptions } from "../key-options.js";
import { note, paragraph } from "../notes.js";
import { chooseStore, readStandardInput, requireFile, STANDARD_INPUT, STANDARD_INPUT_NAME } from "../open-store.js";
import { parseFields } from "../output-options.js";
import { differenceJson, summaryFields } from "../render/difference-json.js";
import { escapeControlsInJson } from "../render/visible.js";
import { differenceTsv, FirstDifferences, reportUncompared, summaryText, takeAll } from "../report-diff.js";
import { timeInputOf } from "../parse/time.js";
import { addSelectionOptions, requireFields, selectionFrom, type SelectionOptions } from "../selection-options.js";
import { Settings, type GlobalOptions } from "../settings.js";
import { shownPath } from "../shown-path.js";

export interface DiffOptions extends GlobalOptions, SelectionOptions, KeyOptions {
  readonly fields?: readonly string[];
}

export function diffCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("diff")
    .argument("<from>", "a file, the name of a backup, latest, a time, current, or -")
    .argument("[to]", "the same (default: current)")
    .description("Compare two versions of the sessions, by session id, field by field and JSON key by key.")
    .option("--fields <names>", "compare these only: last_activity,metadata.source", parseFields);
  return addSelectionOptions(addKeyOptions(command), { takesArguments: true })
    .addHelpText("after", EXPLANATION)
    .action(async (from: string, to: string | undefined) =>
      runDiff(context, { from, to: to ?? "current" }, command.optsWithGlobals<DiffOptions>()),
    );
}

export async function runDiff(context: CliContext, words: Sides<string>, options: DiffOptions): Promise<void> {
  const settings = new Settings(context, options);
  const opening = openingOptions(context, options);
  const store = storeChooser(context, settings);
  using from = await openWord(context, settings, words.from, opening, store);
  using to = await openWord(context, settings, words.to, opening, store);
  const columnNames = [...new Set([...columnNamesIfAsked(options, from), ...columnNamesIfAsked(options, to)])];
  const { retention, naiveOffset } = settings;
  const fields = comparedFields(options.fields, columnNames);
  const request: DiffRequest = {
    selection: await selectionFrom(options, retention, async () => columnNames),
    retention,
    ...(naiveOffset === undefined ? {} : { naiveOffset }),
    ...(fields === undefined ? {} : { fields }),
    onRead: context.onRead,
  };
  const names = { from: shownPath(context, from.name), to: shownPath(context, to.name) };
  const differences = diffVersions({ from, to }, request);
  const print = settings.isJson ? printJson : context.stdout.isTerminal ? printText : printTsv;
  const summary = await print(context, settings, differences, names);
  await reportUncompared(context, settings, summary, names);
  if (isDifferent(summary)) context.endWith?.(1);
}

type Print = (
  context: CliContext,
  settings: Settings,
  differences: ReturnType<typeof diffVersions>,
  names: Sides<string>,
) => Promise<DiffSummary>;

const printText: Print = async (context, settings, differences, names) => {
  const first = new FirstDifferences();
  const summary = await takeAll(differences, (difference) => first.add(difference));
  const seeAll = "in a pipe, or with --json, all are listed";
  const text = first.text(context, settings, summary, "stdout", seeAll);
  await context.stdout.write((await paragraph(context.stdout, summaryText(summary, names))) + text);
  return summary;
};

const printTsv: Print = async (context, _settings, differences, names) => {
  const { header, lines } = differenceTsv();
  const pieces = new Pieces(context, header);
  const summary = await takeAll(differences, (difference) => pieces.add(lines(difference)));
  await pieces.end("");
  await note(context, summaryText(summary, names));
  return summary;
};

const printJson: Print = async (context, settings, differences, { from, to }) => {
  const pieces = new Pieces(context, `{\n  "from": ${jsonText(from)},\n  "to": ${jsonText(to)},\n  "differences": [`);
  let separator = "\n    ";
  const summary = await takeAll(differences, (difference) => {
    const text = separator + differenceJson(difference, settings.retention);
    separator = ",\n    ";
    return pieces.add(text);
  });
  const rest = escapeControlsInJson(JSON.stringify(summaryFields(summary), undefined, 2)).slice(1);
  await pieces.end(`${separator.startsWith(",") ? "\n  " : ""}],${rest}\n`);
  return summary;
};

/** Hands text on in larger pieces, and waits for a slow reader. */
class Pieces {
  readonly #context: CliContext;
  #text: string;

  constructor(context: CliContext, text: string) {
    this.#context = context;
    this.#text = text;
  }

  async add(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length >= PIECE_LENGTH) await this.end("");
  }

  async end(text: string): Promise<void> {
    const piece = this.#text + text;
    this.#text = "";
    await this.#context.stdout.write(piece);
  }
}

const PIECE_LENGTH = 64 * 1024;

function jsonText(text: string): string {
  return escapeControlsInJson(JSON.stringify(text));
}

async function openWord(
  context: CliContext,
  settings: Settings,
  word: string,
  opening: OpenVersionOptions,
  chosenStore: () => Promise<string>,
): Promise<OpenVersion> {
  const file = word === STANDARD_INPUT ? STANDARD_INPUT : await pathOf(context, settings, word, chosenStore);
  if (file !== STANDARD_INPUT) return openVersion(file, opening);
  const source = memorySource(await readStandardInput(context));
  const form = { isCompressed: false, isEncrypted: false };
  return { name: STANDARD_INPUT_NAME, source, ...form, [Symbol.dispose]: () => undefined };
}

async function pathOf(
  context: CliContext,
  settings: Settings,
  word: string,
  chosenStore: () => Promise<string>,
): Promise<string> {
  const file = pathOfFile(context, word);
  if (file !== undefined) return file;
  const store = await storeFor(word, chosenStore);
  requireFile(store);
  if (word === "current" && store === STANDARD_INPUT) return STANDARD_INPUT;
  const storePath = path.resolve(context.workingDirectory, store);
  return word === "current" ? storePath : chooseVersion(context, settings, storePath, word).path;
}

/** Chooses the store once, so that it is said once which one it is. */
function storeChooser(context: CliContext, settings: Settings): () => Promise<string> {
  let chosen: Promise<string> | undefined;
  return () => (chosen ??= chooseStore(context, settings));
}

/** Where there is no sessions file, a word that can be nothing but a file's name is told as such. */
async function storeFor(word: string, chosenStore: () => Promise<string>): Promise<string> {
  try {
    return await chosenStore();
  } catch (error) {
    const needsStore = word === "current" || word === "latest" || timeInputOf(word) !== undefined;
    if (needsStore || !(error instanceof SessionsError) || error.code !== "STORE_NOT_FOUND") throw error;
    throw new SessionsError("STORE_NOT_FOUND", { path: word, hint: "check the path" });
  }
}

/** Two files that are the same need no header of ours, unless something of it is asked for. */
function columnNamesIfAsked({ fields, where }: DiffOptions, version: OpenVersion): readonly string[] {
  return fields === undefined && where === undefined ? [] : columnNamesOf(version);
}

function comparedFields(
  names: readonly string[] | undefined,
  columnNames: readonly string[],
): readonly ComparedField[] | undefined {
  if (names === undefined) return undefined;
  requireFields(names, columnNames);
  return names.map((name) => {
    if (columnNames.includes(name)) return { field: name, path: [] };
    if ((COMPUTED_FIELDS as readonly string[]).includes(name)) {
      throw new SessionsError("USAGE", {
        reason: `"${name}" stands in no file; it is computed for each answer`,
        hint: "compare columns and paths such as metadata.source",
      });
    }
    const [field = "", ...keys] = name.split(".");
    return { field, path: keys };
  });
}

const EXPLANATION = `
A time means the newest backup that is not younger. The order of records, of
JSON keys and of columns is no difference, nor are line endings and quotes. Of
an id that occurs twice the last record counts.

current is the sessions file, - is standard input. On a terminal the first 20 of
each kind are shown; a pipe gets all of them, a line for each value, and --json
an object.

Exit codes: 0 no difference, 1 differences.

Examples:
  sessions diff latest                       what changed since the last backup
  sessions diff "2h ago" --user 12345        one user's sessions, since then
  sessions diff old.csv new.csv --json | jq .differences
  sessions diff latest --fields metadata.source,user_id`;
