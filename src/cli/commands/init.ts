import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { systemErrorCode } from "../../errors.js";
import { ioFailure } from "../../storage/io-failure.js";
import type { CliContext } from "../context.js";
import { openStoreAt } from "../open-store.js";
import { visibleText } from "../render/visible.js";
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
  const store = await openStoreAt(context, settings, location);
  await store.create({ signal: context.interruptSignal() });
  await context.stderr.write(`Made ${visibleText(location)}\n`);
  if (options.gitignore) await ignoreInGit(context, path.resolve(context.workingDirectory, location));
}

/** Adds the file and what lies beside it to the `.gitignore` of its folder, where that is in a git work tree. */
async function ignoreInGit(context: CliContext, file: string): Promise<void> {
  const folder = path.dirname(file);
  if (!isInGitWorkTree(folder)) return;
  const gitignore = path.join(folder, ".gitignore");
  const name = path.basename(file);
  const wanted = [`/${name}`, `/${name}.d/`, `/.${name}.sessions-tmp`];
  try {
    const present = await readIfThere(gitignore);
    const lines = new Set(present.split(/\r?\n/).map((line) => line.trim()));
    const missing = wanted.filter((line) => !lines.has(line));
    if (missing.length === 0) return;
    const separator = present === "" || present.endsWith("\n") ? "" : "\n";
    await appendFile(gitignore, `${separator}${missing.join("\n")}\n`);
  } catch (error) {
    throw ioFailure("add the file to", gitignore, error, `Add these lines yourself: ${wanted.join(" ")}`);
  }
  await context.stderr.write(`Ignored it in ${visibleText(gitignore)}\n`);
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
