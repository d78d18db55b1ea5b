import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { SessionsError, systemErrorCode } from "../../errors.js";
import { ioFailure } from "../../storage/io-failure.js";
import type { CliContext } from "../context.js";
import { note } from "../notes.js";
import { openStoreAt, STANDARD_INPUT } from "../open-store.js";
import { Settings, type GlobalOptions } from "../settings.js";

export interface InitOptions extends GlobalOptions {
  readonly gitignore: boolean;
}

export function initCommand(program: Command, context: CliContext): Command {
  const command = program
    .command("init")
    .argument("[path]", "where to make it (default: --store, else ./sessions.csv)")
    .description("Make a new, empty sessions file with its header, mode 0600; in a git work tree, ignore it there.")
    .option("--no-gitignore", "leave .gitignore alone");
  return command
    .addHelpText("after", EXAMPLES)
    .action(async (file: string | undefined) => runInit(context, file, command.optsWithGlobals<InitOptions>()));
}

export async function runInit(context: CliContext, file: string | undefined, options: InitOptions): Promise<void> {
  const settings = new Settings(context, options);
  const location = file ?? settings.givenStore() ?? "sessions.csv";
  if (location === STANDARD_INPUT) {
    throw new SessionsError("USAGE", { reason: "init makes a file, and - names none", hint: "name a path" });
  }
  const store = await openStoreAt(context, settings, location);
  await store.create({ signal: context.interruptSignal() });
  const ignoredIn = options.gitignore ? await ignoreInGit(store.location) : undefined;
  if (settings.isJson) {
    const body = { store: store.location, created: true, ignored_in: ignoredIn ?? null };
    await context.stdout.write(`${JSON.stringify(body, undefined, 2)}\n`);
    return;
  }
  await note(context, `Made ${location}, empty but for its header.`);
  if (ignoredIn !== undefined) await note(context, `Added it to ${ignoredIn}, so that git leaves conversations alone.`);
}

/**
 * Adds the file and what lies beside it to the `.gitignore` of its folder, where that is in a git work tree.
 * @returns the `.gitignore` that names the file now; undefined outside git
 */
async function ignoreInGit(file: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  if (!isInGitWorkTree(folder)) return undefined;
  const gitignore = path.join(folder, ".gitignore");
  const name = path.basename(file);
  const wanted = [`/${name}`, `/${name}.d/`, `/.${name}.sessions-tmp`].map(escapePattern);
  try {
    const present = await readIfThere(gitignore);
    const lines = new Set(present.split(/\r?\n/).map((line) => line.trim()));
    const missing = wanted.filter((line) => !lines.has(line));
    const separator = present === "" || present.endsWith("\n") ? "" : "\n";
    if (missing.length > 0) await appendFile(gitignore, `${separator}${missing.join("\n")}\n`);
    return gitignore;
  } catch (error) {
    throw ioFailure("add the new file to", gitignore, error, `the file is made; add yourself: ${wanted.join(" ")}`);
  }
}

/** The name itself, where it has characters that gitignore(5) gives a meaning. */
function escapePattern(line: string): string {
  return line.replaceAll(/[\\*?[\]]/g, "\\$&").replace(/ $/, "\\ ");
}

async function readIfThere(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return "";
    throw error;
  }
}

function isInGitWorkTree(folder: string): boolean {
  if (existsSync(path.join(folder, ".git"))) return true;
  const parent = path.dirname(folder);
  return parent !== folder && isInGitWorkTree(parent);
}

const EXAMPLES = `
Examples:
  sessions init
  sessions init data/sessions.csv --no-gitignore`;
